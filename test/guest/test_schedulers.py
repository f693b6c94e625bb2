# SPDX-License-Identifier: MIT
"""The scheduler's image: each of those that ship runs the whole system; one that
cannot run anywhere, or is no scheduler, is refused at boot."""

import os
import re
import struct
import subprocess

import pytest

from machine import TOP, Machine, run_cmd

BUILD = TOP / os.environ.get("BUILD", "build")
CROSS = os.environ.get("CROSS", "riscv64-unknown-elf-")
PAYLOADS = ["prio", "fifo", "edf"]
# Each payload on each number of harts, in both isolations, pairwise.
KINDS = [("fifo", 1, "on"), ("fifo", 2, "off"), ("fifo", 4, "on"),
         ("edf", 1, "off"), ("edf", 2, "on"), ("edf", 4, "off")]
HEADER = struct.Struct("<QIIIIIII8IIIII4x16s")
MAGIC, VERSION, HEADER_BYTES, IMAGE_BYTES, TEXT_OFFSET = range(5)
LANE_BYTES, ENTRY_NEXT, NAME = 6, 12, 20
RELOCATIONS, ADDRESSES, WRITABLE = 16, 17, 18


@pytest.fixture(params=KINDS, ids=lambda kind: "-".join(map(str, kind)))
def whole_system(request, tmp_path):
    payload, harts, isolation = request.param
    disk = tmp_path / "disk.img"
    disk.write_bytes(os.urandom(1 << 20))
    with Machine(harts=harts, isolation=isolation, disk=disk, SCHED=payload) as machine:
        yield machine
        assert f"scheduler {payload}" in machine.log
        assert not machine.complaints()


def test_whole_system(whole_system):
    """Boot, disk, rings, coroutines, processes: with a scheduler that is not prio."""
    run = whole_system.run_without_leak
    run("disk-demo 16", timeout=120)
    assert run("many-yield 2000 10", timeout=120) == "2000 tasks yielded 20000 times\n"
    assert run("many-sleep 2000 1000", timeout=120) == \
        "2000 tasks slept, 0 woke early, 0 failed\n"
    run("switch-count 50 40")
    run("sync-check")
    run("spin 1 & spin 1; wait", timeout=120)
    whole_system.run("ring-features", timeout=120)


@pytest.mark.parametrize("payload, isolation", [("fifo", "on"), ("edf", "off"), ("edf", "on")])
def test_page_tables(payload, isolation):
    """The kernel runs it, and each process maps it, from the same frames."""
    pages = (BUILD / f"sched/{payload}.bin").stat().st_size // 4096
    status, output = run_cmd("/bin/echo one; ls", isolation=isolation, SCHED=payload,
                             APPEND="check=pagetables")
    assert status == 0
    assert "check: kernel: " in output
    for program in ["echo", "ls"]:
        assert (f"check: {program}: {pages} pages of the scheduler, the kernel's frames, "
                "code execute-only" in output)


@pytest.mark.parametrize("payload, order", [("prio", "abcabc"), ("fifo", "abcabc"),
                                            ("edf", "bcabca")])
def test_deadlines(payload, order):
    status, output = run_cmd("deadlines", SCHED=payload)
    assert status == 0 and f"\n{order}\n" in output


def test_sixteen_megabytes():
    for payload in PAYLOADS:
        status, output = run_cmd("many-yield 200 10", mem="16M", SCHED=payload)
        assert status == 0 and "200 tasks yielded 2000 times\n" in output


def test_schedulers_are_files_of_the_guest():
    status, output = run_cmd("ls /boot/sched")
    assert status == 0 and output.endswith("edf\nfifo\nprio\n")


# ---- a hundred thousand ---------------------------------------------------------

@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hundred_thousand_await_a_timer(payload):
    """All at once: the first wakes after the last has gone to sleep."""
    status, output = run_cmd("many-sleep 100000 10000000", mem="512M", SCHED=payload,
                             timeout=400)
    assert status == 0
    assert "100000 tasks slept, 0 woke early, 0 failed\n" in output


@pytest.mark.parametrize("payload", PAYLOADS)
def test_full_pool_loses_nothing(payload):
    status, output = run_cmd("pool-full", SCHED=payload, timeout=400)
    assert status == 0
    assert int(re.search(r"^(\d+) tasks at once$", output, re.M)[1]) > 250000


# ---- images that are refused ------------------------------------------------------

def refused(image):
    """What the kernel says about it; the machine ends with a failure."""
    status, output = run_cmd("echo never", SCHED=image, timeout=60, expect_panic=True)
    assert status not in (0, 124) and "\nnever" not in output
    said = re.search(r"panic: hart 0: the scheduler is refused: boot/sched/(\S+): (.*)$",
                     output, re.M)
    assert said and said[1] == image.stem, output
    return said[2]


def patched(tmp_path, word=None, value=None, cut=None, more=0):
    """prio's image with one word of its header changed, or of another length."""
    image = (BUILD / "sched/prio.bin").read_bytes()
    words = list(HEADER.unpack_from(image))
    if word is not None:
        words[word] = value
    image = HEADER.pack(*words) + image[HEADER.size:]
    path = tmp_path / "other.bin"
    path.write_bytes(image[:cut] + bytes(more))
    return path


