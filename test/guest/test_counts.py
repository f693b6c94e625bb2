# SPDX-License-Identifier: MIT
"""stats, ps and top show how the time of each address space was cut."""

import re

import pytest

from machine import run_cmd

SPACE = ["pid", "within", "between", "timeouts", "turn", "s", "yields", "penalty", "name"]


def spaces(output):
    """{name: {column: text}} of the table below stats's counters."""
    _, _, table = output.partition("\n\n")
    heading, *rows = table.splitlines()
    assert heading.replace("per ", "").split() == SPACE
    return {row.split()[-1]: dict(zip(SPACE, row.split())) for row in rows}


def counters(output):
    output, _, _ = output.partition("\n\n")
    return {name: int(value)
            for name, value in re.findall(r"^(\w+) +(\d+)$", output, re.M)}


def exactly(cmd):
    """What the line prints under -icount, behind a first line of `begin`."""
    status, output = run_cmd(f"echo; echo begin; {cmd}", ICOUNT=1)
    assert status == 0
    return output.partition("\nbegin\n")[2]


def test_stats_of_one_that_switches_within():
    space = spaces(exactly("stats many-yield 100 50"))["many-yield"]
    assert int(space["within"]) >= 5000
    assert int(space["between"]) < 10
    assert space["yields"] == space["timeouts"] == "0"


def test_stats_of_one_that_yields():
    output = exactly("stats abuse storms-fast 100")
    done = int(re.search(r"^abuse: storms-fast (\d+) times", output, re.M)[1])
    space = spaces(output)["abuse"]
    assert int(space["yields"]) == done == counters(output)["traps_yield"]
    assert int(space["penalty"]) > 0


def test_stats_of_one_that_never_yields(one_hart):
    """Beside another it is cut off; the rate is per turn, and per second of its time."""
    output = one_hart.run("spin 1 & stats spin 1; wait $!")
    space = spaces(output)["spin"]
    turns, timeouts = int(space["between"]), int(space["timeouts"])
    assert timeouts >= 5 and int(space["penalty"]) >= 5
    assert float(space["turn"]) == pytest.approx(timeouts / turns, abs=0.001)
    assert int(space["s"]) > 0
    system = counters(output)
    assert system["timeouts"] >= timeouts and system["turns"] >= turns
    assert system["penalties"] >= int(space["penalty"])


def test_stats_lists_each_address_space(machine):
    machine.run("sleep 1000 &")
    table = spaces(machine.run("stats"))
    assert {"sh", "sleep", "stats"} <= set(table)
    machine.run("kill -9 $!; wait $!", status=128 + 9)


def test_ps_shows_penalty_and_threads():
    output = exactly("abuse storms-fast & sleep 0.2; ps; kill -9 $!")
    rows = [row.split() for row in output.splitlines() if row]
    attacker = next(row for row in rows if row[-1] == "abuse")
    assert re.fullmatch(r"32\+[1-8]", attacker[3])
    assert attacker[-2] == "1"
    assert next(row for row in rows if row[-1] == "sh")[3] == "32"


# ---- top ----------------------------------------------------------------------------

TOP = ["pid", "level", "penalty", "%cpu", "within/s", "between/s", "timeout/s",
       "traps/s", "KiB", "threads", "name"]


def screens(output):
    """Of each screen: (the lines above the table, [{column: text}])."""
    result = []
    for screen in re.split(r"^(?=up )", output, flags=re.M)[1:]:
        above, _, table = screen.partition("\n\n")
        heading, *rows = table.strip().splitlines()
        assert heading.split() == TOP
        result.append((above, [dict(zip(TOP, row.split())) for row in rows]))
    return result


def test_top_shows_the_busiest_first(machine):
    machine.run("spin &")
    shown = screens(machine.run("top -n 3 -d 0.2", timeout=60))
    machine.run("kill -9 $!; wait $!", status=128 + 9)
    assert len(shown) == 3
    for above, rows in shown:
        assert re.match(r"up \d+\.\d s, \d harts? \d+\.\d % busy, 3 processes, ", above)
        assert rows[0]["name"] == "spin"
        assert {row["name"] for row in rows} == {"spin", "sh", "top"}
        shares = [float(row["%cpu"]) for row in rows]
        assert shares == sorted(shares, reverse=True)


def test_top_sums_up():
    for sleep, busy in [("spin", 100), ("sleep 1000", 0)]:
        above, rows = screens(exactly(f"{sleep} & top -n 2 -d 0.3; kill -9 $!"))[1]
        assert float(re.search(r"(\S+) % busy", above)[1]) == pytest.approx(busy, abs=3)
        assert sum(float(row["%cpu"]) for row in rows) == pytest.approx(busy, abs=3)


def test_top_shows_rates():
    _, rows = screens(exactly("abuse storms-plain & top -n 1 -d 0.3; kill -9 $!"))[0]
    row = next(row for row in rows if row["name"] == "abuse")
    assert int(row["traps/s"]) > 1000000
    assert int(row["penalty"]) > 0


def test_top_refreshes_until_q(machine):
    machine.send("top -d 0.1\r")
    for _ in range(3):
        machine.expect("\x1b[H\x1b[J", 20)
        machine.expect("timeout/s", 20)
    machine.send("q\r")
    machine.expect_prompt(20)
    assert machine.run("echo $?") == "0\n"


def test_top_goes_on_after_other_keys_and_ends_by_ctrl_c(machine):
    machine.send("top -d 0.1\r")
    machine.expect("timeout/s", 20)
    machine.send("x\r")
    for _ in range(3):
        machine.expect("timeout/s", 20)
    machine.send("\x03")
    machine.expect_prompt(20)
    assert machine.run("echo $?") == "130\n"


def test_top_leaves_nothing_behind(machine):
    machine.run_without_leak("top -n 2 -d 0.02", timeout=60)


@pytest.mark.parametrize("arguments", ["-n", "-n 0", "-n x", "-d 0", "-d x", "5", "-x 1"])
def test_top_refuses(one_hart, arguments):
    assert "usage: top" in one_hart.run(f"top {arguments}", status=2)
