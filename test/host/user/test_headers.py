# SPDX-License-Identifier: MIT
"""Each header that a program may include stands alone, in C and in C++."""

import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
INCLUDE = TOP / "libuos/include"
# Beside a libc's <errno.h> it may not be included, which libuos's stands for.
HEADERS = sorted(
    [str(path.relative_to(TOP)) for path in (TOP / "abi").glob("*.h")]
    + [str(path.relative_to(INCLUDE)) for path in INCLUDE.glob("uos/*.h")]
    + ["uos.h"])
TARGET = ["-march=rv64imafdc", "-mabi=lp64d", "--specs=picolibc.specs"]
COMPILERS = {
    "c": ["riscv64-unknown-elf-gcc", "-xc", "-std=gnu11"],
    "c++": ["riscv64-unknown-elf-g++", "-xc++", "-std=gnu++17", "-Wno-pedantic"],
}


@pytest.mark.parametrize("language", COMPILERS)
@pytest.mark.parametrize("header", HEADERS)
def test_header_stands_alone(header, language):
    result = subprocess.run(
        [*COMPILERS[language], *TARGET, "-Wall", "-Wextra", "-Werror",
         "-fsyntax-only", f"-I{INCLUDE}", f"-I{TOP}", "-"],
        input=f'#include "{header}"\n#include "{header}"\nint unused;\n',
        text=True, capture_output=True)
    assert result.returncode == 0, result.stderr
