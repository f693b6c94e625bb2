# SPDX-License-Identifier: MIT
"""Two doors, one service: each trap number has an opcode, each opcode a trap number,
and both are in docs/abi.md; the exceptions are listed here."""

import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]

# calls about rings and about the calling thread itself
CALLS_WITHOUT_OPCODE = {"brk", "clone", "getegid", "geteuid", "getgid", "getuid", "prlimit64",
                        "set_robust_list", "uname",
                        "exit", "exit_group", "gettid", "io_uring_enter",
                        "io_uring_register", "io_uring_setup", "sched_yield", "set_tid_address"}
# what the trap entry does before there is a table
CALLS_OF_THE_ENTRY = {"uos_fast_yield"}
# operations about a ring's own requests, files and buffers
OPCODES_WITHOUT_CALL = {"ASYNC_CANCEL", "NOP", "POLL_ADD", "POLL_REMOVE", "READ_FIXED",
                        "TIMEOUT_REMOVE", "WRITE_FIXED"}
OPCODES_WITHOUT_CALL |= {"LINK_TIMEOUT", "PROVIDE_BUFFERS", "READ_MULTISHOT",
                         "REMOVE_BUFFERS", "FILES_UPDATE", "FIXED_FD_INSTALL"}
# Linux has calls for them, which nobody here needs yet
OPCODES_WITHOUT_CALL |= {"FALLOCATE", "OPENAT2", "SPLICE", "SYNC_FILE_RANGE", "TEE"}

TABLE = (TOP / "kernel/door/table.c").read_text()
ABI = (TOP / "docs/abi.md").read_text()


def calls():
    """SYS_* of abi/syscall.h."""
    text = (TOP / "abi/syscall.h").read_text()
    return set(re.findall(r"#define SYS_(\w+)\s", text)) - {"UOS_BASE", "UOS_END"}


def opcodes():
    """Opcodes that have a row in the op table."""
    text = (TOP / "kernel/ring/op_table.c").read_text()
    return set(re.findall(r"\[(?:IORING|UOS)_OP_(\w+)\] = &", text))


def pairs():
    return re.findall(r"row\((\w+), (?:IORING|UOS)_OP_(\w+)", TABLE)


def test_each_call_has_an_opcode():
    assert calls() - CALLS_WITHOUT_OPCODE - CALLS_OF_THE_ENTRY == {call for call, _ in pairs()}


def test_the_exceptions_are_the_listed_ones():
    assert set(re.findall(r"row\((\w+), door_\w+\)", TABLE)) == CALLS_WITHOUT_OPCODE


def test_each_opcode_has_a_call():
    assert opcodes() - OPCODES_WITHOUT_CALL == {opcode for _, opcode in pairs()}


def test_each_opcode_has_a_row_of_the_op_table():
    text = (TOP / "abi/uos_op.h").read_text()
    private = set(re.findall(r"^\tUOS_OP_(\w+)(?: = UOS_OP_BASE)?,", text, re.M)) - {"END"}
    assert private <= opcodes()


def test_each_is_documented():
    words = set(re.findall(r"\w+", ABI))
    assert not opcodes() - words
    assert not calls() - words


def test_each_opcode_says_how_prompt_cancel_is():
    for section in re.split(r"^### ", ABI.split("## Operations")[1], flags=re.M)[1:]:
        name = section.splitlines()[0]
        assert "**Cancel:**" in section or "private range" in name, name
