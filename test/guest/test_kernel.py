# SPDX-License-Identifier: MIT
"""What the kernel says of itself: page tables, panics, the table of services."""

import re

import pytest

from header import names_of, table_of
from machine import TOP, run_cmd

# Trap calls without an opcode, by design: the ring's own calls, and those that
# are about the calling thread alone.
NO_OPCODE = {"SYS_io_uring_setup", "SYS_io_uring_enter", "SYS_io_uring_register",
             "SYS_sched_yield", "SYS_exit", "SYS_exit_group",
             "SYS_set_tid_address"}


@pytest.mark.parametrize("harts", [1, 4])
@pytest.mark.parametrize("isolation", ["on", "off"])
def test_page_tables(harts, isolation):
    """No page is writable and executable, S can execute none that users write,
    and the payload's frames are the same everywhere."""
    status, output = run_cmd("echo done; stats", harts=harts,
                             isolation=isolation, APPEND="check=pagetables")
    assert status == 0
    walked = re.findall(r"check: (\S+): (\d+) leaves, none writable and "
                        r"executable, no code writable", output)
    shared = re.findall(r"check: (\S+): (\d+) pages of the scheduler's image, "
                        r"the kernel's own frames", output)
    assert "kernel" in dict(walked)
    # The shell and both programs, each with the same payload.
    assert len(walked) >= 4 and len(shared) >= 3
    assert len({pages for _, pages in shared}) == 1 and int(shared[0][1]) >= 2


def test_a_panic_names_functions_and_powers_off():
    """The kernel cannot go on without a first program, and says why."""
    status, output = run_cmd("echo never", APPEND="init=/bin/none",
                             expect_panic=True)
    assert status not in (0, 124)
    assert re.search(r"panic: the first program, /bin/none, does not start", output)
    assert re.search(r"\b[a-z_]+\+0x[0-9a-f]+", output), "no symbol names"
