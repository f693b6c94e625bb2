# SPDX-License-Identifier: MIT
"""Boots uos with one hart under -icount and collects what its benchmarks print.

The same build gives the same numbers, to the digit, on any host.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
SECONDS_MAX = 300
ROW = re.compile(r"^bench (\w+) ([0-9.]+)\s*$")


def count(cmd, isolation, mem, on_row=lambda name, value: None, disk="none", uintr="auto"):
    """{row: instructions} of one boot that runs CMD; ends the tool if it failed.

    Of a row that comes more than once, the last; on_row sees them all.  With a disk the
    numbers are the same from run to run only nearly: its interrupts come when they come.
    """
    settings = {**os.environ, "CMD": cmd, "HARTS": "1", "ICOUNT": "1", "MEM": mem,
                "ISOLATION": isolation, "DISK": str(disk), "FILES": "", "GDB": "", "UINTR": uintr,
                "TIMEOUT": str(SECONDS_MAX)}
    process = subprocess.Popen([TOP / "tools/run"], env=settings, text=True,
                               errors="replace", stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    rows, console = {}, ""
    for line in process.stdout:
        console += line
        match = ROW.match(line)
        if match:
            rows[match[1]] = float(match[2])
            on_row(match[1], rows[match[1]])
    if process.wait() or not rows:
        sys.exit(f"{console}\n{Path(sys.argv[0]).name}: the run with isolation "
                 f"{isolation} failed with status {process.returncode}; it is above")
    return rows


def cell(value, digits=1):
    """A number as a table shows it."""
    if value is None:
        return "-"
    return f"{value:,.{digits}f}".removesuffix("." + "0" * digits)


def output_folder():
    folder = Path(os.environ.get("BUILD", "build")) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
