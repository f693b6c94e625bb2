# SPDX-License-Identifier: MIT
"""docs/tutorial.md, done from beginning to end as written: each file, each command, and
what it prints."""

import pytest

from as_written import Command, Write, check, matches, read_document, Reader
from machine import TOP

TUTORIAL = TOP / "docs/tutorial.md"


def test_tutorial(tmp_path):
    steps = read_document(TUTORIAL)
    assert len([step for step in steps if isinstance(step, Write)]) >= 7
    assert len([step for step in steps if isinstance(step, Command)]) >= 20
    (tmp_path / "home").mkdir()
    (tmp_path / "uos").symlink_to(TOP)
    environment = {"HOME": str(tmp_path / "home"), "LC_ALL": "C", "TERM": "dumb",
                   "PATH": "/usr/local/bin:/usr/bin:/bin", "TIMEOUT": "120"}
    Reader(tmp_path, environment).follow(steps)


def test_what_differs_is_found():
    """The comparison itself."""
    assert matches(["a", "...", "c"], ["a", "b", "b", "c"])
    assert matches(["...", "c"], ["c"])
    assert not matches(["a", "...", "c"], ["a", "b", "c", "d"])
    assert not matches(["a"], [])
    assert not matches([], ["a"])
    assert matches(["x 100 y"], ["x 180 y"], about=True)
    assert not matches(["x 100 y"], ["x 201 y"], about=True)
    assert not matches(["x 100 y"], ["x 180 y"])
    with pytest.raises(AssertionError):
        check(Command("true", ["a"], False), "b\n")
