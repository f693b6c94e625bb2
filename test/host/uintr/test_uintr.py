# SPDX-License-Identifier: MIT
"""The emulation of user interrupts, on the host under sanitizers.

SEED=n picks the random instructions."""

import os
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
SEED = os.environ.get("SEED") or "1"
FLAGS = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-g", "-O1",
         "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-I", str(TOP)]


def test_emulation(tmp_path, request):
    program = tmp_path / "emulate_test"
    subprocess.run(["gcc", *FLAGS, str(HERE / "emulate_test.c"),
                    str(TOP / "uintr/emulated.c"), "-o", program], check=True)
    rounds = 10000000 if request.config.getoption("--long") else 300000
    result = subprocess.run([program, SEED, str(rounds)], text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, f"SEED={SEED}: {result.stdout}"
