# SPDX-License-Identifier: MIT
"""The file layer and what drivers share, on the host under sanitizers, over a
pretended kernel (fake.h), and beside the host's own file system (oracle.h).

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
FILE_LAYER = [*sorted((TOP / "fs").glob("*.c")), TOP / "drivers" / "block.c",
              TOP / "kernel/task/poll.c"]
KERNEL = [HERE / name for name in
          ("fake_cursor.c", "fake_devices.c", "fake_memory.c", "fake_wait.c")]
# test program: what it is made of, beside the library of these two
PROGRAMS = {
    "block": [HERE / "block_test.c"],
    "chacha": [HERE / "chacha_test.c", TOP / "drivers" / "chacha.c"],
    "console": [HERE / "console_test.c"],
    "cpio": [HERE / "cpio_test.c"],
    "differ": [HERE / "differ.c", HERE / "oracle.c"],
    "radix": [HERE / "radix_test.c"],
    "names": [HERE / "names_test.c"],
    "virtqueue": [HERE / "virtqueue_test.c", TOP / "drivers" / "virtqueue.c"],
}


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    """The file layer with its pretended kernel, compiled once."""
    folder = tmp_path_factory.mktemp("fs")
    subprocess.run(["gcc", *FLAGS, "-c", *FILE_LAYER, *KERNEL], cwd=folder, check=True)
    archive = folder / "library.a"
    subprocess.run(["ar", "rcs", archive, *folder.glob("*.o")], check=True)
    return archive


@pytest.fixture
def run(library, tmp_path):
    def build_and_run(name, *arguments):
        program = tmp_path / name
        subprocess.run(["gcc", *FLAGS, *PROGRAMS[name], library, "-o", program], check=True)
        result = subprocess.run([program, *map(str, arguments)], text=True, check=False,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        where = Path(__file__).relative_to(TOP)
        assert result.returncode == 0, f"{result.stdout}\nrerun: SEED={SEED} make test ONLY={where}"
    return build_and_run


def operations(request, quick):
    return quick * (20 if request.config.getoption("--long") else 1)


@pytest.mark.parametrize("round_number", range(3))
def test_same_as_host(run, request, tmp_path, round_number):
    """Each result on a tree of names and files is the host's own."""
    folder = tmp_path / "host"
    folder.mkdir()
    run("differ", folder, SEED + round_number, operations(request, 100000))


def test_names(run):
    run("names")


def test_radix(run, request):
    run("radix", SEED, operations(request, 200000))


def test_console(run):
    run("console")


def test_block_file(run, request):
    run("block", SEED, operations(request, 5000))


def test_virtqueue(run, request):
    run("virtqueue", SEED, operations(request, 1000000))


def test_chacha(run):
    run("chacha")


def cpio_entry(name, mode, data=b""):
    """One entry of a newc archive."""
    name_bytes = name.encode() + b"\0"
    fields = [1, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name_bytes), 0]
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name_bytes
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)


def test_initial_archive(run, request, tmp_path):
    """A good archive is unpacked whole; damaged ones do no harm."""
    archive = tmp_path / "archive.cpio"
    archive.write_bytes(
        cpio_entry(".", 0o040755) + cpio_entry("bin", 0o040755)
        + cpio_entry("bin/hello", 0o100755, b"hello\n") + cpio_entry("./empty", 0o100644)
        + cpio_entry("link", 0o120777, b"bin/hello")
        + cpio_entry("not/listed/large", 0o100644, b"l" * 100000)
        + cpio_entry("TRAILER!!!", 0))
    run("cpio", archive, SEED, operations(request, 3000))
