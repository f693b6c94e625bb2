# SPDX-License-Identifier: MIT
"""The rules of style that a machine can check.

Each rule is a function of (path, text) that gives its complaints, one string
each; RULES lists them.  Paths are relative to the top of the project.
"""

import ast
import re

FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 500
LINE_COLUMNS_MAX = 110

# Longer ones, and why.
LONG_FILES = {
    "test/uintr/guest/csr_cases.c": "cases in the order of a spec's clauses",
    "test/uintr/guest/trap_cases.c": "cases in the order of a spec's clauses",
    "test/uintr/guest/uipi_cases.c": "cases in the order of a spec's clauses",
}

C_SUFFIXES = (".c", ".h")
CODE_SUFFIXES = (".c", ".h", ".S", ".py", ".mk", ".ld")

# What to call in place of what invites mistakes.
BANNED_CALLS = {
    "alloca": "a bounded array, or malloc",
    "atoi": "strtoul, which tells an error",
    "atol": "strtoul, which tells an error",
    "gets": "fgets",
    "rand": "a seeded generator of one's own",
    "sprintf": "snprintf",
    "strcat": "snprintf",
    "strcpy": "memcpy with a checked size, or snprintf",
    "strncpy": "memcpy with a checked size, or snprintf",
    "strtok": "strcspn and a pointer",
    "vsprintf": "vsnprintf",
}

# folder: the folders that it may include from, beside its own and <...>.
# The longest folder that fits a path decides.
MAY_INCLUDE = {
    "abi/": (),
    "drivers/": ("abi/", "kernel/api/"),
    "fs/": ("abi/", "drivers/", "kernel/api/"),
    "kernel/": ("abi/", "drivers/", "fs/", "sched-shared/", "uintr/"),
    "kernel/api/": ("abi/",),
    "libuos/": ("abi/", "uos.h", "uos/"),
    "sched-shared/": ("abi/",),
    "sdk/": (),
    "uintr/": ("abi/", "kernel/api/", "kernel/riscv.h"),
    "user/": ("abi/", "uos.h", "uos/"),
}

LICENCE_LINE = "// SPDX-License-Identifier: MIT\n"
COMMENT = re.compile(r"/\*.*?\*/", re.S)
CODE_IN_COMMENT = re.compile(
    r"^[\s/*]*(?:return\b|if\s*\(|for\s*\(|while\s*\(|[\w>.\[\]*-]+\s*=\s|"
    r"[a-z_]+\([^)]*\)).*[;{}]\s*(?:\*/)?$", re.M)


def code_of(text):
    """The text with comments and strings blanked, line numbers kept."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match[0])
    return re.sub(r'"(?:\\.|[^"\\\n])*"', '""', COMMENT.sub(blank, text))


def line_of(text, index):
    return text.count("\n", 0, index) + 1


def is_c(path):
    return path.endswith(C_SUFFIXES)


def long_c_functions(path, text):
    if not path.endswith(C_SUFFIXES):
        return
    start = None
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            if number - start - 1 > FUNCTION_LINES_MAX:
                yield (f"{path}:{start}: function of {number - start - 1} lines; "
                       f"the limit is {FUNCTION_LINES_MAX}")
            start = None


def long_python_functions(path, text):
    if not (path.endswith(".py") or text.startswith("#!/usr/bin/env python3")):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            lines = node.end_lineno - node.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines"


def long_files(path, text):
    lines = text.count("\n")
    if path.endswith(CODE_SUFFIXES) and lines > FILE_LINES_MAX and path not in LONG_FILES:
        yield f"{path}: {lines} lines; the limit is {FILE_LINES_MAX}"


def commented_out_code(path, text):
    if not path.endswith((".c", ".S", ".h")):
        return
    for match in COMMENT.finditer(text):
        # A header's contract may show how a call is written.
        if path.endswith(".h"):
            continue
        for code in CODE_IN_COMMENT.finditer(match[0]):
            number = line_of(text, match.start() + code.start())
            yield f"{path}:{number}: commented-out code: {code[0].strip()}"
    for match in re.finditer(r"^\s*#\s*if\s+0\b", text, re.M):
        yield f"{path}:{line_of(text, match.start())}: #if 0"


def banned_calls(path, text):
    if not is_c(path):
        return
    code = code_of(text)
    for match in re.finditer(r"(?<![\w.>])(\w+)\s*\(", code):
        if match[1] in BANNED_CALLS:
            yield (f"{path}:{line_of(code, match.start())}: {match[1]}: "
                   f"use {BANNED_CALLS[match[1]]}")


def blanks(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield f"{path}:{number}: trailing blanks"
    if text and not text.endswith("\n"):
        yield f"{path}: the last line does not end"
    if text.endswith("\n\n"):
        yield f"{path}: blank lines at the end"


def long_lines(path, text):
    if not path.endswith(CODE_SUFFIXES):
        return
    for number, line in enumerate(text.splitlines(), 1):
        columns = len(line.expandtabs(8))
        if columns > LINE_COLUMNS_MAX:
            yield f"{path}:{number}: {columns} columns"


def include_arrows(path, text):
    folders = [folder for folder in MAY_INCLUDE if path.startswith(folder)]
    if not folders or not path.endswith((".c", ".h", ".S")):
        return
    folder = max(folders, key=len)
    allowed = (folder, *MAY_INCLUDE[folder])
    for match in re.finditer(r'^\s*#\s*include\s+"([^"]+)"', text, re.M):
        name = match[1]
        own = "/" not in name and name not in ("uos.h",)
        if not own and not name.startswith(allowed):
            yield (f"{path}:{line_of(text, match.start())}: {folder} does not "
                   f"know {name}")


def missing_heads(path, text):
    text = text.removeprefix(LICENCE_LINE)
    # A .c that begins with its own header has its contract there.
    stem = re.sub(r".*/|\.\w+$", "", path)
    if path.endswith(".c") and text.startswith(f'#include "{stem}.h"\n'):
        return
    if path.endswith((".c", ".h", ".S", ".ld")) and not text.startswith("/*"):
        yield f"{path}: has no head that says what it is"
    if path.endswith((".py", ".mk")) and not text.startswith(("#", '"""')):
        yield f"{path}: has no head that says what it is"


def unfinished_work(path, text):
    words = re.compile("|".join(["TO" "DO", "FIX" "ME", "X" "XX"]))
    for match in words.finditer(text):
        yield f"{path}:{line_of(text, match.start())}: {match[0]}: finish it, or file it"


def line_comments(path, text):
    if not is_c(path):
        return
    text = text.removeprefix(LICENCE_LINE)
    for match in re.finditer(r"//", code_of(text)):
        yield f"{path}:{line_of(text, match.start())}: // comment: write /* */"


RULES = [banned_calls, blanks, commented_out_code, include_arrows, line_comments,
         long_c_functions, long_files, long_lines, long_python_functions,
         missing_heads, unfinished_work]
