# SPDX-License-Identifier: MIT
"""Completions as user interrupts, with each back end."""

import collections
import os
import re
import subprocess

import pytest

from machine import TOP, Machine, run_cmd

KINDS = [(harts, isolation, uintr) for uintr in ("hw", "emulated")
         for harts, isolation in ((1, "on"), (2, "off"), (4, "on"))]
SEED = int(os.environ.get("SEED") or 1)


def kind_name(kind):
    return "-".join(map(str, kind))


@pytest.fixture(scope="module", params=KINDS, ids=kind_name)
def machine(request):
    harts, isolation, uintr = request.param
    with Machine(harts=harts, isolation=isolation, UINTR=uintr) as machine:
        yield machine
        assert not machine.complaints()


def test_completions_interrupt(machine):
    """One that computes, one that sleeps in wfi, one that does not want to be told."""
    output = machine.run_without_leak("interrupt-check")
    assert "FAIL" not in output


def test_senders(machine):
    """From thread to thread and process to process, to who computes, sleeps in wfi or
    waits in the kernel; forged, revoked, to who is gone; doorbells."""
    output = machine.run_without_leak("sender-check", timeout=120)
    assert "FAIL" not in output


def test_misuse(machine):
    """Handlers that fault or stay, utvec nowhere, the supervisor's CSRs, hostile words and
    registrations: each beside a program that does its part."""
    output = machine.run_without_leak("interrupt-abuse", timeout=120)
    assert "FAIL" not in output


def test_nothing_is_lost(machine, request):
    """Completions against random silence, arming, sleep, time-outs and moves."""
    completions = 1000000 if request.config.getoption("--long") else 100000
    machine.run(f"interrupt-stress {completions} {SEED}", timeout=900)


@pytest.mark.parametrize("machine", [(1, "on", "hw"), (1, "on", "emulated")], ids=kind_name,
                         indirect=True)
def test_more_receivers_than_there_are(machine):
    """600 threads want one: who gets none is told so, and nobody else is hurt."""
    output = machine.run_without_leak("sender-check many", timeout=120)
    assert "FAIL" not in output


def test_urgent_coroutines_come_through(machine):
    """One that computes is cut off at any instruction, in libraries too, for a more urgent
    one, never for its equals, and finds every register as it was."""
    output = machine.run_without_leak("preempt-check 100", timeout=180)
    assert "FAIL" not in output


def test_executors(machine):
    """Several executors, each with a receiver of its own."""
    output = machine.run_without_leak("executors-check 4 300", timeout=180)
    assert "FAIL" not in output


def test_links(machine):
    """Messages and counts between two processes, by user interrupts; and the end."""
    output = machine.run_without_leak("link-check 1000", timeout=120)
    assert "FAIL" not in output


# ---- no trap in the steady state ------------------------------------------------------

def counts_of(output):
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", output, re.M)}


@pytest.mark.parametrize("file", ["/dev/zero", "/bin/sh"])
@pytest.mark.parametrize("depth", [1, 64])
def test_no_trap_in_the_steady_state(depth, file, tmp_path, request):
    """With a hart that serves the ring, the reader does not enter the kernel at all, and
    with one read at a time it sleeps for each: by the kernel's own count, and by QEMU's log
    of traps."""
    reads = 1000000 if request.config.getoption("--long", False) else 100000
    log, qemu = tmp_path / "traps", tmp_path / "qemu"
    qemu.write_text("#!/bin/sh\n"
                    f'exec {TOP}/build/qemu/qemu-system-riscv64 "$@" -d int -D {log}\n')
    qemu.chmod(0o755)
    status, output = run_cmd(f"steady {reads} {depth} {file}", harts=2, UINTR="hw",
                             QEMU=qemu, timeout=300)
    assert status == 0
    counts = counts_of(output)
    assert reads <= counts["operations"] <= reads + depth
    # A host that takes a CPU away for a millisecond lets the server fall asleep just when
    # no hart idles to hear the bell: then one knock traps.
    traps = counts["traps_syscall"] + counts["traps_fault"] + counts["traps_yield"]
    assert traps <= reads / 20000
    if depth == 1:
        assert counts["sleeps"] >= 0.9 * reads
    else:
        assert counts["announcements"] <= reads / 8
    # all of them, the shell's and the program's start and end among them
    with open(log, errors="replace") as lines:
        assert 0 < sum("desc=user_ecall" in line for line in lines) < 500


