# SPDX-License-Identifier: MIT
"""The shell and the small programs."""

import pytest


def test_quotes(one_hart):
    assert one_hart.run("echo 'a  b'  \"c ; d\" e\\ f") == "a  b c ; d e f\n"
    assert one_hart.run("sh -c 'echo a # b'") == "a\n"


def test_status_of_the_last(one_hart):
    assert one_hart.run("cat /none; echo $?").endswith("\n1\n")


def test_redirection(one_hart):
    one_hart.run("echo one > /tmp/sh.a; echo two >> /tmp/sh.a")
    assert one_hart.run("cat /tmp/sh.a") == "one\ntwo\n"
    assert one_hart.run("cat < /tmp/sh.a > /tmp/sh.b; cat /tmp/sh.b") == "one\ntwo\n"


@pytest.mark.parametrize("line, status, text", [
    ("none", 127, "sh: none: there is no such program"),
    ("cat /none", 1, "cat: /none: no such file or directory"),
    ("cat /tmp", 1, "cat: /tmp: is a directory"),
    ("ls /none", 1, "ls: /none: no such file or directory"),
    ("cd /none", 1, "cd: /none: no such file or directory"),
    ("/dev/zero", 126, "sh: /dev/zero: "),
    ("echo x > /none/y", 126, "sh: /none/y: no such file or directory"),
    ("echo 'x", 2, "sh: a quote is not closed"),
    ("sleep abc", 2, "usage: sleep SECONDS"),
    ("disk-demo 0", 2, "usage: disk-demo"),
    ("kill 99999", 1, "kill: 99999: no such process"),
])
def test_mistakes_say_what_is_wrong(one_hart, line, status, text):
    # An open quote would swallow what run() appends: a file has no such tail.
    if line.count("'") % 2:
        line = f'sh -c "{line}"'
    assert text in one_hart.run(line, status=status)


def test_working_directory(one_hart):
    one_hart.run("echo here > /tmp/sh.cwd; cd /tmp")
    assert one_hart.run("cat sh.cwd") == "here\n"
    one_hart.run("cd /")


def test_ls(one_hart):
    programs = one_hart.run("ls /bin").split()
    assert programs == sorted(programs) and {"cat", "sh", "ls"} <= set(programs)
    assert one_hart.run("ls -l /dev").count("\nc") >= 3
    assert "zero" in one_hart.run("ls -l /dev")


def test_background_and_kill(machine):
    machine.run("sleep 1000 &")
    assert "sleep" in machine.run("ps")
    machine.run("kill $!")
    machine.run("wait $!", status=128 + 15)
    assert "sleep" not in machine.run("ps")


def test_kill_of_one_that_never_asks(machine):
    machine.run("spin &")
    machine.run("kill -9 $!")
    machine.run("wait $!", status=128 + 9)


def test_ps_shows_what_a_process_does(one_hart):
    rows = one_hart.run("ps").splitlines()
    assert rows[0].split()[0] == "pid"
    assert [row.split()[-1] for row in rows[1:]][0] in ("sh", "/bin/sh")
    assert rows[-1].split()[-1] in ("ps", "/bin/ps")


def test_console_both_ways(one_hart):
    """A line typed in pieces, with a mistake rubbed out."""
    for piece in ("ech", "x\x7fo ty", "ped; echo [exit $?]\r"):
        one_hart.send(piece)
    assert "\ntyped\n" in one_hart.expect_prompt(20)


@pytest.mark.parametrize("program", ["sleep 1000", "spin"])
def test_ctrl_c_ends_the_program_and_not_the_shell(machine, program):
    # The program says that it runs, so that the key is for it.
    machine.send(f"sh -c 'echo now; {program}'\r")
    machine.expect("\nnow\r", 20)
    machine.send("\x03")
    machine.expect_prompt(20)
    assert machine.run("echo $?") == "130\n"
    assert program.split()[0] not in machine.run("ps")


def test_long_output_is_whole(machine):
    lines = machine.run("ls -l /bin; ls -l /bin; ls -l /bin").splitlines()
    third = len(lines) // 3
    assert lines[:third] == lines[third:2 * third] == lines[2 * third:]
