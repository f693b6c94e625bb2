# SPDX-License-Identifier: MIT
"""Static programs for Linux, unmodified: what they print on uos is what they print on
the machine that runs the tests, which is a Linux."""

import subprocess
from pathlib import Path

import pytest

from machine import Machine, run_cmd

TOP = Path(__file__).resolve().parents[2]
SOURCES = TOP / "test/linux"
FLAGS = ["-O1", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE"]
PROGRAMS = {"memory": (0, []), "files": (7, ["one", "two words"]),
            "threads": (0, [])}


def build(compiler, name, target, *flags):
    subprocess.run([*compiler, *FLAGS, *flags, "-o", target, SOURCES / f"{name}.c"], check=True)
    return target


def musl():
    """musl's compiler, built if need be."""
    result = subprocess.run([TOP / "tools/build-musl", TOP / "build/musl"], text=True,
                            stdout=subprocess.PIPE, check=True)
    return [result.stdout.strip()]


def on_linux(name, folder):
    """What the program prints here."""
    status, words = PROGRAMS[name]
    program = build(["gcc"], name, folder / f"{name}.here")
    work = folder / "work"
    work.mkdir()
    result = subprocess.run([program, *words], cwd=work, text=True, stdout=subprocess.PIPE,
                            check=False)
    assert result.returncode == status
    assert not list(work.iterdir())
    work.rmdir()
    return result.stdout


@pytest.mark.parametrize("libc", ["glibc", "musl"])
@pytest.mark.parametrize("harts, isolation", [(1, "on"), (2, "off")])
def test_same_as_on_linux(libc, harts, isolation, tmp_path):
    compiler = ["riscv64-linux-gnu-gcc"] if libc == "glibc" else musl()
    programs = [build(compiler, name, tmp_path / name, "-static") for name in PROGRAMS]
    lines = ["cd /tmp"]
    for name, (_, words) in PROGRAMS.items():
        quoted = " ".join(f'"{word}"' for word in words)
        lines += [f"echo [{name}]", f"/files/{name} {quoted}", "echo [end $?]"]
    lines += ["echo [left]", "ls /tmp", "echo [end $?]"]
    _, output = run_cmd("; ".join(lines), harts=harts, isolation=isolation, files=programs,
                        timeout=60)
    for name, (status, _) in PROGRAMS.items():
        text = output.split(f"[{name}]\n")[1].split("[end ")
        assert text[0] == on_linux(name, tmp_path)
        assert text[1].startswith(f"{status}]")
    assert "[left]\n[end 0]" in output



def test_strace(tmp_path):
    """What a program asks for is listed, by both doors, and what there was not."""
    (tmp_path / "asks.c").write_text("""
#include <sys/syscall.h>
#include <fcntl.h>
#include <unistd.h>
int main(void)
{
	syscall(SYS_fork_that_is_not);
	return open("/none/at/all", O_RDONLY) + 1;
}
""".replace("SYS_fork_that_is_not", "SYS_personality"))
    asks = tmp_path / "asks"
    subprocess.run(["riscv64-linux-gnu-gcc", "-static", "-o", asks, tmp_path / "asks.c"],
                   check=True)
    with Machine(harts=2, files=[asks]) as machine:
        lines = machine.run("strace /files/asks").splitlines()
        assert 'openat(-100, "/none/at/all", 0, 00) = -2 (no such file or directory)' in lines
        assert "personality(0x" in "\n".join(lines)
        assert "exit_group(0) = ?" in lines
        assert "strace: missing: personality" in lines
        lines = machine.run("strace echo seen").splitlines()
        submitted = next(line for line in lines if line.startswith("sqe WRITE fd 1"))
        data = submitted.rsplit("data ", 1)[1]
        assert f"cqe data {data} = 5" in lines[lines.index(submitted):]
        assert not any(line.startswith("sqe") for line in machine.run("strace -c ls").splitlines())
        machine.run_without_leak("strace /bin/echo x", repeat=12)
        machine.run_without_leak("strace /files/asks", repeat=12)


def test_no_leak(tmp_path):
    """What programs for Linux had is all given back, also when a fault ends them."""
    programs = [build(["riscv64-linux-gnu-gcc"], name, tmp_path / name, "-static")
                for name in [*PROGRAMS, "killed"]]
    with Machine(harts=2, files=programs) as machine:
        machine.run("cd /tmp")
        machine.run_without_leak("/files/memory", repeat=12)
        machine.run_without_leak("/files/files", repeat=12, status=7)
        machine.run_without_leak("/files/threads", repeat=12)
        machine.run_without_leak("/files/killed", repeat=12, status=128 + 7)
