# SPDX-License-Identifier: MIT
"""A running uos in QEMU, as a test sees it.

    with Machine(harts=2) as machine:
        assert machine.run("echo hello") == "hello\\n"

run() types a line at the prompt and gives what it printed; it fails unless the
line exits 0 (or with the status that is asked for).  run_cmd() is the other way in: `make run CMD=...`.
"""

import os
import re
import socket
import subprocess
import time
from pathlib import Path

import pexpect

TOP = Path(__file__).resolve().parents[2]
RUN = TOP / "tools/run"
PROMPT = "uos$ "
BOOT_SECONDS = 60
# What a kernel that is well never prints.
COMPLAINT = re.compile(r"panic|assertion|corrupt|BUG|leaked|stuck", re.I)
# Counts of what exists now are equal before and after; but these may change once:
# a cache is filled, a folder's index grows, an idle hart keeps a stack, a penalty wears off.
CACHED_COUNTS = {"frames_free", "heap_bytes", "kernel_stacks", "timers"}
SETTLE_SECONDS = 2


def environment(harts, isolation, mem, disk, files, **more):
    settings = {"HARTS": harts, "ISOLATION": isolation, "MEM": mem,
                "DISK": disk or "none", "FILES": " ".join(map(str, files)),
                "CMD": "", "GDB": "", "ICOUNT": "", "APPEND": "", **more}
    return {**os.environ, "BUILD": str(TOP / "build"),
            **{name: str(value) for name, value in settings.items()}}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def complaints(log):
    return [line for line in log.splitlines() if COMPLAINT.search(line)]


def lines_of(console):
    """The console's text; a pty puts a second return before a newline."""
    return re.sub(r"\r+\n", "\n", console)


def rerun_command(cmd, settings):
    words = [f"{name}='{settings[name]}'"
             for name in ("HARTS", "ISOLATION", "MEM", "SCHED", "DISK", "FILES", "APPEND")
             if settings.get(name)]
    return " ".join(["make run", *words, f"CMD='{cmd}'"])


def run_cmd(cmd, harts=1, isolation="on", mem="128M", disk=None, files=(),
            timeout=120, expect_panic=False, **more):
    """Boots, runs CMD and powers off: (exit status, what was printed)."""
    settings = environment(harts, isolation, mem, disk, files,
                           CMD=cmd, TIMEOUT=timeout, **more)
    result = subprocess.run([RUN], env=settings, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = lines_of(result.stdout.decode(errors="replace"))
    print(f"rerun: {rerun_command(cmd, settings)}\n{output}")
    assert expect_panic or not complaints(output)
    return result.returncode, output


class Machine:
    def __init__(self, harts=1, isolation="on", mem="128M", disk=None,
                 files=(), **more):
        self.settings = environment(harts, isolation, mem, disk, files, **more)
        self.log = ""           # all that the console showed
        self.process = None

    def __enter__(self):
        self.process = pexpect.spawn(
            str(RUN), env=self.settings, encoding="utf-8", timeout=BOOT_SECONDS,
            codec_errors="replace", echo=False, dimensions=(50, 1000))
        self.expect_prompt(BOOT_SECONDS)
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        if self.process is not None:
            self.process.close(force=True)
            self.process = None

    def alive(self):
        return self.process is not None and self.process.isalive()

    def fail(self, why):
        """Ends the machine: after this nothing that it says can be trusted."""
        pending = "" if self.process is None else self.process.before
        if isinstance(pending, str):
            self.log += pending
        self.kill()
        raise AssertionError(f"{why}; the console's last lines:\n"
                             + "\n".join(self.log.splitlines()[-40:]))

    def expect(self, text, timeout):
        """What came before TEXT."""
        found = self.process.expect_exact(
            [text, pexpect.EOF, pexpect.TIMEOUT], timeout=timeout)
        if found == 1:
            self.fail("the machine ended")
        if found == 2:
            self.fail(f"no {text!r} in {timeout} seconds")
        before = self.process.before
        self.log += before + text
        return lines_of(before)

    def expect_prompt(self, timeout):
        return self.expect(PROMPT, timeout)

    def send(self, text):
        self.process.send(text)

    def run(self, line, status=0, timeout=60):
        """What the line printed; it must exit with STATUS (None: any)."""
        print(rerun_command(line, self.settings))
        self.send(f"{line}{'' if line.endswith('&') else ';'} echo [exit $?]\r")
        output = self.expect_prompt(timeout)
        # The console echoes what was typed.
        typed, _, output = output.partition("\n")
        match = re.search(r"\[exit (-?\d+)\]\n$", output)
        if not match or "[exit $?]" not in typed:
            self.fail(f"{line}: no exit status in {output!r}")
        output = output[:match.start()]
        print(output)
        if status is not None and int(match[1]) != status:
            raise AssertionError(f"{line}: exit status {match[1]}, "
                                 f"wanted {status}:\n{output}")
        return output

    def complaints(self, since=0):
        """Lines of the log that a kernel that is well never prints."""
        return complaints(self.log[since:])

    # --- leak counts --------------------------------------------------------

    def counts(self):
        """{name: how many there are now} of all that must not leak."""
        rows = (row.split() for row in self.run("leak").splitlines())
        return {row[0]: int(row[1]) for row in rows if len(row) == 2}

    def steady_counts(self):
        """Counts that were read twice: with nobody on the way to rest."""
        before = None
        while True:
            counts = self.counts()
            if counts == before:
                return counts
            before = counts

    def settled_counts(self, wanted):
        """Counts that equal WANTED, or after SETTLE_SECONDS those that last did but for
        caches: the end of a program is not the end of what the kernel does for it."""
        deadline, nearest = time.monotonic() + SETTLE_SECONDS, None
        while True:
            counts = self.counts()
            different = {name for name in wanted if counts.get(name) != wanted[name]}
            if not different:
                return counts
            if different <= CACHED_COUNTS:
                nearest = counts
            if time.monotonic() > deadline:
                return nearest or counts
            time.sleep(0.1)

    def run_without_leak(self, line, repeat=4, **how):
        """Runs the line until a repetition leaves all counts as they were: a
        leak grows each time, a cache once.  Gives the last output."""
        before = self.steady_counts()
        for _ in range(repeat):
            output = self.run(line, **how)
            after = self.settled_counts(before)
            if not left_behind(before, after):
                return output
            grown = {name for name in before if after.get(name) != before[name]}
            assert grown <= CACHED_COUNTS, difference(before, after)
            last, before = before, after
        raise AssertionError(f"{line}: each of {repeat} runs left more behind: "
                             f"{after}, last {difference(last, after)}")


def left_behind(before, after):
    """Names of counts that changed; caches may get smaller."""
    return {name for name in before if after.get(name) != before[name] and not
            (name in CACHED_COUNTS and name in after and
             (after[name] < before[name]) == (name != "frames_free"))}


def difference(before, after):
    return {name: (before[name], after.get(name))
            for name in before if after.get(name) != before[name]}
