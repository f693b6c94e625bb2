# SPDX-License-Identifier: MIT
"""The manual against the compiler: each public function has a page, each page is of
functions that there are, with the prototypes that there are; its examples compile;
and it says of context and errors what the header says."""

import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
CC = os.environ.get("CROSS", "riscv64-unknown-elf-") + "gcc"
COMPILE = [CC, "--specs=picolibc.specs", "-march=rv64imafdc", "-mabi=lp64d", "-fsyntax-only",
           "-Wall", "-Werror", "-I", str(TOP), "-I", str(TOP / "libuos/include"), "-x", "c", "-"]
INCLUDES = "".join(f"#include <{name}>\n" for name in (
    "errno.h", "fcntl.h", "signal.h", "stdint.h", "stdio.h", "stdlib.h", "string.h",
    "sys/wait.h", "uos.h", "abi/futex.h", "abi/terminal.h"))


def load_generator():
    loader = importlib.machinery.SourceFileLoader("make_man", str(TOP / "tools/make-man"))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(loader.name, loader))
    sys.modules[loader.name] = module
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


GENERATOR = load_generator()
PAGES = [page for page in GENERATOR.read_pages() if page.section == "3"]


@pytest.fixture(scope="module")
def manual(tmp_path_factory):
    folder = tmp_path_factory.mktemp("man")
    GENERATOR.write_manual(folder)
    return folder


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    """What the compiler has seen in the headers of libuos."""
    report = tmp_path_factory.mktemp("aux") / "declarations"
    subprocess.run([*[word for word in COMPILE if word != "-fsyntax-only"][:-3], "-c", "-o",
                    os.devnull, "-aux-info", report, "-x", "c", "-"],
                   input="#include <uos.h>\n", text=True, check=True)
    found = re.findall(r"^/\* \S*libuos/include/\S* \*/.*?\b(uos_\w+) \(", report.read_text(),
                       re.M)
    assert len(found) > 140
    return {name for name in found if not name.startswith("uos_switch_")}


def compiles(text):
    return subprocess.run(COMPILE, input=text, text=True, capture_output=True, check=False)


def section(path, name):
    """A section of the page as somebody reads it."""
    text = subprocess.run(["mandoc", "-Tascii", path], check=True, capture_output=True,
                          text=True).stdout
    text = re.sub(".\b", "", text)
    return re.search(rf"^{name}\n(.*?)(?=^\S)", text, re.M | re.S)[1]


def test_each_function_has_a_page_and_no_other(manual, declared):
    pages = {path.stem for path in (manual / "man3").iterdir()
             if path.is_symlink() or path.stem in declared}
    assert sorted(declared - pages) == [], "these want a page in sdk/man/"
    assert sorted(pages - declared) == [], "there are no such functions"
    assert {path.name for path in (manual / "man7").iterdir()} == {"uos.7"}


def test_no_function_has_two_pages():
    names = [name for page in PAGES for name in page.names]
    assert sorted(names) == sorted(set(names))


def test_overview_names_each_page():
    overview = (TOP / "sdk/man/uos.7.md").read_text()
    assert [page.name for page in PAGES if f"`{page.name}(3)`" not in overview] == []


def prototypes(manual):
    return {page.name: section(manual / f"man3/{page.name}.3", "SYNOPSIS") for page in PAGES}


def test_synopsis_is_what_the_compiler_has_seen(manual, declared):
    synopses = prototypes(manual)
    named = [name for text in synopses.values() for name in re.findall(r"\b(uos_\w+)\(", text)]
    assert len(named) == len(set(named)) and declared ^ set(named) == set()
    result = compiles("\n".join(synopses.values()))
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("right, wrong", [
    ("size_t bytes, off_t offset", "int bytes, off_t offset"),
    ("int uos_close(int fd);", "long uos_close(int fd);"),
    ("struct uos_task *uos_task_self(void)", "struct uos_task *uos_task_self(int)")])
def test_another_synopsis_is_found(manual, right, wrong):
    text = "\n".join(prototypes(manual).values())
    assert right in text
    assert "conflicting types" in compiles(text.replace(right, wrong, 1)).stderr


def test_lint(manual, tmp_path):
    pages = [path for path in manual.rglob("*.[137]") if not path.is_symlink()]
    assert len(pages) > 50
    lint = ["mandoc", "-Tlint", "-Wwarning"]
    result = subprocess.run([*lint, *pages], capture_output=True, text=True, check=False)
    assert result.stdout == ""
    bad = tmp_path / "bad.3"
    bad.write_text(pages[0].read_text() + ".EE\n")
    assert subprocess.run([*lint, bad], capture_output=True, check=False).stdout


def example_of(page, number):
    code = re.search(r"```c\n(.*?)```", "\n".join(page.sections["Example"]) + "\n", re.S)[1]
    # Whole functions, or what stands within one.
    if re.search(r"^\{", code, re.M):
        return code
    lines = "".join(f"\t{line}\n" for line in code.splitlines())
    return f"void example_{number}(void);\nvoid example_{number}(void)\n{{\n{lines}}}\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_example_compiles(page):
    unused = ("#pragma GCC diagnostic ignored \"-Wunused-variable\"\n"
              "#pragma GCC diagnostic ignored \"-Wunused-function\"\n")
    result = compiles(INCLUDES + unused + example_of(page, 1))
    assert result.returncode == 0, result.stderr
    assert any(name + "(" in example_of(page, 1) for name in page.names)


def test_pages_say_what_the_headers_say():
    functions = GENERATOR.public_functions()
    wrong = []
    for page in PAGES:
        assert "Return value" in page.sections
        text = "\n".join(line for lines in page.sections.values() for line in lines)
        for name in page.names:
            comment = functions[name].comment
            if ("ASYNC" in comment) != (page.contexts[name] == "ASYNC"):
                wrong.append(f"{name}: whether it asks by ring")
            if page.contexts[name] == "ASYNC":
                text += GENERATOR.ASYNC_ERRORS
            if page.contexts[name] == "INTERRUPTIBLE":
                text += "-ECANCELED"
            wrong += [f"{name}: {error}" for error in re.findall(r"-E[A-Z0-9]+", comment)
                      if error not in text]
    assert wrong == []
