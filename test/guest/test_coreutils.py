# SPDX-License-Identifier: MIT
"""The tools against the host's coreutils, grep and hexdump: the same script, the same
output and exit statuses.  In the guest one boot runs all of it."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from machine import run_cmd

SCRIPT = Path(__file__).resolve().parent / "tools/coreutils.sh"


def sections(output):
    """{`--- COMMAND`: what it printed, and what followed it}; a command may come twice."""
    parts = re.split(r"^--- (.*)\n", output, flags=re.M)
    found = {}
    for command, text in zip(["the first lines", *parts[1::2]], parts[::2]):
        found[command] = found.get(command, "") + text
    return found


def test_the_tools_print_what_the_hosts_do(tmp_path):
    host = subprocess.run(
        ["sh", "-c", f"umask 022; exec dash {SCRIPT}"], cwd=tmp_path, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"}).stdout.decode()
    _, log = run_cmd("mkdir /tmp/work; cd /tmp/work; echo BEGIN; "
                     "sh /files/coreutils.sh 2> /dev/null; echo END", files=[SCRIPT])
    wanted, found = sections(host), sections(log.split("BEGIN\n")[1].split("END\n")[0])
    assert len(wanted) > 100
    for command, text in wanted.items():
        assert found.get(command) == text, command
    assert found.keys() == wanted.keys()


@pytest.mark.parametrize("line, status, text", [
    ("cat -z", 1, "cat: -z: no such file"),
    ("cp a", 2, "usage: cp [-r] SOURCE... TARGET"),
    ("df -k", 2, "usage: df [PATH...]"),
    ("free x", 2, "usage: free"),
    ("grep", 2, "usage: grep"),
    ("grep '[' /dev/null", 2, "grep: [: "),
    ("grep x /none", 2, "grep: /none: no such file"),
    ("head -n x", 2, "usage: head"),
    ("hexdump -x", 2, "usage: hexdump"),
    ("ls -z", 2, "usage: ls"),
    ("ls /none", 2, "ls: /none: no such file"),
    ("mkdir", 2, "usage: mkdir"),
    ("mv a", 2, "usage: mv"),
    ("rm", 2, "usage: rm"),
    ("rmdir", 2, "usage: rmdir"),
    ("sort -k 0", 2, "usage: sort"),
    ("sort /none", 2, "sort: /none: no such file"),
    ("tail -n x", 2, "usage: tail"),
    ("time", 2, "usage: time"),
    ("time /none", 127, "time: /none: no such file"),
    ("wc -x", 2, "usage: wc"),
])
def test_a_mistake_has_its_status(one_hart, line, status, text):
    assert text in one_hart.run(line, status=status)


def test_free_and_df_agree_with_what_is_used(one_hart):
    def used():
        rows = {row.split()[-1]: row.split() for row in one_hart.run("df").splitlines()[1:]}
        return int(rows["/tmp"][2]), int(one_hart.run("free").splitlines()[1].split()[2])
    before = used()
    one_hart.run("head -c 4000000 /dev/zero > /tmp/df.large")
    after = used()
    one_hart.run("rm /tmp/df.large")
    for one, other in zip(before, after):
        assert 3900 <= other - one <= 4300
    assert one_hart.run("df /dev").splitlines()[1].split()[0] == "ramfs"


def test_time_tells_how_long(one_hart):
    real = re.search(r"real (\d+\.\d+)\nrun  0\.0\d\d\n", one_hart.run("time sleep 1"))
    assert 1 <= float(real[1]) < 20
    one_hart.run("time sh -c 'exit 5'", status=5)


def test_mv_across_file_systems(one_hart):
    one_hart.run("mkdir -p /tmp/mv/inner; echo one > /tmp/mv/a; echo two > /tmp/mv/inner/b")
    one_hart.run("mv /tmp/mv /mv.root")
    assert one_hart.run("cat /mv.root/a /mv.root/inner/b; ls -d /tmp/mv 2>&1 | wc -l") == \
        "one\ntwo\n1\n"
    one_hart.run("mv /mv.root/a /tmp/mv.a; cat /tmp/mv.a; rm -r /mv.root /tmp/mv.a")
    assert "no such file" in one_hart.run("ls /tmp/mv", status=2)


@pytest.mark.parametrize("line", ["cat /dev/zero", "head -c 9000000 /dev/zero",
                                  "grep -v x /bin/sh /bin/ls /bin/top", "hexdump -C /bin/sh"])
def test_who_writes_for_nobody_ends_in_silence(one_hart, line):
    assert one_hart.run(f"{line} | head -c 10 | wc -c", timeout=30) == "10\n"
