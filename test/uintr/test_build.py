# SPDX-License-Identifier: MIT
"""What tools/build-qemu says of a source that it cannot use."""

import importlib.machinery
import importlib.util
import shutil

import pytest

import suite

loader = importlib.machinery.SourceFileLoader(
    "build_qemu", str(suite.ROOT / "tools/build-qemu"))
build_qemu = importlib.util.module_from_spec(
    importlib.util.spec_from_loader(loader.name, loader))
loader.exec_module(build_qemu)

PATCH = """--- a/one
+++ b/one
@@ -1,3 +1,3 @@
 a
-b
+B
 c
--- a/two
+++ b/two
@@ -1,3 +1,3 @@
 a
-b
+B
 c
@@ -11,3 +11,3 @@
 k
-l
+L
 m
"""
LETTERS = "abcdefghijklm"


def make_source(folder, one=LETTERS, two=LETTERS):
    tree = folder / "tree"
    tree.mkdir()
    for name, letters in (("one", one), ("two", two)):
        (tree / name).write_text("\n".join(letters) + "\n")
    patch = folder / "0001-b-and-l.patch"
    patch.write_text(PATCH)
    return tree, patch


def test_a_series_is_applied(tmp_path):
    tree, patch = make_source(tmp_path)
    build_qemu.apply_series(tree, [patch])
    assert "\nL\n" in (tree / "two").read_text()


def test_a_patch_that_fails_is_named_with_its_hunk(tmp_path):
    tree, patch = make_source(tmp_path, two="abcdefghijkXY")
    with pytest.raises(build_qemu.Failure) as failure:
        build_qemu.apply_series(tree, [patch])
    text = str(failure.value)
    assert "0001-b-and-l.patch" in text
    assert "two: Hunk #2 FAILED" in text
    assert "one: Hunk" not in text and "Hunk #1" not in text
    assert "next step" in text


def test_a_missing_file_is_named(tmp_path):
    tree, patch = make_source(tmp_path)
    (tree / "two").unlink()
    with pytest.raises(build_qemu.Failure) as failure:
        build_qemu.apply_series(tree, [patch])
    assert "0001-b-and-l.patch" in str(failure.value)
    assert "two" in str(failure.value)


def test_a_folder_without_qemu_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("QEMU_SRC", str(tmp_path))
    with pytest.raises(build_qemu.Failure, match="no QEMU source tree"):
        build_qemu.source_tree()


def test_the_series_applies_without_fuzz(tmp_path):
    """A hunk whose context is elsewhere by now might land in a wrong place."""
    source = build_qemu.fetch("qemu")
    for patch in build_qemu.patches():
        for line in patch.read_text().splitlines():
            path = line[6:]
            if line.startswith("--- a/") and not (tmp_path / path).exists():
                if (source / path).exists():
                    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(source / path, tmp_path / path)
    for patch in build_qemu.patches():
        result = build_qemu.subprocess.run(
            ["patch", "-p1", "--forward", "--batch", "--fuzz=0", "--input",
             patch], cwd=tmp_path, capture_output=True, text=True)
        assert result.returncode == 0, patch.name + result.stdout
