# SPDX-License-Identifier: MIT
"""A real disk, read through rings by many coroutines."""

import hashlib
import random
import re

import pytest

from machine import Machine, run_cmd

MEGABYTE = 1 << 20
HARTS = (1, 2, 4)
ISOLATIONS = ("on", "off")


@pytest.fixture(scope="session")
def random_disk(tmp_path_factory):
    """64 MB of random bytes: (path, digest)."""
    path = tmp_path_factory.mktemp("disk") / "random.img"
    content = random.Random("uos").randbytes(64 * MEGABYTE)
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("isolation", ISOLATIONS)
@pytest.mark.parametrize("harts", HARTS)
def test_disk_demo_prints_the_hosts_digest(random_disk, harts, isolation):
    path, digest = random_disk
    status, output = run_cmd("disk-demo 32", harts=harts, isolation=isolation,
                             disk=path)
    assert status == 0
    assert f"\n{digest}  /dev/vda\n" in output


@pytest.mark.parametrize("indirect, indirect_log", [
    ("on", "indirect descriptors"), ("off", "descriptor chains")])
@pytest.mark.parametrize("event_index, event_index_log", [
    ("on", ", EVENT_IDX"), ("off", ", no EVENT_IDX")])
def test_what_the_disk_offers_is_used(random_disk, tmp_path, indirect, indirect_log,
                                      event_index, event_index_log):
    path, digest = random_disk
    qemu = tmp_path / "qemu"
    qemu.write_text("#!/bin/sh\nexec qemu-system-riscv64 "
                    f"-global virtio-blk-device.indirect_desc={indirect} "
                    f"-global virtio-blk-device.event_idx={event_index} \"$@\"\n")
    qemu.chmod(0o755)
    status, output = run_cmd("disk-demo 32", harts=2, disk=path, QEMU=qemu)
    log = re.search(r"vda: 64 MiB, .*", output)[0]
    assert indirect_log in log and event_index_log in log
    assert status == 0 and f"\n{digest}  /dev/vda\n" in output


def test_at_most_one_trap_per_eight_operations(random_disk):
    path, digest = random_disk
    status, output = run_cmd("stats disk-demo 32", harts=2, disk=path)
    assert status == 0 and digest in output
    traps = float(re.search(r"^traps per operation +([0-9.]+)", output, re.M)[1])
    operations = int(re.search(r"^ring_operations +(\d+)", output, re.M)[1])
    assert operations >= 1024
    assert traps <= 1 / 8


@pytest.fixture(scope="module", params=[(1, "on"), (4, "on"), (4, "off")],
                ids=lambda kind: f"{kind[0]}-{kind[1]}")
def disk_machine(request, random_disk):
    """A machine that fills free frames with poison, and looks at it again before
    it gives one out: a device that still writes there panics the kernel."""
    harts, isolation = request.param
    with Machine(harts=harts, isolation=isolation, disk=random_disk[0],
                 APPEND="check=poison") as machine:
        yield machine


@pytest.mark.parametrize("line", ["disk-demo 1", "disk-demo 7 4096",
                                  "disk-demo 200 8192", "disk-demo 3 1048576"])
def test_other_shapes(disk_machine, random_disk, line):
    output = disk_machine.run_without_leak(line, timeout=180)
    assert output == f"{random_disk[1]}  /dev/vda\n"
    assert not disk_machine.complaints()


def test_memory_under_reads_in_flight(disk_machine):
    """munmap, exit and cancel with 64 reads in flight."""
    output = disk_machine.run_without_leak("pin-abuse 20", timeout=180)
    assert output == "20 rounds, 0 bytes damaged\n"
    assert not disk_machine.complaints()


@pytest.mark.long
def test_memory_under_reads_in_flight_for_long(random_disk):
    with Machine(harts=4, disk=random_disk[0], APPEND="check=poison") as machine:
        machine.run_without_leak("pin-abuse 500", timeout=900)
        assert not machine.complaints()


def test_two_programs_read_at_once(disk_machine, random_disk):
    disk_machine.run("disk-demo 8 > /tmp/one &")
    assert random_disk[1] in disk_machine.run("disk-demo 8", timeout=120)
    disk_machine.run("wait", timeout=120)
    assert random_disk[1] in disk_machine.run("cat /tmp/one")


def test_writes_are_kept(tmp_path):
    """What cat writes to the disk is in the image afterwards."""
    disk, source = tmp_path / "disk.img", tmp_path / "source"
    content = bytes(range(256)) * 512        # whole sectors
    disk.write_bytes(bytes(MEGABYTE))
    source.write_bytes(content)
    status, _ = run_cmd("cat /files/source > /dev/vda", disk=disk, files=[source])
    assert status == 0
    kept = disk.read_bytes()
    assert kept[:len(content)] == content
    assert kept[len(content):] == bytes(MEGABYTE - len(content))
