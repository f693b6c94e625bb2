# SPDX-License-Identifier: MIT
"""A supervisor under stock OpenSBI, which knows nothing of user interrupts."""

import re
from pathlib import Path

import pytest

import suite

FIRMWARE = Path("/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin")
CASES = re.findall(r"^\tRUN\((\w+)\);", (
    suite.HERE / "sbi/main.c").read_text(), re.M)
MODES = {"mttcg": "", "icount": "-icount shift=0",
         "one-insn": "-accel tcg,one-insn-per-tb=on"}


@pytest.fixture(scope="module", params=MODES)
def passed(request):
    """The cases that passed, up to the first that did not."""
    assert FIRMWARE.exists(), "missing; next step: apt-get install opensbi"
    line = [suite.QEMU, "-M", "virt,uintc=on", "-cpu", suite.ON, "-smp", "2",
            "-m", "128M", "-display", "none", "-bios", str(FIRMWARE),
            "-kernel", str(suite.BUILD / "uintr/sbi.elf"),
            *MODES[request.param].split()]
    cases, case = [], None
    with suite.Machine(line) as machine:
        for text in machine.read_until("done"):
            if text.startswith("case "):
                case = text[5:]
            elif text == "pass":
                cases.append(case)
    return cases


@pytest.mark.clauses("C15 T1 T3 T7 I1 U10")
@pytest.mark.parametrize("case", CASES)
def test_case(passed, case):
    assert case in passed
