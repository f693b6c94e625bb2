# SPDX-License-Identifier: MIT
"""Which of two processes has the hart: by level, equals in turn, nobody never.

One hart under -icount, so each figure is exact.
"""

import re

import pytest

from machine import run_cmd


def operations(cmd):
    """Of each victim in the line, in the order in which they ended."""
    status, output = run_cmd(cmd, ICOUNT=1)
    assert status == 0
    return [int(count) for count in re.findall(r"^victim \S+ (\d+)$", output, re.M)]


@pytest.fixture(scope="module")
def alone():
    """{kind: operations in 200 ms without anybody else}."""
    counts = operations("victim yields 200; victim sleeps 200")
    return dict(zip(["yields", "sleeps"], counts))


def test_equals_take_turns(alone):
    counts = operations("victim yields 200 & victim yields 200; wait $!")
    assert len(counts) == 2
    for count in counts:
        assert 0.45 * alone["yields"] < count < 0.6 * alone["yields"]


def test_a_lower_one_runs_only_while_the_higher_one_idles(alone):
    low, high = sorted(operations("at-level 40 victim yields 200 & sleep 0.05; "
                                  "victim yields 200; wait $!"))
    assert high > 0.95 * alone["yields"]
    # what it had before the other one began
    assert 0.2 * alone["yields"] < low < 0.3 * alone["yields"]
    counts = operations("at-level 40 victim yields 200 & victim sleeps 200; wait $!")
    assert len(counts) == 2 and max(counts) > 0.5 * alone["yields"]


def test_a_higher_one_is_served_when_it_wakes(alone):
    """However its lower neighbour behaves: nothing is lost."""
    sleeps, = operations("at-level 40 abuse never-yields 300 & victim sleeps 200; wait $!")
    assert sleeps > 0.98 * alone["sleeps"]


def test_a_penalized_one_is_not_starved(alone):
    """It stands below its equal, but not for ever."""
    status, output = run_cmd("abuse never-yields & victim yields 400; ps; kill -9 $!", ICOUNT=1)
    row = next(row.split() for row in output.splitlines() if row.endswith(" abuse"))
    assert status == 0
    assert int(row[-3]) >= 40


def test_a_completion_brings_a_program_back():
    """Its only ready coroutine is below the neighbour; the one that sleeps is above."""
    status, output = run_cmd("at-level 40 spin 1 & urgent; wait $!", ICOUNT=1)
    assert status == 0
    late_us, = re.findall(r"^20 sleeps, the latest (\d+) us late$", output, re.M)
    assert int(late_us) < 1000
