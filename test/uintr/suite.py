#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run the conformance suite of docs/uintr-isa.md under QEMU.

    test/uintr/suite.py CONFIGURATION [CASE]   run all cases, or the one
    test/uintr/suite.py --list                 name configurations and cases

An image runs all cases that fit a configuration, one after another, and says
of each whether it passed.  A case that hangs or ends QEMU fails, and the
image is started again behind it.  The variable UINTR_QEMU names another emulator
than build/qemu/qemu-system-riscv64, BUILD another folder than build.
"""

import json
import os
import re
import select
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from collections import namedtuple
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = Path(os.environ.get("BUILD", ROOT / "build")).resolve()
QEMU = os.environ.get("UINTR_QEMU", str(BUILD / "qemu/qemu-system-riscv64"))
UNPATCHED = str(BUILD / "qemu-unpatched/qemu-system-riscv64")

# As in guest/platform.h
PARAMETERS_BASE = 0x86000000
# As in guest/harness.h
FEATURES = {name: 1 << bit for bit, name in enumerate(
    "N UIPI UINTC C NO_C NO_N NO_UINTC NO_UIPI AIA RV64 RV32 PEER ICOUNT BENCH"
    .split())}

# A case that says nothing for so long hangs.
CASE_SECONDS = float(os.environ.get("UINTR_CASE_SECONDS", 40))

# After so many a configuration is given up: its other cases did not run.
RESTARTS = 3

ON = "rv64,h=false,x-n=true,x-uipi=true"
RV64 = "N UIPI UINTC C RV64"
OFF = "NO_N NO_UIPI NO_UINTC C RV64"

Configuration = namedtuple("Configuration",
                           "image machine cpu harts arguments features")
CONFIGURATIONS = {
    "harts-1": Configuration("rv64imac", "virt,uintc=on", ON, 1, "", RV64),
    "harts-2": Configuration("rv64imac", "virt,uintc=on", ON, 2, "", RV64),
    "harts-4": Configuration("rv64imac", "virt,uintc=on", ON, 4, "", RV64),
    "icount-1": Configuration(
        "rv64imac", "virt,uintc=on", ON, 1, "-icount shift=0",
        RV64 + " ICOUNT"),
    "icount-4": Configuration(
        "rv64imac", "virt,uintc=on", ON, 4, "-icount shift=0",
        RV64 + " ICOUNT"),
    "one-insn": Configuration(
        "rv64imac", "virt,uintc=on", ON, 2,
        "-accel tcg,one-insn-per-tb=on", RV64),
    "no-c": Configuration(
        "rv64ima", "virt,uintc=on", ON + ",c=false", 2, "",
        "N UIPI UINTC NO_C RV64"),
    "rv32": Configuration(
        "rv32imafdc", "virt,uintc=on", "rv32,h=false,x-n=true,x-uipi=true", 2,
        "", "N UIPI UINTC C RV32"),
    "aia": Configuration(
        "rv64imac", "virt,uintc=on,aia=aplic",
        ON + ",smaia=true,ssaia=true", 2, "", RV64 + " AIA"),
    "aclint": Configuration(
        "rv64imac", "virt,uintc=on,aclint=on", ON, 2, "", RV64),
    "no-uipi": Configuration(
        "rv64imac", "virt,uintc=on", "rv64,h=false,x-n=true", 2, "",
        "N NO_UIPI UINTC C RV64"),
    "no-uintc": Configuration(
        "rv64imac", "virt", ON, 1, "", "N UIPI NO_UINTC C RV64"),
    "n-alone": Configuration(
        "rv64imac", "virt", "rv64,h=false,x-n=true", 1, "",
        "N NO_UIPI NO_UINTC C RV64"),
    "off": Configuration("rv64imac", "virt", "rv64", 1, "", OFF),
    "off-without-h": Configuration(
        "rv64imac", "virt", "rv64,h=false", 1, "", OFF),
}

Case = namedtuple("Case", "name needs harts clauses file")


# --- what the sources say ---------------------------------------------------

def read_cases():
    cases = {}
    for path in sorted((HERE / "guest").glob("*_cases.c")):
        for match in re.finditer(
                r'^CASE\((\w+), ([\w| ]+), (\d+), "([\w ]+)"\)',
                path.read_text(), re.M):
            needs = set()
            for word in match[2].split("|"):
                word = word.strip().removeprefix("HAS_")
                needs |= {"N", "UIPI", "UINTC"} if word == "ALL" else {word}
            cases[match[1]] = Case(match[1], needs, int(match[3]),
                                   match[4].split(), path.name)
    return cases


CASES = read_cases()


def fits(case, configuration, also=""):
    features = set((configuration.features + " " + also).split())
    return case.needs <= features and case.harts <= configuration.harts


def fitting(name):
    return [case for case in CASES.values()
            if fits(case, CONFIGURATIONS[name])]


# --- starting QEMU ----------------------------------------------------------

def name_hash(name):
    value = 0xcbf29ce484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001b3 % (1 << 64)
    return value


def command(name, only="", after="", also="", qemu=None):
    configuration = CONFIGURATIONS[name]
    features = sum(FEATURES[word]
                   for word in (configuration.features + " " + also).split())
    words = [name_hash(only) if only else 0, name_hash(after) if after else 0,
             features, configuration.harts]
    line = [qemu or QEMU, "-M", configuration.machine,
            "-cpu", configuration.cpu, "-smp", str(configuration.harts),
            "-m", "128M", "-bios", "none", "-display", "none",
            "-kernel", str(BUILD / "uintr" / f"{configuration.image}.elf"),
            *configuration.arguments.split()]
    for index, word in enumerate(words):
        line += ["-device", f"loader,addr={PARAMETERS_BASE + 8 * index:#x},"
                            f"data={word:#x},data-len=8"]
    return line


def rerun(name, case):
    return f"test/uintr/suite.py {name} {case}"


class Machine:
    """A QEMU whose console is read line by line, with QMP if asked for."""

    def __init__(self, line, qmp=False):
        self.folder = tempfile.TemporaryDirectory()
        self.line = [*line, "-serial", "stdio"]
        if qmp:
            path = Path(self.folder.name) / "qmp"
            self.line += ["-qmp", f"unix:{path},server=on,wait=off"]
        self.process = subprocess.Popen(
            [*self.line, "-monitor", "none"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.buffer = b""
        self.qmp = Qmp(path) if qmp else None

    def read_line(self, seconds=CASE_SECONDS):
        """The next line, None at the end, TimeoutError after SECONDS."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self.buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [],
                                              left)[0]:
                raise TimeoutError
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                line, self.buffer = self.buffer, b""
                return line.decode(errors="replace") or None
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode(errors="replace").rstrip("\r")

    def read_until(self, wanted):
        lines = []
        while wanted not in lines:
            line = self.read_line()
            assert line is not None, "QEMU ended: " + "\n".join(lines)
            lines.append(line)
        return lines

    def type(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def stop(self):
        if self.qmp:
            self.qmp.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Qmp:
    """As much of QEMU's machine protocol as a migration needs."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 20
        while True:
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        self.stream = self.socket.makefile("rw")
        self.stream.readline()
        self.run("qmp_capabilities")

    def run(self, name, **arguments):
        self.stream.write(json.dumps({"execute": name,
                                      "arguments": arguments}) + "\n")
        self.stream.flush()
        while True:
            answer = json.loads(self.stream.readline())
            if "error" in answer:
                raise RuntimeError(answer["error"]["desc"])
            if "return" in answer:
                return answer["return"]

    def wait(self, name, test):
        deadline = time.monotonic() + 30
        while True:
            answer = self.run(name)
            if test(answer):
                return answer
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name}: {answer}")
            time.sleep(0.02)

    def close(self):
        self.stream.close()
        self.socket.close()


# --- running the cases ------------------------------------------------------

def run_once(name, only, after, results, echo):
    """Run until the end or a case that hangs; give the last case begun."""
    case = None
    with Machine(command(name, only, after)) as machine:
        while True:
            try:
                line = machine.read_line()
            except TimeoutError:
                if case:
                    results[case] = f"no answer for {CASE_SECONDS} s"
                return case
            if line is None:
                if case and case not in results:
                    results[case] = "QEMU ended"
                return case
            if echo:
                print(line, flush=True)
            if line.startswith("case "):
                case = line[5:]
            elif line == "pass":
                results[case] = ""
            elif line.startswith("fail "):
                results[case] = line[5:]
            elif line == "done":
                return None


def run(name, only="", echo=False):
    """The result of each case: the empty string, or why it failed."""
    results = {}
    wanted = {only} if only else {case.name for case in fitting(name)}
    after = ""
    for _ in range(RESTARTS + 1):
        last = run_once(name, only, after, results, echo)
        if last is None or last == after:
            break
        after = last
    for case in wanted - set(results):
        results[case] = "it did not run"
    return results


def main(arguments):
    if arguments == ["--list"]:
        for name in CONFIGURATIONS:
            print(f"{name:16}{len(fitting(name)):4} cases")
        for case in CASES.values():
            print(f"  {case.name:40} {' '.join(case.clauses)}")
        return 0
    if not arguments or arguments[0] not in CONFIGURATIONS:
        print(__doc__, file=sys.stderr)
        return 2
    only = arguments[1] if len(arguments) > 1 else ""
    print(shlex.join(command(arguments[0], only) + ["-serial", "stdio"]))
    failed = {case: why for case, why in run(arguments[0], only, True).items()
              if why}
    print(f"{len(failed)} failed")
    for case, why in failed.items():
        print(f"{case}: {why}\n    rerun: {rerun(arguments[0], case)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
