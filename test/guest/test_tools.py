# SPDX-License-Identifier: MIT
"""What make and tools/run say: what they do, what is missing, what to do next."""

import subprocess

import pytest

from machine import RUN, TOP, environment, free_port


def run(**settings):
    defaults = environment(1, "on", "128M", None, [], CMD="echo", TIMEOUT=30)
    return subprocess.run([RUN], env={**defaults, **settings}, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True)


@pytest.mark.parametrize("setting, value, says", [
    ("HARTS", "9", "HARTS=9: must be one of 1, 2, 3, 4, 5, 6, 7, 8"),
    ("HARTS", "two", "HARTS=two: must be one of"),
    ("ISOLATION", "yes", "ISOLATION=yes: must be one of on, off"),
    ("DISK", "/none.img", "DISK=/none.img: there is no such file"),
    ("FILES", "/none", "FILES: /none is no file"),
    ("QEMU", "/none/qemu", "/none/qemu is missing; install qemu-system-misc"),
    ("BUILD", "/none", "/none/kernel.elf is missing; run make"),
])
def test_a_mistake_is_named(setting, value, says):
    result = run(**{setting: value})
    assert result.returncode == 1
    assert says in result.stderr


def test_a_run_that_does_not_end_is_ended():
    result = run(CMD="sleep 100", TIMEOUT="3")
    assert result.returncode == 124
    assert "no end after 3 seconds" in result.stderr


def test_nothing_is_left_behind():
    before = set((TOP / "build").iterdir())
    assert run().returncode == 0
    assert {path for path in set((TOP / "build").iterdir()) - before
            if path.name.startswith("run.")} == set()


def test_setup_is_silent_when_all_is_there():
    result = subprocess.run([TOP / "tools/setup", "test"], capture_output=True)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_make_says_what_it_does(tmp_path):
    """Each step by its name; with V=1 each command; a second time nothing."""
    command = ["make", "-C", TOP, f"BUILD={tmp_path}", "programs"]
    def steps(*more):
        output = subprocess.run([*command, *more], check=True, text=True,
                                capture_output=True).stdout
        return [line for line in output.splitlines() if not line.startswith("make")]
    first = steps()
    assert "  CC       user/cat.c" in first
    assert all(line.startswith("  ") for line in first)
    assert steps() == []
    assert any("riscv64-unknown-elf-gcc" in line
               for line in steps("V=1", "-W", "user/cat.c"))


def test_a_flag_that_changes_recompiles(tmp_path):
    command = ["make", "-C", TOP, f"BUILD={tmp_path}", f"{tmp_path}/user/echo.o"]
    flags = subprocess.run(["make", "-C", TOP, "-pn"], text=True,
                           capture_output=True).stdout
    assert "UOS_CFLAGS" in flags
    subprocess.run(command, check=True, capture_output=True)
    again = subprocess.run([*command, "USER_LINK_FLAGS=-other"], check=True,
                           text=True, capture_output=True).stdout
    assert "user/echo.c" in again


def test_gdb_sees_symbols():
    port = free_port()
    settings = environment(1, "on", "128M", None, [], GDB="1", GDB_PORT=port,
                           CMD="echo", TIMEOUT=60)
    with subprocess.Popen([RUN], env=settings, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as machine:
        # It says so right before it starts QEMU, which waits for us.
        while b"make gdb" not in machine.stdout.readline():
            assert machine.poll() is None
        steps = "-batch -ex 'hbreak kernel_main' -ex continue -ex bt -ex kill"
        result = subprocess.run(
            ["make", "-C", TOP, "gdb", f"GDB_PORT={port}", f"GDB_FLAGS={steps}"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True)
        machine.kill()
    print(result.stdout, result.stderr)
    assert "kernel_main" in result.stdout and "main.c:" in result.stdout
