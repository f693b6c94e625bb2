# SPDX-License-Identifier: MIT
"""The shell's parser and SHA-256 on the host, under ASan and UBSan."""

import hashlib
import random
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
SANITIZE = ["-g", "-O1", "-Wall", "-Wextra", "-Werror",
            "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def build(folder, source, *parts):
    program = folder / source.removesuffix(".c")
    subprocess.run(["gcc", *SANITIZE, f"-I{TOP}/user/lib", "-o", program,
                    HERE / source, *(TOP / "user/lib" / part for part in parts)],
                   check=True)
    return program


@pytest.fixture(scope="module")
def parse(tmp_path_factory):
    program = build(tmp_path_factory.mktemp("parse"), "parse.c", "command.c")

    def run(line):
        result = subprocess.run([program, line], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout.splitlines()
    return run


@pytest.mark.parametrize("line, commands", [
    ("", []),
    ("  ;; ;", []),
    ("a b", ["[a][b]"]),
    ("a;b ;c", ["[a]", "[b]", "[c]"]),
    ("a&b", ["[a] &", "[b]"]),
    ("'a b' \"c'd\" e\\ f", ["[a b][c'd][e f]"]),
    ("''", ["[]"]),
    ("a'b'\"c\"d", ["[abcd]"]),
    ("$? $! $x '$?' \"$?\"", ["[7][42][$x][$?][7]"]),
    ("a<b>c d", ["[a][d] <b >c"]),
    ("a >> b", ["[a] >>b"]),
    ("a # b ; c", ["[a]"]),
    ("a#b", ["[a#b]"]),
    ("'a", ["a quote is not closed"]),
    ("a >", ["a file's name is missing behind < or >"]),
    ("a > ; b", ["a file's name is missing behind < or >"]),
    (" ".join("w" * 65), ["the command has too many words"]),
    ("x" * 5000, ["the command is too long"]),
], ids=lambda value: value[:24] if isinstance(value, str) else "")
def test_lines(parse, line, commands):
    assert parse(line) == commands


def test_any_bytes(parse):
    generator = random.Random(1)
    for _ in range(300):
        parse("".join(generator.choice("ab '\"\\$?!;&<>#\t") for _ in range(60)))


def test_sha256(tmp_path):
    program = build(tmp_path, "hash.c", "sha256.c")
    generator = random.Random(2)
    for size in [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 100003]:
        data = generator.randbytes(size)
        output = subprocess.run([program], input=data, capture_output=True, check=True)
        assert output.stdout.decode().strip() == hashlib.sha256(data).hexdigest()
