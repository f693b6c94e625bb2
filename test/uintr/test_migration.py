# SPDX-License-Identifier: MIT
"""State survives a move to a file and into another QEMU."""

import tempfile
from pathlib import Path

import pytest

import suite


def move(name, case, second=None, first=None):
    """Run CASE up to its pause, move the machine, and run the rest."""
    with tempfile.TemporaryDirectory() as folder:
        state = f"file:{Path(folder) / 'state'}"
        line = suite.command(name, only=case, also="PEER", qemu=first)
        with suite.Machine(line, qmp=True) as source:
            source.read_until("ready")
            source.qmp.run("stop")
            source.qmp.run("migrate", uri=state)
            answer = source.qmp.wait(
                "query-migrate",
                lambda a: a.get("status") in ("completed", "failed"))
            assert answer["status"] == "completed", answer
        line = suite.command(name, only=case, also="PEER", qemu=second)
        with suite.Machine([*line, "-incoming", "defer"],
                           qmp=True) as target:
            target.qmp.run("migrate-incoming", uri=state)
            target.qmp.wait("query-status",
                            lambda a: a["status"] != "inmigrate")
            target.qmp.run("cont")
            target.type("x")
            lines = target.read_until("done")
    assert "pass" in lines, lines


CASES = [case.name for case in suite.CASES.values()
         if "PEER" in case.needs and case.name.startswith("migrate")
         and "NO_N" not in case.needs]


@pytest.mark.clauses("F11")
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ["harts-2", "icount-4", "rv32"])
def test_state_survives(name, case):
    move(name, case)


@pytest.mark.clauses("F4")
def test_flags_off_survives():
    move("off", "migrate_flags_off")
