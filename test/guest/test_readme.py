# SPDX-License-Identifier: MIT
"""The README's first program builds, runs and prints what it says; its links
and folders are there."""

import re
import subprocess

from machine import TOP, run_cmd

README = (TOP / "README.md").read_text()


def test_first_program(tmp_path):
    source = tmp_path / "hello.c"
    source.write_text(re.search(r"```c\n(.*?)```", README, re.S)[1])
    promised = re.search(r"It prints `([^`]+)`", README)[1]
    program = tmp_path / "hello"
    subprocess.run(["make", "-C", TOP, "sdk"], check=True)
    subprocess.run([TOP / "build/sdk/bin/uos-cc", source, "-o", program], check=True)
    status, output = run_cmd("/files/hello", files=[program])
    assert status == 0
    assert f"\n{promised}\n" in output


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) >= 4
    assert [link for link in links if not (TOP / link).exists()] == []


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
