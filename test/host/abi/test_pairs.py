# SPDX-License-Identifier: MIT
"""Two doors, one service: each trap number is served by an opcode's handler or is
a listed exception, and each opcode that the kernel serves has a trap or is one
that only a ring can ask for."""

import re
from pathlib import Path

from header import names_of

TOP = Path(__file__).resolve().parents[3]
DOOR = (TOP / "kernel/door/table.c").read_text()
OPERATIONS = (TOP / "kernel/ring/op_table.c").read_text()

# The ring's own calls, and what is about the calling thread alone.
NO_OPCODE = {"exit", "exit_group", "io_uring_enter", "io_uring_register",
             "io_uring_setup", "sched_yield", "set_tid_address"}
# About rings' own things: registered buffers, other operations of the same ring.
NO_TRAP = {"IORING_OP_ASYNC_CANCEL", "IORING_OP_NOP", "IORING_OP_READ_FIXED",
           "IORING_OP_TIMEOUT_REMOVE", "IORING_OP_WRITE_FIXED"}


def trap_names():
    constants, _ = names_of(TOP / "abi/syscall.h")
    return {name.removeprefix("SYS_") for name in constants
            if name.startswith("SYS_") and not name.startswith("SYS_UOS_")}


def pairs():
    """{trap: opcode} of the door's table."""
    return dict(re.findall(r"\brow\((\w+), ((?:IORING|UOS)_OP_\w+)", DOOR))


def served_opcodes():
    return set(re.findall(r"\[((?:IORING|UOS)_OP_\w+)\]", OPERATIONS))


def test_every_trap_has_an_opcode():
    unpaired = trap_names() - pairs().keys()
    assert unpaired == NO_OPCODE


def test_every_pairs_opcode_is_served():
    assert len(pairs()) > 30
    assert set(pairs().values()) <= served_opcodes()


def test_every_opcode_has_a_trap():
    assert served_opcodes() - set(pairs().values()) == NO_TRAP


def test_every_opcode_of_ours_is_served():
    constants, _ = names_of(TOP / "abi/uos_op.h")
    ours = {name for name in constants if name.startswith("UOS_OP_")}
    assert ours - {"UOS_OP_BASE", "UOS_OP_END"} <= served_opcodes()
