# SPDX-License-Identifier: MIT
"""The kernel's core on the host under sanitizers: memory, address spaces, timers,
program files, descriptors, waiting; the kernel's own files over a pretended machine
(fake.h, fake_file.h, fake_task.h), mostly against plain models (space_reference.h).
In fake/ stand riscv.h, limits.h, hart.h and sbi.h for what only a RISC-V has.

SEED=n picks the random sequences, OPS=n multiplies their length."""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
SEED = int(os.environ.get("SEED") or 1)
OPS = int(os.environ.get("OPS") or 1)
FLAGS = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-g", "-O1",
         "-I", str(HERE / "fake"), "-I", str(TOP), "-I", str(HERE), "-pthread"]
SANITIZERS = {
    "address": ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    "thread": ["-fsanitize=thread", "-Wno-tsan"],
}
MEMORY = ["kernel/mm/frame.c", "kernel/mm/heap.c"]
SPACES = ["kernel/mm/page_table.c", "kernel/mm/region.c", "kernel/mm/address_space.c",
          "kernel/mm/fault.c", "kernel/mm/protect.c", "kernel/mm/user_memory.c"]
TASKS = ["kernel/task/wait.c", "fake_task.c"]
# test program: what it is made of, beside MEMORY and the machine
PROGRAMS = {
    "cursor": ["cursor_test.c", *SPACES, "fake_tlb.c"],
    "elf": ["elf_test.c", *SPACES, "kernel/process/elf.c", "fake_tlb.c", "fake_file.c"],
    "files": ["files_test.c", *SPACES, "kernel/process/files.c", "fake_tlb.c", "fake_file.c",
              "fake_task.c"],
    "frame": ["frame_test.c"],
    "heap": ["heap_test.c"],
    "memory": ["memory_test.c"],
    "memory_threads": ["memory_threads_test.c"],
    "page_table": ["page_table_test.c", "kernel/mm/page_table.c"],
    "space": ["space_test.c", *SPACES, "fake_tlb.c", "space_reference.c"],
    "space_source": ["space_source_test.c", *SPACES, "fake_tlb.c"],
    "space_edges": ["space_edges_test.c", *SPACES, "fake_tlb.c"],
    "timer": ["timer_test.c", "kernel/task/timer.c", *TASKS],
    "wait": ["wait_test.c", *TASKS],
}


def source(name):
    return str(TOP / name if "/" in name else HERE / name)


@pytest.fixture
def run(tmp_path, request):
    """Builds a test program and runs it with the seed and a number of operations."""
    times = OPS * (20 if request.config.getoption("--long") else 1)

    def build_and_run(name, operations, *arguments, sanitizer="address"):
        program = tmp_path / name
        sources = ["fake_machine.c", *MEMORY, *PROGRAMS[name]]
        subprocess.run(["gcc", *FLAGS, *SANITIZERS[sanitizer], *map(source, sources),
                        "-o", program], check=True)
        command = [program, SEED, operations * times, *arguments]
        environment = {**os.environ, "TSAN_OPTIONS": f"suppressions={HERE / 'thread.supp'}"}
        result = subprocess.run([*map(str, command)], text=True, env=environment, check=False,
                                timeout=120 * times, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)
        where = request.node.nodeid
        assert result.returncode == 0, (
            f"{result.stdout}\nrerun: SEED={SEED} OPS={OPS} make test ONLY='test/{where}'")
    return build_and_run


def test_memory(run):
    run("memory", 1)


def test_frames(run):
    """Runs and single frames have one owner each, and merge when all are free."""
    run("frame", 200000)


def test_heap(run):
    run("heap", 100000)


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_memory_on_harts(run, sanitizer):
    """Frames and objects taken on one hart and let go of on another."""
    run("memory_threads", 20000, sanitizer=sanitizer)


def test_page_tables(run):
    run("page_table", 200)


def test_address_spaces(run):
    """Maps, faults and copies, honest and hostile, do what a plain reference does."""
    run("space", 40000)


def test_address_space_edges(run):
    run("space_edges", 30000)


def test_address_space_sources(run):
    """Files in memory: shared, private, cut, executed; and brk."""
    run("space_source", 1)


def test_cursors(run):
    """Vectors over user and kernel memory, moved and pinned in random pieces."""
    run("cursor", 300)


def test_timers(run):
    """What is due fires in order, and never early; what is cancelled does not."""
    run("timer", 20000)


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_waiting(run, sanitizer):
    """No wake-up is lost, and none reaches a waiter that is gone."""
    run("wait", 1000 if sanitizer == "address" else 500, sanitizer=sanitizer)


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_descriptors(run, sanitizer):
    run("files", 10000, sanitizer=sanitizer)


def test_program_files(run):
    """A good program is loaded as it says; a damaged one gives an errno."""
    run("elf", 20000)
