# SPDX-License-Identifier: MIT
"""A program that does not do its part costs others no more than its share, and the
kernel's counts say which one it is.

With one hart under -icount each figure is exact: the same instructions each time.
"""

import re

import pytest

from machine import Machine, run_cmd

SPAN_MS = 200
SHARE = 0.45
VICTIMS = ["mixed", "reads", "sleeps", "yields"]
IDLE_AT_TIMES = ["mixed", "sleeps"]
# They keep the hart: noticed beside any victim.
CUT_OFF = ["floods-pool", "ignores-switch", "never-yields"]
# They give it back soon, and have it only while nobody else wants it: beside a victim
# that never waits there is nothing to notice.
STORMS = ["claims-urgency", "storms-fast", "storms-plain"]
ENDED = ["jumps-into-payload", "writes-random"]
KINDS = [*CUT_OFF, *ENDED, *STORMS]


def throughputs(output):
    """{victim: operations}, in the order of VICTIMS."""
    rows = re.findall(r"^victim (\S+) (\d+)$", output, re.M)
    assert [kind for kind, _ in rows] == VICTIMS
    return {kind: int(count) for kind, count in rows}


def run_victims(attack, isolation, scheduler="prio"):
    lines = []
    for victim in VICTIMS:
        lines += attack and [f"abuse {attack} &"]
        lines += [f"victim {victim} {SPAN_MS}"]
        lines += attack and ["ps", "kill -9 $!"]
    cmd = "; ".join(lines).replace("&;", "&")
    status, output = run_cmd(cmd, isolation=isolation, SCHED=scheduler, ICOUNT=1, timeout=200)
    assert status == 0
    return output


@pytest.fixture(scope="module", params=[
    ("on", "prio"), ("off", "prio"), *(pytest.param((isolation, scheduler), marks=pytest.mark.long)
                                       for isolation in ("on", "off")
                                       for scheduler in ("fifo", "edf"))],
                ids="-".join)
def solo(request):
    """(isolation and scheduler, {victim: operations without anybody else})."""
    output = run_victims([], *request.param)
    return request.param, throughputs(output)


def noticed(output, tables):
    """Time-outs and penalties of the attacker in each table of ps."""
    counts = []
    for table in re.split(r"^(?= *pid )", output, flags=re.M)[1:]:
        # a heading of two words is one column
        heading, *rows = (line.replace("ring ops", "ring").split()
                          for line in table.splitlines())
        timeouts, penalties = heading.index("timeouts"), heading.index("penalty")
        # the one before, killed, may still be on its way out: the last is meant
        row = [row for row in rows if row[-1:] == ["abuse"] and len(row) == len(heading)][-1]
        counts.append(int(row[timeouts]) + int(row[penalties]))
    assert len(counts) == tables
    return counts


@pytest.mark.parametrize("attack", KINDS)
def test_victim_keeps_its_share(solo, attack):
    kind, alone = solo
    output = run_victims(attack, *kind)
    for victim, operations in throughputs(output).items():
        assert operations >= SHARE * alone[victim], victim
    if attack in ENDED:
        reasons = re.findall(r"\] abuse\[\d+\] ended: (\S.*), address", output)
        assert len(reasons) > len(VICTIMS)
        return
    counts = dict(zip(VICTIMS, noticed(output, len(VICTIMS))))
    assert all(counts[victim] for victim in (VICTIMS if attack in CUT_OFF else IDLE_AT_TIMES))


# Each payload on each number of harts, in both isolations, pairwise.
MACHINES = [("prio", 2, "off"), ("prio", 4, "on"), ("fifo", 1, "off"), ("fifo", 2, "on"),
            ("fifo", 4, "off"), ("edf", 1, "on"), ("edf", 2, "off"), ("edf", 4, "on")]


@pytest.mark.parametrize("scheduler, harts, isolation", MACHINES)
def test_victim_keeps_its_hart(scheduler, harts, isolation):
    """What it had in time: of several harts no more is exact.  Who keeps the hart is
    noticed whatever the scheduler, if there is only one."""
    with Machine(harts=harts, isolation=isolation, SCHED=scheduler) as machine:
        for attack in KINDS:
            output = machine.run(f"abuse {attack} & victim yields 150; ps; kill -9 $!; wait $!",
                                 status=None, timeout=120)
            share = int(re.search(r"^had (\d+) % of a hart$", output, re.M)[1])
            assert share >= 100 * SHARE, attack
            if harts == 1 and attack in CUT_OFF:
                assert sum(noticed(output, 1)) > 0, attack
        assert not machine.complaints()


@pytest.mark.parametrize("attack", KINDS)
def test_system_survives(machine, attack):
    output = machine.run_without_leak(f"abuse {attack} 150 & victim mixed 100; wait $!",
                                      timeout=120)
    assert re.search(r"^victim mixed [1-9]\d*$", output, re.M)
    assert re.search(rf"^abuse: {attack} .*\b[1-9]\d* (times|children)", output, re.M)


@pytest.mark.parametrize("scheduler, harts, isolation",
                         [("fifo", 1, "on"), ("fifo", 4, "off"),
                          ("edf", 1, "off"), ("edf", 2, "on")])
def test_other_schedulers_survive(scheduler, harts, isolation):
    with Machine(harts=harts, isolation=isolation, SCHED=scheduler) as machine:
        for attack in KINDS:
            output = machine.run_without_leak(
                f"abuse {attack} 100 & victim mixed 50; wait $!", timeout=120)
            assert re.search(r"^victim mixed [1-9]\d*$", output, re.M)
        assert not machine.complaints()


@pytest.mark.long
@pytest.mark.parametrize("attack", ENDED)
def test_many_seeds(four_harts, attack):
    four_harts.run_without_leak(f"abuse {attack} 60000", timeout=600)
