# SPDX-License-Identifier: MIT
"""The exact meter: the same numbers, to the digit, from run to run."""

import json
import subprocess

import pytest

from machine import TOP


TARGETS = json.loads((TOP / "user/bench/targets.json").read_text())["rows"]
ON_DISKS = ("disk_", "fat_")
SENT = "interrupt_"     # user interrupts: by hardware and emulated, not by isolation


def bench(*options):
    """What make bench prints, and what it writes."""
    result = subprocess.run([TOP / "tools/bench", *options], cwd=TOP, text=True,
                            capture_output=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout, json.loads((TOP / "build/bench/results.json").read_text())


@pytest.fixture(scope="module")
def first():
    return bench("--no-disks")


def check_rows(results, names):
    assert set(results) == {"isolation_on", "isolation_off", "user_interrupts_hardware",
                            "user_interrupts_emulated"}
    for kind, rows in results.items():
        wanted = [name for name in names if name.startswith(SENT) == kind.startswith("user")]
        assert set(rows) == {f"{name}_instructions" for name in wanted}
        assert all(value > 0 for value in rows.values())


def test_two_runs_agree_to_the_digit(first):
    assert bench("--no-disks") == first


def test_every_row_is_there(first):
    check_rows(first[1], [name for name in TARGETS if not name.startswith(ON_DISKS)])


@pytest.mark.long
def test_rows_with_disks_are_there():
    check_rows(bench()[1], TARGETS)


def test_columns_are_aligned(first):
    lines = [line for line in first[0].splitlines()
             if line and not line.startswith("Written")]
    assert len({len(line) for line in lines}) == 1
