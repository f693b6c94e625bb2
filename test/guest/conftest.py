# SPDX-License-Identifier: MIT
"""Machines for the guest tests.

A machine of a kind (harts, isolation) is booted once and handed from test to
test while all goes well; one that saw a failure is thrown away.  After each
test the kernel's log is searched for complaints.
"""

import pytest

from machine import Machine

KINDS = [(harts, isolation) for harts in (1, 2, 4) for isolation in ("on", "off")]
# Each number of harts with each isolation costs six boots; the rest of the tests
# take kinds in which each pair of neighbours differs.
PAIRWISE = [(1, "on"), (2, "off"), (4, "on")]


def kind_name(kind):
    return f"{kind[0]}-{kind[1]}"


class Pool:
    def __init__(self):
        self.machines = {}

    def get(self, kind):
        machine = self.machines.get(kind)
        if machine is None or not machine.alive():
            machine = Machine(harts=kind[0], isolation=kind[1])
            machine.__enter__()
            self.machines[kind] = machine
        return machine

    def close(self):
        for machine in self.machines.values():
            machine.kill()
        self.machines.clear()


@pytest.fixture(scope="session")
def pool():
    pool = Pool()
    yield pool
    pool.close()


def handed(pool, kind, request):
    machine = pool.get(kind)
    start = len(machine.log)
    yield machine
    complaints = machine.complaints(start)
    report = getattr(request.node, "report_call", None)
    if complaints or report is None or report.failed:
        print(machine.log[start:])
        machine.kill()
    assert not complaints


@pytest.fixture(params=PAIRWISE, ids=kind_name)
def machine(request, pool):
    """A machine of each kind of the pairwise choice."""
    yield from handed(pool, request.param, request)


@pytest.fixture(params=KINDS, ids=kind_name)
def any_machine(request, pool):
    """A machine of each kind."""
    yield from handed(pool, request.param, request)


@pytest.fixture
def one_hart(pool, request):
    yield from handed(pool, (1, "on"), request)


@pytest.fixture
def two_harts(pool, request):
    yield from handed(pool, (2, "on"), request)


@pytest.fixture
def four_harts(pool, request):
    yield from handed(pool, (4, "on"), request)
