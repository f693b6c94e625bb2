# SPDX-License-Identifier: MIT
"""A FAT32 volume as /files: what the host puts there is read, what is written there
fsck.vfat finds sound and mtools reads back."""

import hashlib
import os
import random
import subprocess
import time

import pytest

from machine import Machine, run_cmd

MEGABYTE = 1 << 20
TOOLS = {**os.environ, "MTOOLS_SKIP_CHECK": "1", "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}


def make_volume(path, megabytes=300, sectors=8):
    with path.open("wb") as stream:
        stream.truncate(megabytes * MEGABYTE)
    subprocess.run(["mkfs.vfat", "-F", "32", "-s", str(sectors), path], check=True, env=TOOLS,
                   stdout=subprocess.DEVNULL)
    return path


def check_volume(path):
    result = subprocess.run(["fsck.vfat", "-n", path], text=True, capture_output=True, env=TOOLS)
    assert result.returncode == 0, result.stdout


def put(volume, *paths):
    subprocess.run(["mcopy", "-s", "-i", volume, *paths, "::"], check=True, env=TOOLS)


def get(volume, name, folder):
    subprocess.run(["mcopy", "-s", "-n", "-m", "-i", volume, f"::{name}", folder], check=True,
                   env=TOOLS)
    return folder / name


def random_file(path, count, seed=1):
    path.write_bytes(random.Random(seed).randbytes(count))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tree_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
            for path in folder.rglob("*")}


@pytest.mark.parametrize("harts", [1, 2, 4])
def test_a_file_is_copied_by_many_coroutines(tmp_path, harts):
    volume = make_volume(tmp_path / "volume")
    digest = random_file(tmp_path / "F", 5_000_000, harts)
    status, output = run_cmd(
        "copy-demo /files/F /files/F2 32; sha256sum /files/F /files/F2",
        harts=harts, disk=volume, files=[tmp_path / "F"])
    assert status == 0
    assert output.count(digest) == 3
    check_volume(volume)
    assert get(volume, "F2", tmp_path).read_bytes() == (tmp_path / "F").read_bytes()


@pytest.fixture(scope="module")
def small_files(tmp_path_factory):
    """2,000 small files in folders, with names long and short."""
    top = tmp_path_factory.mktemp("small") / "tree"
    generator = random.Random("tree")
    for number in range(2000):
        folder = top / f"folder {number % 23}" / ("inner" if number % 3 else "")
        folder.mkdir(parents=True, exist_ok=True)
        name = f"n{number}.txt" if number % 2 else f"A rather long name, Nr. {number} ä.text"
        (folder / name).write_bytes(generator.randbytes(generator.randrange(6000)))
    return top


@pytest.mark.parametrize("harts, mem", [(2, "128M"), (1, "64M")])
def test_a_tree_is_copied_there_and_back(small_files, tmp_path, harts, mem):
    volume = make_volume(tmp_path / "volume")
    put(volume, small_files)
    status, _ = run_cmd(
        "cp -r /files/tree /tmp/tree; cp -r /tmp/tree /files/back; rm -r /tmp/tree;"
        "cp -r /files/back /files/gone; rm -r /files/gone; mkdir -p /files/a/b;"
        "mv /files/back /files/a/b/moved",
        harts=harts, mem=mem, disk=volume, timeout=300)
    assert status == 0
    check_volume(volume)
    assert tree_of(get(volume, "a", tmp_path) / "b" / "moved") == tree_of(small_files)
    listing = subprocess.run(["mdir", "-b", "-i", volume, "::"], text=True, check=True,
                             env=TOOLS, capture_output=True).stdout.split()
    assert listing == ["::/tree/", "::/a/"]


def test_a_file_larger_than_memory(tmp_path):
    """With 64 MB pages come and go; check=poison would see one that went too early."""
    volume = make_volume(tmp_path / "volume")
    digest = random_file(tmp_path / "large", 80 * MEGABYTE)
    put(volume, tmp_path / "large")
    status, output = run_cmd(
        "cp /files/large /files/again; copy-demo /files/again /files/third 16;"
        "sha256sum /files/third; rm /files/again",
        harts=2, mem="64M", disk=volume, timeout=300, APPEND="check=poison")
    assert status == 0
    assert output.count(digest) == 2
    check_volume(volume)
    again = get(volume, "third", tmp_path)
    assert hashlib.sha256(again.read_bytes()).hexdigest() == digest


