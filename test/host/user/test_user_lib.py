# SPDX-License-Identifier: MIT
"""The shell's parser, its arithmetic and patterns, and SHA-256 on the host, under ASan
and UBSan."""

import fnmatch
import hashlib
import random
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent
SANITIZE = ["-g", "-O1", "-Wall", "-Wextra", "-Werror",
            "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
PARSER = ["lex.c", "parse.c", "parse_redirect.c", "scan.c", "text.c", "write.c"]


def build(folder, source, parts):
    program = folder / source.removesuffix(".c")
    subprocess.run(["gcc", *SANITIZE, f"-I{TOP}/user/lib", f"-I{TOP}/user/sh", "-o", program,
                    HERE / source, *(TOP / "user" / part for part in parts)], check=True)
    return program


@pytest.fixture(scope="module")
def parse(tmp_path_factory):
    program = build(tmp_path_factory.mktemp("parse"), "parse.c",
                    [f"sh/{part}" for part in PARSER])

    def run(text):
        result = subprocess.run([program], input=text.encode(), capture_output=True)
        assert result.returncode == 0, (text, result.stderr.decode(errors="replace"))
        return result.stdout.decode(errors="replace").splitlines()
    return run


@pytest.mark.parametrize("text, lines", [
    ("", []),
    ("# nothing", []),
    ("a b", ["a b"]),
    ("a;b ;c", ["a", "b", "c"]),
    ("a&b", ["a &", "b"]),
    ("'a b' \"c'd\" e\\ f $(g \")\" h) `i`", ["'a b' \"c'd\" e\\ f $(g \")\" h) `i`"]),
    ("x=1 y=$z a b=c", ["x=1 y=$z a b=c"]),
    ("a <b 2>>c >&2 >|d", ["a 0<b 2>>c 1>&2 1>d"]),
    ("a | b && ! c || d", ["a | b && ! c || d"]),
    ("a # b ; c", ["a"]),
    ("a#b", ["a#b"]),
    ("(a; b)", ["(", "a", "b", ")"]),
    ("{ a; } >b", ["{", "a", "} 1>b"]),
    ("if a; then b; elif c; then d; else e; fi",
     ["if", "a", "then", "b", "else", "if", "c", "then", "d", "else", "e", "fi", "fi"]),
    ("for i in a b; do c; done", ["for i in a b", "do", "c", "done"]),
    ("for i do c; done", ["for i", "do", "c", "done"]),
    ("while a; do b; done", ["while", "a", "do", "b", "done"]),
    ("case a in b|c) d;; esac", ["case a in", "(b|c)", "d", ";;", "esac"]),
    ("f() { a; }", ["f() {", "a", "}"]),
    ("a <<X | b\n$c\nX\nd", ["a 0<<X | b", "$c", "X", "d"]),
    ("a <<'X'\nc\nX", ["a 0<<'X'", "c", "X"]),
    ("'a", ["incomplete: a quote or bracket is not closed"]),
    ("$(a", ["incomplete: a quote or bracket is not closed"]),
    ("if a; then b", ["incomplete: `fi` is missing"]),
    ("a |", ["incomplete: a command is not finished"]),
    ("a >", ["mistake: a file's name is missing behind < or >"]),
    ("a > ; b", ["mistake: a file's name is missing behind < or >"]),
    ("; a", ["mistake: there is something where a command should be"]),
    ("a; done", ["mistake: a word stands where it ends nothing"]),
    ("a ) b", ["mistake: there is something behind a command"]),
    ("( " * 1000, ["mistake: commands are nested too deeply"]),
], ids=lambda value: value[:24] if isinstance(value, str) else "")
def test_commands(parse, text, lines):
    assert parse(text) == lines


@pytest.mark.parametrize("script", sorted((TOP / "test/guest/shell").glob("*.sh")),
                         ids=lambda path: path.stem)
def test_what_is_written_parses_to_the_same(parse, script):
    assert parse(script.read_text())


def test_any_bytes(parse):
    generator = random.Random(1)
    pieces = [*"ab '\"\\$?!;&<>#\t\n|(){}`", "if ", "then ", "fi\n", "do ", "done ", "case ",
              "in ", "esac ", "<<X\n", "X\n", "$(", "${", "$((", "))", "while ", ";;"]
    for _ in range(400):
        parse("".join(generator.choice(pieces) for _ in range(generator.randrange(60))))


@pytest.fixture(scope="module")
def calculate(tmp_path_factory):
    program = build(tmp_path_factory.mktemp("calculate"), "calculate.c",
                    ["sh/arithmetic.c", "sh/pattern.c", "sh/text.c"])

    def run(lines):
        return subprocess.run([program], input="\n".join(lines) + "\n", capture_output=True,
                              text=True, check=True).stdout.splitlines()
    return run


def expression(generator, depth):
    if depth == 0:
        return str(generator.randrange(100))
    kind = generator.randrange(8)
    one, other = expression(generator, depth - 1), expression(generator, depth - 1)
    if kind == 0:
        return f"({one})"
    if kind == 1:
        return generator.choice("-~+") + " " + one
    sign = generator.choice("+ - * & | ^ == != < <= > >=".split())
    return f"({one}) {sign} {other}"


def wrapped(value):
    return (int(value) + 2**63) % 2**64 - 2**63


def test_arithmetic_is_pythons(calculate):
    generator = random.Random(3)
    lines = []
    while len(lines) < 500:
        line = expression(generator, 4)
        # a comparison is no number for Python's other signs, and they chain
        if sum(line.count(sign) for sign in ("=", "<", ">")) <= 1:
            lines.append(line)
    for line, result in zip(lines, calculate(lines), strict=True):
        # C's order: & ^ | bind less than a comparison
        if not any(sign in line for sign in "=<>"):
            assert int(result) == wrapped(eval(line)), line


@pytest.mark.parametrize("text, result", [
    ("1 / 0", "division by zero"), ("-9223372036854775807 - 1", str(-2**63)),
    ("(-9223372036854775807 - 1) / -1", str(-2**63)), ("1 +", "a number is missing"),
    ("(1", "a bracket is not closed"), ("1 2", "an operator is missing"),
    ("1 << 65", "2"), ("x = 5", "5"), ("x += 2, 1", "an operator is missing"),
    ("7 & 3 == 3", "1"), ("1 ? 2 : 3 ? 4 : 5", "2"), ("0 && (x = 9)", "0"), ("", "0"),
    ("(" * 5000, "an expression is nested too deeply"),
])
def test_arithmetic(calculate, text, result):
    assert calculate([text]) == [result]


def test_patterns_are_pythons(calculate):
    generator = random.Random(4)
    cases = [("".join(generator.choice(["a", "b", "*", "?", "[ab]", "[!a]", "-"])
                      for _ in range(generator.randrange(7))),
              "".join(generator.choice("ab-") for _ in range(generator.randrange(7))))
             for _ in range(1000)]
    results = calculate([f"{pattern}\t{text}" for pattern, text in cases])
    for (pattern, text), result in zip(cases, results, strict=True):
        assert result == str(int(fnmatch.fnmatchcase(text, pattern))), (pattern, text)


def test_sha256(tmp_path):
    program = build(tmp_path, "hash.c", ["lib/sha256.c"])
    generator = random.Random(2)
    for size in [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 100003]:
        data = generator.randbytes(size)
        output = subprocess.run([program], input=data, capture_output=True, check=True)
        assert output.stdout.decode().strip() == hashlib.sha256(data).hexdigest()
