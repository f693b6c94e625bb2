# SPDX-License-Identifier: MIT
"""The rings on the host under sanitizers: the kernel's own files of kernel/ring and
kernel/door over pretended tasks, files and memory (fake.h).

SEED=n picks the hostile SQEs, ROUNDS=n how many batches of them."""

import os
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[2]
SEED = int(os.environ.get("SEED") or 1)
ROUNDS = int(os.environ.get("ROUNDS") or 2000)
FLAGS = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-g", "-O1",
         "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
         "-I", str(TOP / "test/host/kernel/fake"), "-I", str(TOP), "-I", str(HERE)]
FAKES = ["fake_disk.c", "fake_kernel.c", "fake_space.c", "fake_task.c", "fake_uintr.c",
         "fake_vfs.c", "harness.c"]
PROGRAMS = {"device": "device_test.c", "interrupt": "interrupt_test.c",
            "ring": "ring_test.c", "wait": "wait_test.c",
            "prep": "prep_test.c", "wake": "wake_test.c", "stream": "stream_test.c",
            "limit": "limit_test.c", "provide": "provide_test.c",
            "epoll": "epoll_test.c", "registered": "registered_test.c",
            "fuzz": "fuzz_test.c"}
SCENARIOS = {
    "device": ["cancel", "deferred", "ends", "long_way", "overflow", "parked"],
    "interrupt": ["one_shot", "overflow", "registration", "wrap"],
    "ring": ["cancel", "chains", "chains_that_wait", "close", "drain", "indices",
             "many_timeouts", "overflow", "process_end", "runs", "timeouts", "waitid"],
    "epoll": ["epoll", "timerfd"],
    "provide": ["list", "ring"],
    "registered": ["buffers", "files", "splice"],
    "limit": ["link_timeout", "multishot_timeout"],
    "stream": ["eventfd", "pipe", "pipe_order", "poll", "poll_ring"],
    "wait": ["enter_waits", "no_memory", "polled", "turns"],
    "wake": ["futex", "messages", "sync_cancel"],
}


def kernel_sources():
    return [*sorted(TOP.glob("kernel/ring/*.c")), *sorted(TOP.glob("kernel/door/*.c")),
            TOP / "kernel/task/poll.c", TOP / "kernel/task/wait.c",
            *(TOP / f"fs/{name}.c" for name in ("epoll", "eventfd", "file_wait", "pipe", "stream",
                                                "timerfd")),
            TOP / "kernel/process/trace.c"]


@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """Builds the programs; their paths by name."""
    folder = tmp_path_factory.mktemp("ring")
    objects = []
    for path in [*kernel_sources(), *(HERE / name for name in FAKES)]:
        target = folder / f"{path.parent.name}_{path.stem}.o"
        subprocess.run(["gcc", *FLAGS, "-c", str(path), "-o", target], check=True)
        objects.append(str(target))
    built = {}
    for name, source in PROGRAMS.items():
        built[name] = folder / name
        subprocess.run(["gcc", *FLAGS, str(HERE / source), *objects, "-o", built[name]],
                       check=True)
    return built


def run(command, again=""):
    result = subprocess.run([*map(str, command)], text=True, check=False, timeout=300,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, f"{result.stdout}\n{again}"
    return result.stdout


@pytest.mark.parametrize("program, name", [(program, name) for program in SCENARIOS
                                           for name in SCENARIOS[program]])
def test_scenario(programs, program, name):
    run([programs[program], name])


@pytest.mark.parametrize("program", SCENARIOS)
def test_every_scenario_is_listed(programs, program):
    assert run([programs[program]]).split() == SCENARIOS[program]


def test_prep(programs):
    """Each opcode, with each kind of wrong field."""
    run([programs["prep"]])


def test_hostile(programs, request):
    """Hostile SQEs of every opcode, in chains, drained, cancelled, out of memory."""
    rounds = ROUNDS * (20 if request.config.getoption("--long") else 1)
    run([programs["fuzz"], SEED, rounds],
        f"rerun: SEED={SEED} ROUNDS={rounds} make test ONLY='test/{request.node.nodeid}'")
