# SPDX-License-Identifier: MIT
"""The README's commands do what it says, as written; its first program builds, runs and
prints what it says; its settings and folders are there."""

import re
import subprocess

from as_written import Command, Reader
from machine import TOP

README = (TOP / "README.md").read_text()
# At a prompt, which is tried first; or what runs this, and what takes many minutes.
NOT_RUN = re.compile(r"make run$|make (test|bench|qemu)\b")


def commands():
    """The indented lines outside of code, without their remarks."""
    text = re.sub(r"^```.*?^```$", "", README, flags=re.M | re.S)
    lines = re.findall(r"^    (\S.*)$", text, re.M)
    return [re.sub(r"\s{2,}#.*", "", line) for line in lines]


def copy_of_the_tree(folder):
    """Where what a reader makes does not lie between the sources."""
    folder.mkdir()
    for path in TOP.iterdir():
        if path.name != ".git":
            (folder / path.name).symlink_to(path)
    return folder


def test_commands(tmp_path):
    tree = copy_of_the_tree(tmp_path / "uos")
    (tree / "hello.c").write_text(re.search(r"```c\n(.*?)```", README, re.S)[1])
    reader = Reader(tree, {"HOME": str(tmp_path), "LC_ALL": "C", "TERM": "dumb",
                           "TIMEOUT": "120", "PATH": "/usr/local/bin:/usr/bin:/bin"})
    lines = commands()
    run = [line for line in lines if not NOT_RUN.match(line)]
    assert {"make run", "make test"} <= set(lines) and len(run) >= 7
    reader.run_at_terminal(Command("make run", ["...", "uos$ echo well", "well"], False))
    for line in run:
        shown = ["..."]
        if line == "make run FILES=hello CMD=/files/hello":
            shown.append(re.search(r"It prints `([^`]+)`", README)[1])
        reader.run(Command(line, shown, False))
    assert (tree / "copy").read_text() == README


def test_settings_are_those_of_run():
    """Each is told by tools/run, and passed on by make: nobody else uses the name."""
    rows = re.findall(r"^\| (`[A-Z]+=.*?) \|", README, re.M)
    names = set(re.findall(r"`([A-Z]+)=", " ".join(rows)))
    assert len(names) >= 12
    told = (TOP / "tools/run").read_text().split('"""')[1]
    assert [name for name in names if f"{name}=" not in told] == []
    rules = "\n".join(["include Makefile", "settings:",
                       *(f"\t@echo {name}=$${name}" for name in names), ""])
    # From the environment: a fragment that takes the name for itself would win.
    result = subprocess.run(["make", "-s", "-C", TOP, "-f", "-", "settings"], input=rules,
                            capture_output=True, text=True, check=True,
                            env={"PATH": "/usr/bin:/bin", **dict.fromkeys(names, "given")})
    assert sorted(result.stdout.split()) == sorted(f"{name}=given" for name in names)


def test_folders_are_there():
    folders = re.findall(r"`([a-z-]+)/`", README)
    assert len(folders) >= 8
    known = [TOP, TOP / "test"]
    assert [name for name in folders
            if not any((top / name).is_dir() for top in known)] == []


def test_help_lists_every_target_of_the_readme():
    output = subprocess.run(["make", "-C", TOP, "help"], check=True,
                            capture_output=True, text=True).stdout
    for target in set(re.findall(r"(?:`|^    )make ([a-z][a-z-]*)", README, re.M)):
        assert f"make {target} " in output
