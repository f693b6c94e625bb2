# SPDX-License-Identifier: MIT
"""FAT32 and the page cache on the host under sanitizers: coroutines that run in
any order on a disk that takes its time (simulation.h), checked by fsck.vfat and
mtools.

SEED=n picks the random sequences."""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
SEED = int(os.environ.get("SEED") or 1)
FLAGS = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-g", "-O1", "-I", str(TOP), "-I", str(HERE),
         "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
SOURCES = [*sorted((TOP / "fs").glob("*.c")), TOP / "drivers" / "block.c",
           TOP / "kernel" / "task" / "poll.c", TOP / "kernel" / "task" / "wait.c",
           *[HERE / name for name in ("fat_test.c", "fat_work.c", "simulation.c", "fake_cursor.c",
                                      "fake_devices.c", "fake_memory.c")]]
TOOLS = {**os.environ, "MTOOLS_SKIP_CHECK": "1", "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
MEGABYTE = 1 << 20


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("fat") / "fat"
    subprocess.run(["gcc", *FLAGS, *SOURCES, "-o", path], check=True)
    return path


def make_image(path, megabytes, *options):
    with path.open("wb") as stream:
        stream.truncate(megabytes * MEGABYTE)
    subprocess.run(["mkfs.vfat", "-F", "32", *options, path], check=True, env=TOOLS,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return path


def run(program, *arguments):
    # without address randomization the same seed gives the same run
    result = subprocess.run(["setarch", "-R", program, *map(str, arguments)], text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
                            errors="replace")
    where = Path(__file__).relative_to(TOP)
    assert result.returncode == 0, f"{result.stdout}\nrerun: SEED={SEED} make test ONLY={where}"


def fsck(image):
    result = subprocess.run(["fsck.vfat", "-n", image], text=True, capture_output=True, env=TOOLS)
    assert result.returncode == 0, result.stdout


def repeat(request, quick):
    return quick * (10 if request.config.getoption("--long") else 1)


# (megabytes, options of mkfs.vfat): clusters of 512 bytes to 32 KiB, large sectors, one FAT
SHAPES = [(8, "-s1"), (16, "-s2", "-f1"), (48, "-s8"), (64, "-s64"), (64, "-S4096", "-s1")]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "".join(map(str, shape)))
def test_random_work(program, request, tmp_path, shape):
    """Four coroutines at once; then a fresh mount sees the same, and fsck finds nothing."""
    for i in range(repeat(request, 2)):
        image = make_image(tmp_path / "image", *shape)
        folder = tmp_path / f"wanted{i}"
        folder.mkdir()
        run(program, "work", image, SEED + i, 3000, folder)
        fsck(image)
        run(program, "check", image, f"{folder}.facts")
        fsck(image)


def contents(folder):
    """{path: bytes} of all files; mtools shows what needs two units as two lines."""
    def shown(name):
        return "".join("__" if ord(letter) > 0xffff else letter for letter in name)
    return {shown(str(path.relative_to(folder))): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def test_mtools_reads_it_back(program, tmp_path):
    image = make_image(tmp_path / "image", 40, "-s1")
    wanted, found = tmp_path / "wanted", tmp_path / "found"
    wanted.mkdir()
    found.mkdir()
    run(program, "work", image, SEED + 100, 4000, wanted)
    subprocess.run(["mcopy", "-s", "-n", "-i", image, "::*", found], check=True, env=TOOLS)
    assert len(contents(wanted)) > 40
    assert contents(found) == contents(wanted)


def test_no_space(program, tmp_path):
    """A full volume says so; nothing that was written is lost; all comes free again."""
    image = make_image(tmp_path / "image", 8, "-s1")
    run(program, "fill", image, SEED)
    fsck(image)


def test_power_cuts(program, request, tmp_path):
    """Whatever of the unflushed sectors survives: it mounts, fsynced files are whole."""
    facts_checked = 0
    for i in range(repeat(request, 2)):
        folder = tmp_path / f"cuts{i}"
        folder.mkdir()
        image = make_image(folder / "image", 8, "-s1")
        run(program, "cut", image, SEED + i, 2500, folder)
        cuts = sorted(folder.glob("*.facts"))
        assert len(cuts) >= 5
        for facts in cuts:
            run(program, "check", facts.with_suffix(".img"), facts)
            facts_checked += len(facts.read_text().splitlines())
            facts.with_suffix(".img").unlink()
    assert facts_checked > 100


@pytest.mark.parametrize("round_number", range(3))
def test_failed_writes(program, tmp_path, round_number):
    """fsync tells of them; the kernel goes on, and still reads."""
    image = make_image(tmp_path / "image", 8, "-s1")
    run(program, "errors", image, SEED + round_number)


def test_damaged_volumes(program, request, tmp_path):
    """Damaged bytes in any structure: an error at worst, never the kernel's failure."""
    image = make_image(tmp_path / "image", 4, "-s1")
    folder = tmp_path / "wanted"
    folder.mkdir()
    run(program, "work", image, SEED, 600, folder)
    run(program, "fuzz", image, SEED * 1000, repeat(request, 400))


@pytest.mark.parametrize("bits", ["12", "16"])
def test_other_volumes_are_left_alone(program, tmp_path, bits):
    image = tmp_path / "image"
    with image.open("wb") as stream:
        stream.truncate((2 if bits == "12" else 20) * MEGABYTE)
    subprocess.run(["mkfs.vfat", "-F", bits, image], check=True, env=TOOLS,
                   stdout=subprocess.DEVNULL)
    before = image.read_bytes()
    run(program, "refuse", image, SEED)
    assert image.read_bytes() == before


def test_names(program):
    run(program, "names", "-", SEED)