def test_header_is_understood_here(tmp_path):
    """An image that differs in its name alone is taken, under a strange file name."""
    path = patched(tmp_path, NAME, b"renamed")
    path = path.rename(tmp_path / "it's mine.bin")
    status, output = run_cmd("echo hello", SCHED=path)
    assert status == 0 and "scheduler renamed, " in output


@pytest.mark.parametrize("change, said", [
    ({"word": MAGIC, "value": 0x6f732d7363686564}, "magic number 0x6f732d7363686564, not"),
    ({"word": VERSION, "value": 2}, "its ABI is version 2, this kernel's is 3"),
    ({"word": VERSION, "value": 4}, "its ABI is version 4, this kernel's is 3"),
    ({"word": HEADER_BYTES, "value": 80}, "header, pool, lane and task of 80, "),
    ({"word": LANE_BYTES, "value": 2048}, "are not those of abi/sched.h"),
    ({"word": IMAGE_BYTES, "value": 1 << 20}, "says 1048576 bytes with code from 4096, but has"),
    ({"word": TEXT_OFFSET, "value": 0}, "with code from 0"),
    ({"word": TEXT_OFFSET, "value": 64}, "with code from 64"),
    ({"word": ENTRY_NEXT, "value": 96}, "entry 4, at 0x60, lies outside its code"),
    ({"word": ENTRY_NEXT, "value": 0xfffffff0}, "entry 4, at 0xfffffff0, lies outside its code"),
    ({"word": RELOCATIONS, "value": 24}, "has 24 bytes of relocations and 0 of addresses"),
    ({"word": ADDRESSES, "value": 8}, "has 0 bytes of relocations and 8 of addresses"),
    ({"word": WRITABLE, "value": 4}, "has 4 bytes of variables"),
    ({"word": NAME, "value": b"x" * 16}, "its name has no end"),
    ({"cut": 40}, "has 40 bytes; 104 to 65536 can be loaded"),
    ({"cut": 0}, "has 0 bytes"),
    ({"cut": 5000}, "bytes with code from 4096, but has 5000"),
    ({"more": 4096}, "bytes with code from 4096, but has"),
    ({"more": 65536}, "104 to 65536 can be loaded"),
])
def test_refused(tmp_path, change, said):
    assert said in refused(patched(tmp_path, **change))


def linked_carelessly(tmp_path, source):
    """A payload that the linker script's assertions would have stopped."""
    script = (TOP / "sched-shared/payload.ld").read_text()
    (tmp_path / "careless.ld").write_text(
        "\n".join(line for line in script.splitlines() if not line.startswith("ASSERT")))
    names = ["init", "add", "remove", "wake", "next", "set_priority", "best", "hold"]
    (tmp_path / "careless.c").write_text(
        source + "".join(f"void payload_{name}(void) {{}}\n"
                         for name in names if f"payload_{name}(" not in source))
    flags = ["-march=rv64imac", "-mabi=lp64", "-mcmodel=medany", "-fPIE", "-O2",
             "-ffreestanding", "-msmall-data-limit=0", "-I", TOP]
    objects = []
    for path, extra in [(tmp_path / "careless.c", []),
                        (TOP / "sched-shared/header.S", ['-DPAYLOAD_NAME="careless"'])]:
        objects.append(tmp_path / f"{len(objects)}.o")
        subprocess.run([CROSS + "gcc", *flags, *extra, "-c", path, "-o", objects[-1]],
                       check=True)
    elf, image = tmp_path / "careless.elf", tmp_path / "careless.bin"
    subprocess.run([CROSS + "ld", "-q", "-T", tmp_path / "careless.ld", "-o", elf, *objects],
                   check=True)
    subprocess.run([CROSS + "objcopy", "-O", "binary", "-j", ".constants", "-j", ".text",
                    elf, image], check=True)
    return image


@pytest.mark.parametrize("source, said", [
    ("int counter = 1; int payload_add(void) { return counter++; }",
     "has 4 bytes of variables"),
    ("static int counter; int payload_add(void) { return counter++; }",
     "has 4 bytes of variables"),
    ("extern int far __attribute__((weak)); int *payload_add(void) { return &far; }",
     "of addresses, but must run anywhere"),
])
def test_refused_as_it_was_linked(tmp_path, source, said):
    """The header tells what the linker found, not what the builder hoped."""
    assert said in refused(linked_carelessly(tmp_path, source))


def test_no_such_scheduler():
    status, output = run_cmd("echo never", APPEND="sched=nobody", timeout=60,
                             expect_panic=True)
    assert status not in (0, 124)
    assert "boot/sched/nobody: the initramfs has no such file" in output


@pytest.mark.parametrize("sched, said", [
    ("none", "must be one of edf, fifo, prio, or the path of an image"),
    ("/nowhere/x.bin", "there is no such file"),
])
def test_run_says_what_there_is(sched, said):
    status, output = run_cmd("echo never", SCHED=sched)
    assert status == 1 and said in output and "OpenSBI" not in output
