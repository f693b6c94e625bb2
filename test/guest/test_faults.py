# SPDX-License-Identifier: MIT
"""A program's fault ends that program alone, with a line that names program,
cause, address and pc, and gives everything back."""

import re

import pytest

SEGV, ILL, TRAP = 128 + 11, 128 + 4, 128 + 5
KINDS = {
    "bad-pointer": (SEGV, "0x123456780"),
    "breakpoint": (None, None),
    "exec-data": (SEGV, None),
    "exec-stack": (SEGV, None),
    "illegal": (ILL, None),
    "jump-null": (SEGV, None),
    "kernel-pointer": (SEGV, "0xffffffff80200000"),
    "not-canonical": (SEGV, "0x40000000000"),
    "null": (SEGV, None),
    "privileged": (ILL, None),
    "stack-overflow": (SEGV, None),
    "task-stack-overflow": (SEGV, None),
    "write-constant": (SEGV, None),
    "write-text": (SEGV, None),
}


@pytest.mark.parametrize("kind", KINDS)
def test_fault_ends_the_program_alone(machine, kind):
    status, address = KINDS[kind]
    output = machine.run_without_leak(f"fault {kind}", status=status)
    assert "unpunished" not in output
    lines = [line for line in output.splitlines()
             if re.search(r"fault\[\d+\] ended: .+, address (0x)?[0-9a-f]+, pc (0x)?[0-9a-f]+$",
                          line)]
    assert len(lines) == 1, output
    if address:
        assert address in lines[0]
    if "stack-overflow" in kind:
        assert "stack overflow" in lines[0]
    assert machine.run("echo alive") == "alive\n"


def test_others_go_on(two_harts):
    """A program that computes meanwhile ends as it should."""
    two_harts.run("spin 2 &")
    for kind in ("null", "illegal", "stack-overflow"):
        two_harts.run(f"fault {kind}", status=None)
    two_harts.run("wait")
