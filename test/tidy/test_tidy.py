# SPDX-License-Identifier: MIT
"""Every file of the project keeps the rules of rules.py and is built by somebody;
and each rule complains of a sample that breaks it."""

import fnmatch
import re
import subprocess
from pathlib import Path

import pytest

import rules

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / "build"
# Words of other projects, in their own form.
NOT_OURS = (".patch", ".svg", ".png", ".json", ".md")

BAD_SAMPLES = {
    rules.banned_calls: ("kernel/a.c", "/* a */\nvoid f(void) { strcpy(a, b); }\n"),
    rules.blanks: ("kernel/a.c", "/* a */ \n"),
    rules.commented_out_code: ("kernel/a.c", "/* a */\n/* x = f(y); */\n"),
    rules.include_arrows: ("fs/a.c", '/* a */\n#include "kernel/mm/frame.h"\n'),
    rules.line_comments: ("kernel/a.c", "/* a */\nint x; // why\n"),
    rules.long_c_functions: ("kernel/a.c", "/* a */\nvoid f(void)\n{\n"
                             + "\tg();\n" * 61 + "}\n"),
    rules.long_files: ("kernel/a.c", "/* a */\n" * 501),
    rules.long_lines: ("kernel/a.c", "/* a */\n" + "\t" * 14 + "hello\n"),
    rules.long_python_functions: ("tools/a.py", "#\ndef f():\n" + "    g()\n" * 61),
    rules.missing_heads: ("kernel/a.c", "int x;\n"),
    rules.unfinished_work: ("kernel/a.c", "/* TO" "DO: all */\n"),
}


def tracked_files():
    """Files in git, and new ones that nothing ignores; all, where there is no git."""
    if not (TOP / ".git").exists():
        names = [str(path.relative_to(TOP)) for path in TOP.rglob("*") if path.is_file()
                 and BUILD not in path.parents and "__pycache__" not in path.parts]
        return sorted(names)
    output = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=TOP, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in set(output.splitlines())
                  if (TOP / name).is_file())


def texts():
    for name in tracked_files():
        if not name.endswith(NOT_OURS):
            yield name, (TOP / name).read_text()


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_rule(rule):
    complaints = [complaint for name, text in texts()
                  for complaint in rule(name, text)]
    assert not complaints, "\n" + "\n".join(complaints)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
def test_rule_can_fail(rule):
    assert list(rule(*BAD_SAMPLES[rule]))


def mentioned_sources():
    """Names of sources that a compiler has read, by its dependency files; that a
    fragment or a test names; or that another source includes."""
    # make qemu-dev puts QEMU's source there, which has a folder of that name.
    dependencies = " ".join(path.read_text() for path in BUILD.rglob("*.d")
                            if BUILD / "qemu-dev" not in path.parents)
    read = set(re.findall(r"[\w./-]+\.[chS]\b", dependencies))
    named = " ".join(text for name, text in texts()
                     if name.endswith((".py", ".mk", "Makefile")))
    included = {include for name, text in texts() if name.endswith((".c", ".h", ".S"))
                for include in re.findall(r'^\s*#\s*include\s+"([^"]+)"', text, re.M)}
    return read, named, {Path(include).name for include in included}


def test_every_source_is_built_by_somebody():
    read, named, included = mentioned_sources()
    assert read, "there are no dependency files: run make"
    wildcards = re.findall(r"\$\(wildcard ([^)]*)\)", named.replace("$(UINTR_TESTS)", "test/uintr"))
    patterns = [pattern for wildcard in wildcards for pattern in wildcard.split()]
    orphans = [name for name in tracked_files()
               if name.endswith((".c", ".h", ".S"))
               and name not in read
               and not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
               # a test may add the suffix
               and not re.search(rf"\b{re.escape(Path(name).stem)}\b", named)
               and not (name.endswith(".h") and Path(name).name in included)
               # in the place of picolibc's, which includes it
               and not name.startswith("libuos/include/sys/")]
    assert not orphans
