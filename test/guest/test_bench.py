# SPDX-License-Identifier: MIT
"""The exact meter: the same numbers, to the digit, from run to run."""

import json
import subprocess

import pytest

from machine import TOP


def bench():
    """What make bench prints, and what it writes."""
    result = subprocess.run([TOP / "tools/bench"], cwd=TOP, text=True,
                            capture_output=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout, json.loads((TOP / "build/bench/results.json").read_text())


@pytest.fixture(scope="module")
def first():
    return bench()


def test_two_runs_agree_to_the_digit(first):
    assert bench() == first


def test_every_row_is_there(first):
    targets = json.loads((TOP / "user/bench/targets.json").read_text())["rows"]
    for rows in first[1].values():
        assert set(rows) == {f"{name}_instructions" for name in targets}
        assert all(value > 0 for value in rows.values())


def test_columns_are_aligned(first):
    lines = [line for line in first[0].splitlines() if not line.startswith("Written")]
    assert len({len(line) for line in lines}) == 1
