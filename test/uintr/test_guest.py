# SPDX-License-Identifier: MIT
"""Every case in every configuration that it fits."""

import pytest

import suite

ITEMS = [pytest.param(name, case.name, id=f"{name}-{case.name}")
         for name in suite.CONFIGURATIONS for case in suite.fitting(name)]
SMP_ITEMS = [name for name in ("harts-2", "harts-4", "icount-4", "one-insn",
                               "no-c", "rv32")]
REPEATS = 20


@pytest.mark.parametrize("name, case", ITEMS)
def test_case(name, case, results):
    why = results(name)[case]
    assert not why, f"{why}\nrerun: {suite.rerun(name, case)}"


@pytest.mark.long
@pytest.mark.parametrize("name", SMP_ITEMS)
@pytest.mark.parametrize("repeat", range(REPEATS))
def test_again(name, repeat):
    """What depends on how harts meet holds twenty times in a row."""
    failed = {case: why for case, why in suite.run(name).items() if why}
    assert not failed, "\n".join(
        f"{case}: {why}\nrerun: {suite.rerun(name, case)}"
        for case, why in failed.items())
