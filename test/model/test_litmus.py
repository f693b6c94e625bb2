# SPDX-License-Identifier: MIT
"""Each pair of litmus.py: with its fences the outcome that must not be is unreachable,
and without any single one of them it is reachable.  The explorer itself is held against
tests whose verdict is known."""

import re
from pathlib import Path

import pytest

from litmus import KNOWN, PAIRS, SPARE
from rvwmo import reachable

TOP = Path(__file__).resolve().parents[2]
NEEDED = re.compile(r"\{([^{}]*)\}")


def whole(text):
    return NEEDED.sub(r"\1", text)


def without(text, number):
    """The test without its number-th needed part."""
    parts = iter(range(text.count("{")))
    return NEEDED.sub(lambda match: "" if next(parts) == number else match[1], text)


@pytest.mark.parametrize("name", KNOWN)
def test_the_explorer_knows_the_model(name):
    text, outcome, allowed = KNOWN[name]
    assert reachable(text, outcome) == allowed


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0])
def test_pair_holds(pair):
    _, _, text, outcome, _ = pair
    assert not reachable(whole(text), outcome)


@pytest.mark.parametrize("pair,number", [
    pytest.param(pair, number, id=f"{pair[0]}-{part.strip()}-{number}")
    for pair in PAIRS for number, part in enumerate(NEEDED.findall(pair[2]))])
def test_each_part_is_needed(pair, number):
    _, _, text, outcome, _ = pair
    assert reachable(without(text, number), outcome)


@pytest.mark.parametrize("pair", SPARE, ids=lambda pair: pair[0])
def test_what_is_said_to_be_spare_is(pair):
    _, _, text, outcome, _ = pair
    assert not reachable(whole(text), outcome)
    assert not reachable(without(text, 0), outcome)
    # but for what takes its place
    assert reachable(without(text, 0).replace("R.aq", "R"), outcome)


@pytest.mark.parametrize("pair", PAIRS + SPARE, ids=lambda pair: pair[0])
def test_where_it_is_said(pair):
    """The file is there, and has the mark: (a), note 1, fences 1.  The first also says
    where the argument is: it names the pair."""
    places = pair[1].split("; ")
    first = re.split(r",? (?=\()|, ", places[0])[0]
    assert first.startswith("docs/") or re.search(rf"\b{pair[0]}\b", (TOP / first).read_text())
    for place in places:
        path, *marks = re.split(r",? (?=\()|, ", place)
        text = (TOP / path).read_text()
        for mark in marks:
            words = re.findall(r"\(\w\)|\w+", mark)
            assert words[-1] in text, place
