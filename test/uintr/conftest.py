# SPDX-License-Identifier: MIT
"""What the tests of user interrupts share."""

import pytest

import suite


def pytest_configure(config):
    config.addinivalue_line("markers", "long: not part of make test")
    config.addinivalue_line(
        "markers", "clauses(text): the clauses of docs/uintr-isa.md covered")


@pytest.fixture(scope="session")
def results():
    """The results of a configuration, run once however many ask."""
    known = {}

    def of(name):
        if name not in known:
            known[name] = suite.run(name)
        return known[name]
    return of
