# SPDX-License-Identifier: MIT
"""Boot, the prompt, CMD and FILES, and the exit status that make sees."""

import re
import subprocess

import pytest

from gdb_stub import A1, PC, GdbStub
from machine import RUN, TOP, Machine, environment, free_port, run_cmd


def test_prompt_on_every_kind(any_machine):
    assert any_machine.run("echo hello") == "hello\n"


@pytest.mark.parametrize("harts", [1, 2, 3, 8])
def test_all_harts_start(harts):
    with Machine(harts=harts) as machine:
        assert stats(machine)["harts"] == harts


@pytest.mark.parametrize("isolation", ["on", "off"])
def test_isolation_is_what_was_asked_for(isolation):
    with Machine(isolation=isolation) as machine:
        assert stats(machine)["isolation"] == (isolation == "on")


def stats(machine):
    counters, _, _ = machine.run("stats").partition("\n\n")
    rows = (line.split() for line in counters.splitlines())
    # ratios stand there too, if there is anything to divide by
    return {row[0]: int(row[1]) for row in rows if len(row) == 2}


@pytest.mark.parametrize("cmd, wanted", [
    ("echo one; echo two", 0),
    ("echo one; cat /none; echo two", 1),
    ("none", 127),
    ("exit 5; echo never", 5),
    ("sh -c 'exit 9'", 9),
    ("echo 'open", 2),
])
def test_cmd_gives_its_status(cmd, wanted):
    status, output = run_cmd(cmd)
    assert status == wanted
    assert "never" not in output


def test_cmd_runs_every_line():
    status, output = run_cmd("echo 'a  b' \"c $? d\"; echo last")
    assert status == 0
    assert "\na  b c 0 d\nlast\n" in output


def test_exit_at_the_prompt_powers_off():
    with Machine() as machine:
        machine.send("exit 3\r")
        machine.process.wait()
        assert machine.process.exitstatus == 3


def test_files_come_along(tmp_path):
    names = []
    for size in (0, 1, 4096, 100000):
        path = tmp_path / f"file{size}"
        path.write_bytes(bytes(i * 7 % 256 for i in range(size)))
        names.append(path)
    listed = " ".join(f"/files/{path.name}" for path in names)
    status, output = run_cmd(f"sha256sum {listed}", files=names)
    wanted = subprocess.run(["sha256sum", *names], check=True, text=True,
                            capture_output=True).stdout
    assert status == 0
    for line in wanted.splitlines():
        digest, path = line.split()
        assert f"{digest}  /files/{path.rsplit('/', 1)[1]}\n" in output


def test_make_run_is_the_same():
    """The command of the README, through make."""
    result = subprocess.run(
        ["make", "-C", TOP, "run", "CMD=echo through make; sh -c 'exit 4'"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert result.returncode == 2        # make's word for a recipe that failed
    assert "\nthrough make\n" in result.stdout.replace("\r", "")
    assert "Error 4" in result.stderr


def test_little_memory():
    status, output = run_cmd("echo small", mem="32M")
    assert status == 0 and "\nsmall\n" in output


def physical(symbol):
    """Where a function of the kernel's lies before paging."""
    lines = subprocess.run(["riscv64-unknown-elf-nm", TOP / "build/kernel.elf"],
                           capture_output=True, text=True, check=True).stdout
    address = int(re.search(rf"^(\w+) . {symbol}$", lines, re.M)[1], 16)
    return address - 0xffffffff00000000


def test_a_started_hart_may_come_by_the_first_entry():
    """OpenSBI's race: the hart takes the first boot's address and a1."""
    port = free_port()
    settings = environment(3, "on", "128M", None, [], CMD="echo up",
                           GDB="1", GDB_PORT=port, TIMEOUT=60)
    with subprocess.Popen([RUN], env=settings, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True) as run:
        stub = GdbStub(port)
        for _ in range(2):
            stub.run_to(physical("secondary_start"))
            stub.write(PC, physical("_start"))
            stub.write(A1, 0x87e00000)
        stub.detach()
        output = run.communicate()[0]
    assert run.returncode == 0, output
    assert "\nup\n" in output and "3 harts" in output


# ---- how small, how soon ----------------------------------------------------------


def test_the_kernel_fits_256_kib():
    headers = subprocess.run(["readelf", "-lW", TOP / "build/kernel.elf"], text=True, check=True,
                             capture_output=True).stdout
    loaded = [int(row.split()[4], 16) for row in headers.splitlines() if row.split()[:1] == ["LOAD"]]
    assert len(loaded) == 3 and sum(loaded) <= 256 * 1024


def test_16_mib_are_enough_for_the_shell():
    status, output = run_cmd("echo a | cat; ls /bin | wc -l", mem="16M")
    assert status == 0 and "\na\n" in output


def test_the_shell_runs_soon():
    """Counted from the kernel's first line on: one instruction a nanosecond."""
    _, output = run_cmd("stats", ICOUNT=1)
    first_line = float(re.search(r"^\[ *(\d+\.\d+)\] uos: ", output, re.M)[1])
    uptime_ms = int(re.search(r"^uptime_ms +(\d+)$", output, re.M)[1])
    assert 0 < uptime_ms / 1000 - first_line < 0.020
