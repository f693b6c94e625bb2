# SPDX-License-Identifier: MIT
"""docs/abi.md has each operation that the kernel serves, and each trap with its
number, and no other."""

import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[3]
LINES = (TOP / "docs/abi.md").read_text().splitlines()


def split(cell):
    """The names of a cell; `a_setup, _enter` stands for a_setup and a_enter."""
    names = re.split(r",\s*", cell.strip())
    stem = names[0].rsplit("_", 1)[0]
    return [stem + name if name.startswith("_") else name for name in names]


def numbers_of(cell):
    """`1, 2` or `1 to 3`."""
    if " to " in cell:
        first, last = map(int, cell.split(" to "))
        return list(range(first, last + 1))
    return [int(number) for number in cell.split(",")]


def rows_of(head):
    """First two cells of the table whose first line begins with HEAD."""
    start = next(number for number, line in enumerate(LINES) if line.startswith(head))
    for line in LINES[start + 2:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.split("|")[1:3]]


def test_operations():
    table = (TOP / "kernel/ring/op_table.c").read_text()
    served = re.findall(r"\[(?:IORING|UOS)_OP_(\w+)\]", table)
    headings = [name for line in LINES
                if re.fullmatch(r"### [A-Z_0-9]+(, [A-Z_0-9]+)*", line)
                for name in split(line[4:])]
    private = [name for cell, _ in rows_of("| opcode |") for name in split(cell)]
    assert len(served) > 30
    assert sorted(headings + private) == sorted(served)


def test_traps():
    constants = (TOP / "abi/syscall.h").read_text()
    numbers = {name: int(number) for name, number in
               re.findall(r"#define\s+SYS_([a-z]\w+)\s+\(?(-?\d+)", constants)}
    for name, above in re.findall(r"#define\s+SYS_(uos_\w+)\s+\(SYS_UOS_BASE \+ (\d+)\)",
                                  constants):
        numbers[name] = 4096 + int(above)
    described = {}
    for names, values in rows_of("| call |"):
        described |= dict(zip(split(names), numbers_of(values), strict=True))
    assert len(numbers) > 40
    assert described == numbers
