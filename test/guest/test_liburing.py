# SPDX-License-Identifier: MIT
"""liburing's own test programs, unmodified: those of test/liburing/passing.txt pass, by
the measure of tools/test-liburing; a marked few by default, all with --long."""

import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / "build/liburing"


def passing(all_of_them):
    for line in (TOP / "test/liburing/passing.txt").read_text().splitlines():
        words = line.split()
        if words and words[0] != "#" and (all_of_them or "*" in words):
            yield words[0]


@pytest.mark.parametrize("harts", [1, 2])
def test_liburing(harts, request):
    long = request.config.getoption("--long")
    if harts == 2 and not long:
        pytest.skip("with --long")
    subprocess.run([TOP / "tools/build-liburing", BUILD], check=True)
    names = list(passing(long))
    assert len(names) > 20
    command = [TOP / "tools/test-liburing", "--harts", str(harts), "--must-pass"]
    for name in names:
        command += ["--only", name]
    result = subprocess.run(command, text=True, check=False, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout
