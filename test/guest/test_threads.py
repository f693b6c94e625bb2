# SPDX-License-Identifier: MIT
"""Kernel threads of a process, futexes and messages between rings; libuos's executors
and threads on them."""

import re

import pytest

from test_coroutines import check_storm


def test_threads(any_machine):
    """Each way to make, join and end threads, and every state at the end."""
    output = any_machine.run_without_leak("thread-check", timeout=180)
    assert "FAIL" not in output
    # the thread that faults is said to
    assert "store to a page" in output


def test_a_single_issuer_is_followed_by_nobody(machine):
    """Though its record, its slot and its id are the next thread's."""
    assert "FAIL" not in machine.run_without_leak("one-issuer")


def test_executors(any_machine):
    """Mutexes, channels, joins, cancels, threads and 1,000 coroutines on four executors."""
    output = any_machine.run_without_leak("executors-check 4 1000", timeout=180)
    assert "FAIL" not in output


@pytest.mark.parametrize("kind", ["ends", "yields"])
def test_an_idle_executor_is_given_some(any_machine, kind):
    """Of 1,000 that were ready before it was there, whether they give way or not."""
    output = any_machine.run_without_leak(f"shares {kind}", timeout=180)
    here, elsewhere = map(int, re.match(r"(\d+) here, (\d+) elsewhere$", output).groups())
    assert here + elsewhere == 1000 and elsewhere >= 50


def test_ten_thousand_on_four_executors(four_harts):
    four_harts.run_without_leak("executors-check 4 10000", timeout=180)


def test_printing_and_allocating_on_four_executors(four_harts):
    """No line is torn and no heap broken while 32 coroutines run on 4 harts."""
    check_storm(four_harts.run_without_leak("print-storm 100 4", timeout=180), 100)


@pytest.mark.parametrize("end", ["exit", "return", "fault"])
def test_a_program_ends_while_its_others_run(machine, end):
    """exit() on one executor, with coroutines and threads busy on the others."""
    wanted = {"exit": 21, "return": 22, "fault": 128 + 11}[end]
    output = machine.run_without_leak(f"executors-end {end}", status=wanted, timeout=120)
    assert "the end\n" in output or end == "fault"
