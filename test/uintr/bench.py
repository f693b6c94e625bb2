#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measure what user interrupts cost in the patched QEMU, as a table.

Guest instructions come from -icount shift=0 and are exact. Times are the
host's, so they are given as the median of several runs and as a ratio to a
write to a UINTC register, which is what the machine and its load share.
"""

import statistics
import sys

import suite

RUNS = 7
TIMED = ["bench_access", "bench_between_spinning", "bench_between_sleeping"]
# of a tick of the machine's timer
NANOSECONDS = 100


def rows(name, case):
    line = suite.command(name, only=case, also="BENCH")
    with suite.Machine(line) as machine:
        lines = machine.read_until("done")
    assert "pass" in lines, lines
    return {words[1]: int(words[2]) / int(words[3]) for words in map(str.split, lines)
            if words[0] == "row"}


def main():
    exact = rows("icount-1", "bench_self")
    samples = {}
    for _ in range(RUNS):
        for case in TIMED:
            for name, value in rows("harts-2", case).items():
                samples.setdefault(name, []).append(value * NANOSECONDS)
    median = {name: statistics.median(values)
              for name, values in samples.items()}
    print(f"{'to oneself':44}{'instructions':>12}")
    print(f"{'  uipi.send to first instruction of handler':44}"
          f"{exact['send-to-handler']:12.0f}")
    print(f"{'  uipi.send to return (minimal handler)':44}"
          f"{exact['send-to-return']:12.0f}")
    print()
    print(f"{f'wall clock, median of {RUNS} runs':44}{'ns':>12}{'ratio':>8}")
    titles = {
        "mmio-write": "  write to a UINTC register",
        "uipi-send": "  uipi.send to an inactive receiver",
        "to-spinning-hart": "  uipi.send to a hart in U mode, and handler",
        "to-sleeping-hart": "  uipi.send to a hart in wfi, and handler",
    }
    for name, title in titles.items():
        print(f"{title:44}{median[name]:12.0f}"
              f"{median[name] / median['mmio-write']:8.1f}")


if __name__ == "__main__":
    sys.exit(main())