def test_names_of_any_case(tmp_path):
    volume = make_volume(tmp_path / "volume")
    with Machine(disk=volume) as machine:
        machine.run("cd /files; echo one > 'Some Name.txt'; echo two > UPPER")
        assert machine.run("cat 'SOME name.TXT' upper") == "one\ntwo\n"
        machine.run("mv UPPER Upper")
        assert machine.run("ls") == "Some Name.txt\nUpper\n"
        assert machine.run("cat somena~1.txt") == "one\n"
        machine.run("rm 'some NAME.txt'")
        assert "no such file" in machine.run("cat 'Some Name.txt'", status=1)
        assert "invalid" in machine.run("mkdir 'a:b'", status=1).lower()
        machine.run("cd /")
        assert not machine.complaints()


def test_a_volume_of_its_own_is_not_written_from_below(tmp_path):
    volume = make_volume(tmp_path / "volume")
    before = volume.read_bytes()
    status, output = run_cmd("cat /bin/echo > /dev/vda", disk=volume)
    assert status != 0 and "in use" in output
    assert volume.read_bytes() == before


def test_what_was_written_is_there_soon_after(tmp_path):
    """Nobody asks for it: write-back has its own clock, and leaves the volume in order."""
    volume = make_volume(tmp_path / "volume")
    with Machine(disk=volume) as machine:
        machine.run("echo something > /files/kept; mkdir /files/folder")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            state = subprocess.run(["mtype", "-i", volume, "::kept"], text=True, env=TOOLS,
                                   capture_output=True).stdout
            clean = subprocess.run(["fsck.vfat", "-n", volume], capture_output=True, env=TOOLS)
            if state == "something\n" and clean.returncode == 0:
                return
            time.sleep(0.5)
        machine.fail("it was not written in time")


def test_times_are_the_clocks(tmp_path):
    volume = make_volume(tmp_path / "volume")
    before = time.time()
    run_cmd("echo now > /files/now", disk=volume)
    path = get(volume, "now", tmp_path)
    # mtools takes the entry's time, which is UTC, for local time; and two seconds are one
    shift = time.localtime().tm_gmtoff
    assert before - 3 <= path.stat().st_mtime + shift <= time.time() + 3


def test_a_power_cut_leaves_a_volume(tmp_path, small_files, request):
    """Killed in the middle of things, again and again; it mounts, and what was synced is
    whole.  SEED=n picks when."""
    seed = os.environ.get("SEED") or 1
    kills = 50 if request.config.getoption("--long") else 3
    generator = random.Random(f"kill {seed}")
    volume = make_volume(tmp_path / "volume")
    put(volume, small_files)
    digest = random_file(tmp_path / "F", 300_000)
    put(volume, tmp_path / "F")
    for number in range(kills):
        with Machine(harts=2, disk=volume) as machine:
            machine.run(f"copy-demo /files/F /files/synced{number % 5} 4")
            machine.send(f"cp -r /files/tree /files/copy{number % 3}\r")
            time.sleep(generator.uniform(0, 1.5))
        with Machine(disk=volume) as machine:
            print(f"kill {number}; rerun: SEED={seed} make test-long ONLY=test/guest/test_files.py")
            machine.run("ls -l /files")
            synced = min(number + 1, 5)
            output = machine.run("sha256sum /files/synced*")
            assert output.count(digest) == synced == len(output.splitlines())
            assert not machine.complaints()


def test_programs_run_from_the_disk(tmp_path):
    """The image that make run makes has them; one of the user's own gets none."""
    status, output = run_cmd("/files/bin/echo from the disk; cd /files/bin; ./ls echo sh",
                             disk=" ")
    assert status == 0 and "\nfrom the disk\necho\nsh\n" in output
    status, output = run_cmd("ls /files", disk=make_volume(tmp_path / "volume"))
    assert status == 0 and "bin" not in output


def test_files_that_do_not_fit_are_named(tmp_path):
    volume = make_volume(tmp_path / "volume", 34, 1)
    random_file(tmp_path / "large", 40 * MEGABYTE)
    status, output = run_cmd("ls", disk=volume, files=[tmp_path / "large"])
    assert status == 1
    assert f"run: FILES: not copied to {volume}: " in output and "full" in output.lower()


def test_a_damaged_volume_is_said_to_be_one(tmp_path):
    volume = make_volume(tmp_path / "volume")
    with volume.open("r+b") as stream:
        stream.seek(44)
        stream.write(b"\xff\xff\xff\x0f")       # the root is nowhere
    status, output = run_cmd("ls /files", disk=volume)
    assert status == 0
    assert "can't be mounted: error 117" in output
