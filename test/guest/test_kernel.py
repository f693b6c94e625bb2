# SPDX-License-Identifier: MIT
"""What the kernel says of itself: its timer, its page tables, its last words."""

import re

import pytest

from machine import run_cmd

@pytest.mark.parametrize("harts", [1, 4])
@pytest.mark.parametrize("isolation", ["on", "off"])
def test_page_tables(harts, isolation):
    """No page is writable and executable, S can execute none that users write,
    and the payload's frames are the same everywhere."""
    status, output = run_cmd("/bin/echo done; stats", harts=harts,
                             isolation=isolation, APPEND="check=pagetables")
    assert status == 0
    walked = re.findall(r"check: (\S+): (\d+) leaves, none writable and "
                        r"executable, none writable \(by users or S\) that S executes",
                        output)
    shared = re.findall(r"check: (\S+): (\d+) pages of the scheduler, the "
                        r"kernel's frames, code execute-only", output)
    assert "kernel" in dict(walked)
    # The shell and both programs, each with the same payload.
    assert len(walked) >= 4 and len(shared) >= 3
    assert len({pages for _, pages in shared}) == 1 and int(shared[0][1]) >= 2


def test_the_walk_finds_a_writable_name_of_code():
    status, output = run_cmd("echo never", APPEND="check=pagetables check=table",
                             expect_panic=True, timeout=30)
    assert status not in (0, 124)
    assert "check: kernel: 0 pages writable and executable, 1 writable names" in output


@pytest.mark.parametrize("harts", [1, 4])
@pytest.mark.parametrize("append, cause", [
    ("check=panic", "asked for by check=panic"),
    ("check=fault", r"store page fault in the kernel \(scause 0xf\), address 0x10"),
    ("check=stack", r"address 0x[0-9a-f]+: kernel stack overflow"),
    ("init=/bin/none", "the first program, /bin/none, does not start: error 2"),
])
def test_a_panic_says_why_and_powers_off(append, cause, harts):
    """Cause, registers (of a trap) and a backtrace with names; then the end."""
    status, output = run_cmd("echo never", APPEND=append, harts=harts,
                             expect_panic=True, timeout=30)
    assert status not in (0, 124)
    assert re.search(rf"^panic: hart \d+: .*{cause}$", output, re.M)
    assert re.search(r"^backtrace", output, re.M)
    # A name of ours, at the bottom of every coroutine's stack.
    assert re.search(r"^  0x[0-9a-f]+  task_main\+0x[0-9a-f]+$", output, re.M)
    if "scause" in cause:
        assert re.search(r"^  pc 0x[0-9a-f]+  ra 0x[0-9a-f]+  sp 0x", output, re.M)
    assert "\nnever\n" not in output


@pytest.mark.parametrize("harts", [1, 4])
@pytest.mark.parametrize("cpu, timer", [("rv64", "Sstc"),
                                        ("rv64,sstc=false", "SBI")])
def test_timer(cpu, timer, harts):
    status, output = run_cmd("sleep 0.3; many-sleep 100; spin 1 & spin 1; wait",
                             harts=harts, CPU=cpu)
    assert status == 0
    assert f"timer by {timer}" in output
    assert "100 tasks slept, 0 woke early, 0 failed" in output
