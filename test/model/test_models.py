# SPDX-License-Identifier: MIT
"""Spin finds nothing in the models, and finds the loss as soon as any one step is taken
out that a model marks as NEEDED (`#ifndef WITHOUT_name`).

Also: nothing in a model is unreached, what it says of the code is there (`@ file: text`),
and README.md lists the steps."""

import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
MODELS = sorted(path for path in HERE.glob("*.pml") if path.name != "order.pml")
STEP = re.compile(r"#ifndef WITHOUT_(\w+)\s*/\* NEEDED: (.*?) \*/")
CODE = re.compile(r"@ (\S+): (.*?)(?: \*/)?$", re.M)
STEPS = [pytest.param(model, step, id=f"{model.stem}-{step}")
         for model in MODELS for step, _ in STEP.findall(model.read_text())]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.stem)


def search(folder, model, *defines, optimized="-O0"):
    """What spin's verifier prints after the whole search.  A search that is short
    takes less time than an optimizing compiler."""
    def run(*command):
        return subprocess.run(command, cwd=folder, check=True, text=True, timeout=600,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    generated = run("spin", "-a", *defines, str(model))
    assert "rror" not in generated, generated
    run("gcc", optimized, "-w", "-DSAFETY", "-DMEMLIM=1024", "-o", "pan", "pan.c")
    output = run("./pan", "-m100000")
    # the first error ends the search: anything else that cuts it short does not count
    assert "max search depth too small" not in output and "out of memory" not in output
    return output


def errors(output):
    return int(re.search(r"errors: (\d+)", output)[1])


@each_model
def test_nothing_is_lost(tmp_path, model):
    output = search(tmp_path, model, optimized="-O1")
    assert errors(output) == 0, output
    assert "Search not completed" not in output
    unreached = [line for line in output.splitlines()
                 if re.search(r", state \d+, ", line) and '"-end-"' not in line]
    assert not unreached, output


@pytest.mark.parametrize("model,step", STEPS)
def test_each_step_is_needed(tmp_path, model, step):
    output = search(tmp_path, model, f"-DWITHOUT_{step}")
    assert errors(output) > 0, output
    # a loss, a broken promise: not a mistake in the model
    assert re.search(r"pan:1: (invalid end state|assertion violated [ (])", output), output


@each_model
def test_marks(model):
    """Each WITHOUT_ has its reason beside it, once."""
    text = model.read_text()
    names = [name for name, _ in STEP.findall(text)]
    assert names and len(names) == len(set(names))
    assert set(re.findall(r"WITHOUT_(\w+)", text)) == set(names)


@each_model
def test_the_code_is_where_the_model_says(model):
    for path, words in CODE.findall(model.read_text()):
        code = " ".join((TOP / path).read_text().split())
        assert " ".join(words.split()) in code, f"{path} has no longer: {words}"


def test_readme_lists_each_step():
    readme = (HERE / "README.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| `(\w+)` \| (.*?) \|", readme, re.M)
    assert rows == [(model.stem, step, why) for model in MODELS
                    for step, why in STEP.findall(model.read_text())]
