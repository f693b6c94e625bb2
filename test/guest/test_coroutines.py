# SPDX-License-Identifier: MIT
"""Coroutines of libuos on the shared scheduler."""

import re

import pytest


def test_ten_thousand_yield(machine):
    output = machine.run_without_leak("many-yield 10000 10", timeout=120)
    assert output == "10000 tasks yielded 100000 times\n"


def test_ten_thousand_sleep(machine):
    output = machine.run_without_leak("many-sleep 10000 1000", timeout=120)
    assert output == "10000 tasks slept, 0 woke early, 0 failed\n"


def test_there_is_no_second_run_queue(any_machine):
    output = any_machine.run_without_leak("switch-count 50 40")
    numbers = [int(number) for number in re.findall(r"\d+", output)]
    # Each of 50 begins once and goes on 40 times; main() goes on once.
    assert numbers[0] == 50 * 41 + 1
    assert numbers == [numbers[0]] * 3


@pytest.mark.parametrize("lines", [20, 200])
def test_printing_and_allocating_under_preemption(any_machine, lines):
    check_storm(any_machine.run_without_leak(f"print-storm {lines}", timeout=180), lines)


def check_storm(output, lines):
    storm = output.splitlines()
    assert storm.pop() == "0 damaged, 0 strange errno"
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    wanted = sorted(f"storm {task:02} line {line:05} {letters[task % 30:]} end"
                    for task in range(32) for line in range(lines))
    assert sorted(storm) == wanted


def test_floating_point_survives(any_machine):
    output = any_machine.run_without_leak("fp-check 60", timeout=120)
    assert output.endswith(" 0 registers differ\n")


def test_floating_point_between_programs(machine):
    """Several programs hold values of their own in all registers at once."""
    machine.run("fp-check 300 > /tmp/fp &")
    machine.run("fp-check 300")
    machine.run("wait")
    assert machine.run("cat /tmp/fp").endswith(" 0 registers differ\n")


def test_waits_and_cancellation(any_machine):
    any_machine.run_without_leak("sync-check")


def test_time_outs_are_counted(one_hart):
    """Two that compute share a hart: each is cut off at its slice's end."""
    before = timeouts(one_hart)
    one_hart.run("spin 1 & spin 1; wait")
    assert timeouts(one_hart) - before >= 10


def timeouts(machine):
    return int(re.search(r"^timeouts +(\d+)", machine.run("stats"), re.M)[1])