# ---- an interrupt at every instruction -----------------------------------------------

SWEEP = TOP / "build/user/elf/interrupt-sweep"
REFERENCE_ROUNDS = 200
SWEEP_ROUNDS = 60000
SEEDS = 6
# From the wait in the kernel until it has reaped and armed, nobody is announced: there
# no interrupt comes, by design (libuos/client.c).
UNARMED = {"enter", "wait_interruptible", "reap_and_arm", "reap_all", "uos_client_reap"}
UNARMED_IN_PART = {"uos_executor_pause": 4}


class Symbols:
    def __init__(self):
        names = subprocess.run(["riscv64-unknown-elf-nm", SWEEP], check=True, text=True,
                               capture_output=True).stdout
        at = {name: int(address, 16) for address, _, name in
              (line.split() for line in names.splitlines() if len(line.split()) == 3)}
        self.start, self.end = at["__uos_critical_start"], at["__uos_critical_end"]
        self.functions = sorted((address, name) for name, address in at.items()
                                if self.start <= address < self.end and "critical" not in name)

    def function_at(self, address):
        return max(entry for entry in self.functions if entry[0] <= address)[1]


def executed(symbols, tmp_path):
    """Instructions of the critical code that each round executes at least once."""
    log, qemu = tmp_path / "exec", tmp_path / "qemu"
    qemu.write_text("#!/bin/sh\n"
                    f'exec {TOP}/build/qemu/qemu-system-riscv64 "$@" '
                    "-accel tcg,one-insn-per-tb=on -d exec,nochain "
                    f"-dfilter {symbols.start:#x}..{symbols.end:#x} -D {log}\n")
    qemu.chmod(0o755)
    status, output = run_cmd(f"interrupt-sweep {REFERENCE_ROUNDS} 0 alone", UINTR="hw",
                             QEMU=qemu)
    assert status == 0 and "FAIL" not in output
    counts = collections.Counter()
    with open(log, errors="replace") as lines:
        for line in lines:
            match = re.search(r"\[[0-9a-f]+/([0-9a-f]{16})/", line)
            if match:
                counts[int(match[1], 16)] += 1
    return {address for address, count in counts.items() if count >= REFERENCE_ROUNDS}


def interrupted(symbols, seed):
    """Instructions before which an interrupt has come."""
    status, output = run_cmd(f"interrupt-sweep {SWEEP_ROUNDS} {seed}", UINTR="hw", ICOUNT=1)
    assert status == 0 and "FAIL" not in output
    digits = "".join(re.findall(r"^map ([0-9a-f]+)$", output, re.M))
    return {symbols.start + 2 * (4 * place + bit) for place, digit in enumerate(digits)
            for bit in range(4) if int(digit, 16) >> bit & 1}


def test_an_interrupt_at_every_instruction(tmp_path):
    """Calls of coroutines, locks, channels and the ring, interrupted before each of their
    instructions in the executor's own code: all goes on as if nothing had been."""
    symbols = Symbols()
    missing = {address for address in executed(symbols, tmp_path)
               if symbols.function_at(address) not in UNARMED}
    assert len(missing) > 600
    for seed in range(SEEDS):
        missing -= interrupted(symbols, seed)
        in_function = collections.Counter(map(symbols.function_at, missing))
        if in_function <= collections.Counter(UNARMED_IN_PART):
            return
    assert not sorted((symbols.function_at(address), hex(address)) for address in missing)
