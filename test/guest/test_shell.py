# SPDX-License-Identifier: MIT
"""The shell and the small programs."""

import re
import subprocess
from pathlib import Path

import pytest

from machine import Machine, run_cmd

SCRIPTS = sorted((Path(__file__).resolve().parent / "shell").glob("*.sh"))


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
    ("ls /none", 2, "ls: /none: no such file or directory"),
    ("cd /none", 1, "cd: /none: no such file or directory"),
    ("/dev/zero", 126, "sh: /dev/zero: "),
    ("echo x > /none/y", 2, "sh: /none/y: no such file or directory"),
    ("echo 'x", 2, "sh: syntax: a quote or bracket is not closed"),
    ("if true; then fi", 2, "sh: syntax: a command is missing"),
    ("echo $((1 / 0))", 2, "sh: 1 / 0: division by zero"),
    ("sleep abc", 2, "usage: sleep SECONDS"),
    ("disk-demo 0", 2, "usage: disk-demo"),
    ("kill 99999", 1, "kill: 99999: no such process"),
])
def test_mistakes_say_what_is_wrong(one_hart, line, status, text):
    # What ends a script would end the line that run() makes.
    if status == 2 and not line.startswith(("echo x", "sleep", "disk")):
        line = "sh -c '" + line.replace("'", "'\\''") + "'"
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


# ---- scripts: what dash prints, and its exit status ------------------------------------


@pytest.fixture(scope="module")
def outputs():
    """{script: (output, status)}, all of them in one machine."""
    names = " ".join(path.stem for path in SCRIPTS)
    _, log = run_cmd(
        f"mkdir /tmp/work; cd /tmp/work; for n in {names}; do echo \"=== $n\";"
        "sh /files/$n.sh < /dev/null 2> /dev/null; echo \"[exit $?]\"; done",
        files=SCRIPTS)
    parts = re.split(r"^=== (\w+)\n", log, flags=re.M)
    found = {}
    for name, text in zip(parts[1::2], parts[2::2]):
        match = re.match(r"(.*)\[exit (\d+)\]\n", text, re.S)
        found[name] = (match[1], int(match[2]))
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_script_does_what_dash_does(outputs, script, tmp_path):
    dash = subprocess.run(["dash", script], cwd=tmp_path, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert outputs[script.stem] == (dash.stdout.decode(), dash.returncode)


# ---- the terminal -----------------------------------------------------------------------


UP, LEFT, RIGHT, HOME, END, DELETE = "\x1b[A", "\x1b[D", "\x1b[C", "\x1b[H", "\x1b[F", "\x1b[3~"


@pytest.mark.parametrize("keys, printed", [
    ("echo ac\x1b[Db", "abc"),                           # in the middle
    (f"cho ab{HOME}e{END}c", "abc"),
    (f"xecho abc\x01\x01{DELETE}\x05d", "abcd"),          # ^A (QEMU takes one), ^E
    ("echo one two\x17three", "one three"),               # ^W
    ("echo abc\x1b[D\x1b[D\x0b", "a"),                    # ^K
    ("wrong\x15echo right", "right"),                     # ^U
    ("echo äö\x7fü", "äü"),
    (f"echo äöü{LEFT}{LEFT}\x7fx{RIGHT}y", "xöyü"),
    ("echo a\x1b[1~\x1b[4~b\x1bOD\x1bOCc", "abc"),       # other terminals' keys
])
def test_editing(one_hart, keys, printed):
    one_hart.send(keys + "\r")
    assert one_hart.expect_prompt(20).splitlines()[-1] == printed


def test_history(one_hart):
    one_hart.run("echo first")
    one_hart.run("echo second")
    one_hart.send("unfinished" + UP + UP + "\r")
    assert "first\n" in one_hart.expect_prompt(20)
    one_hart.send(UP + UP + "\x1b[B" + "\x15echo new\r")
    assert one_hart.expect_prompt(20).splitlines()[-1] == "new"


def test_a_command_of_several_lines(one_hart):
    one_hart.send("for i in 1 2; do\r")
    one_hart.expect("> ", 20)
    one_hart.send("echo \"$i\r")
    one_hart.expect("> ", 20)
    one_hart.send("x\"; done\r")
    assert one_hart.expect_prompt(20).endswith("1\nx\n2\nx\n")


def test_ctrl_c_gives_up_a_line(one_hart):
    one_hart.send("echo no\x03")
    one_hart.expect_prompt(20)
    one_hart.send("if true\r")
    one_hart.expect("> ", 20)
    one_hart.send("\x03")
    one_hart.expect_prompt(20)
    assert one_hart.run("echo $?") == "130\n"


def test_ctrl_c_ends_a_loop_of_builtins(one_hart):
    one_hart.send("while true; do echo turn; done > /dev/null; echo no\r")
    one_hart.expect("\n", 20)
    one_hart.send("\x03")
    assert "no" not in one_hart.expect_prompt(20)


def test_ctrl_c_ends_a_pipeline_and_nothing_else(machine):
    machine.run("sleep 1000 &")
    machine.send("sh -c 'echo now; sleep 1000' | cat\r")
    machine.expect("\nnow\r", 20)
    machine.send("\x03")
    machine.expect_prompt(20)
    rows = [row.split()[-1] for row in machine.run("ps").splitlines()[1:]]
    assert rows.count("sleep") == 1 and "cat" not in rows
    machine.run("kill $!")
    machine.run("wait $!", status=128 + 15)


def test_what_is_typed_ahead_is_taken_later(one_hart):
    one_hart.send("sleep 1\recho typed; echo ahead\r")
    one_hart.expect_prompt(20)
    assert one_hart.expect_prompt(20).endswith("\ntyped\nahead\n")


def test_a_shell_in_the_shell(one_hart):
    one_hart.run("sh -c 'exit 7'", status=7)
    one_hart.send("sh\r")
    one_hart.expect_prompt(20)
    assert one_hart.run("echo inner") == "inner\n"
    one_hart.send("sh -c 'echo now; sleep 1000'\r")
    one_hart.expect("\nnow\r", 20)
    one_hart.send("\x03")
    one_hart.expect_prompt(20)
    one_hart.send("\x04")
    one_hart.expect_prompt(20)
    assert one_hart.run("echo outer") == "outer\n"


def test_a_loop_asks_the_kernel_for_nothing(one_hart):
    """[ is a name, not a pattern that files are looked through for."""
    loop = "i=0; while [ $i -lt 300 ]; do i=$((i+1)); done; echo $i"
    output = one_hart.run(f"stats sh -c '{loop}'")
    assert "300\n" in output
    assert int(re.search(r"^ring_operations +(\d+)$", output, re.M)[1]) < 100


def test_nothing_leaks(two_harts):
    two_harts.run_without_leak("echo a | cat | cat > /tmp/x; x=$(cat /tmp/x);"
                               "eval \"$(printf 'cat <<E\\n$x\\nE\\n')\"; (exit 0) & wait $!")
