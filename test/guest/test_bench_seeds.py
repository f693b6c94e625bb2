# SPDX-License-Identifier: MIT
"""tornado-os's experiments, in small: the tables' shape, the same from run to run."""

import json
import subprocess

import pytest

from machine import TOP

SWITCH = (2, 5, 10)
MADE = (3, 6)
ROWS = [*(f"{row}_{n}" for n in SWITCH
          for row in ("task_switch", "fast_yield", "sched_yield")),
        *(f"{row}_{n}" for n in MADE for row in ("tasks", "tasks_again", "processes"))]


def bench_seeds(*more):
    return subprocess.run([TOP / "tools/bench-seeds", *more], cwd=TOP, text=True,
                          capture_output=True)


def small():
    """What it prints, its progress, and what it writes."""
    result = bench_seeds("--switch", ",".join(map(str, SWITCH)),
                         "--made", ",".join(map(str, MADE)))
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads((TOP / "build/bench/seeds.json").read_text())
    return result.stdout, result.stderr, report


@pytest.fixture(scope="module")
def first():
    return small()


def test_two_runs_agree_to_the_digit(first):
    assert small() == first


def test_every_row_is_there(first):
    assert set(first[2]) == {"isolation_on", "isolation_off"}
    for rows in first[2].values():
        assert list(rows) == [f"{name}_instructions" for name in ROWS]
        assert all(value > 0 for value in rows.values())


def test_progress_names_every_row(first):
    assert [line.split()[-2] for line in first[1].splitlines()
            if line.startswith("[")] == 2 * ROWS


def test_tables_are_aligned(first):
    tables = first[0].split("\n\n")[:-1]
    assert len(tables) == 5
    for table, rows in zip(tables, [len(SWITCH), len(MADE)] * 2):
        lines = table.splitlines()[1:]
        assert len(lines) == rows + 1
        assert len({len(line) for line in lines}) == 1
        # published figures are for other numbers of tasks
        assert all(line.split()[-3:] == ["-"] * 3 for line in lines[1:])


def test_a_switch_costs_the_same_whatever_the_number(first):
    for rows in first[2].values():
        for row in ("task_switch", "fast_yield", "sched_yield"):
            few, many = (rows[f"{row}_{n}_instructions"] for n in SWITCH[1:])
            assert abs(many / few - 1) < 0.05


@pytest.mark.parametrize("arguments", [
    ["--switch", "1"], ["--switch", "x"], ["--made", ""], ["--publish", "--no-plots"]])
def test_wrong_arguments_are_told(arguments):
    assert bench_seeds(*arguments).returncode == 2
