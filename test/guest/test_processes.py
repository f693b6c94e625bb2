# SPDX-License-Identifier: MIT
"""Programs come, go, are killed and fault, and leave nothing behind."""

import pytest


def test_spawn_wait_kill_fault(any_machine):
    output = any_machine.run_without_leak("spawn-storm 48 8", timeout=180)
    assert output.splitlines()[-1] == "48 children, 0 went wrong"


def test_arguments_and_environment(one_hart):
    assert one_hart.run("sh -c 'echo \"a b\" c'") == "a b c\n"


def test_a_program_takes_its_children_orphaned(one_hart):
    """A parent that ends first leaves no process behind for ever."""
    one_hart.run("sh -c 'sleep 0.2 &'")
    one_hart.run("sleep 0.5")
    assert "sleep" not in one_hart.run("ps")


@pytest.mark.long
def test_spawn_for_long(four_harts):
    four_harts.run_without_leak("spawn-storm 2000 16", timeout=900)
