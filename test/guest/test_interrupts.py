# SPDX-License-Identifier: MIT
"""Completions as user interrupts, with each back end."""

import pytest

from machine import Machine

KINDS = [(harts, isolation, uintr) for uintr in ("hw", "emulated")
         for harts, isolation in ((1, "on"), (2, "off"), (4, "on"))]


def kind_name(kind):
    return "-".join(map(str, kind))


@pytest.fixture(scope="module", params=KINDS, ids=kind_name)
def machine(request):
    harts, isolation, uintr = request.param
    with Machine(harts=harts, isolation=isolation, UINTR=uintr) as machine:
        yield machine
        assert not machine.complaints()


def test_completions_interrupt(machine):
    """One that computes, one that sleeps in wfi, one that does not want to be told."""
    output = machine.run_without_leak("interrupt-check")
    assert "FAIL" not in output


def test_urgent_coroutines_come_through(machine):
    """One that computes is cut off at any instruction, in libraries too, for a more urgent
    one, never for its equals, and finds every register as it was."""
    output = machine.run_without_leak("preempt-check 100", timeout=180)
    assert "FAIL" not in output


def test_executors(machine):
    """Several executors, each with a receiver of its own."""
    output = machine.run_without_leak("executors-check 4 300", timeout=180)
    assert "FAIL" not in output
