# SPDX-License-Identifier: MIT
"""abi/io_uring.h against liburing's own header: Debian 12's (2.3), and 2.9,
which is as new as ours.  Every constant, offset and size, in both directions:
what one of them has and the other lacks is listed here, or the test fails."""

import subprocess
from pathlib import Path

import pytest

from header import names_of, table_of

TOP = Path(__file__).resolve().parents[3]
OURS = TOP / "abi/io_uring.h"
DEBIAN = Path("/usr/include/liburing/io_uring.h")

# Ours alone: a name for the word that each op names anew.
OWN = {"io_uring_sqe.op_flags", "IORING_REGISTER_USE_REGISTERED_RING"}
# Renamed by Linux since 2.3, at the same place and size.
RENAMED = {"io_uring_getevents_arg.pad"}
# Grew at the end since 2.3, or gave room to a new field.
LAST = {"IORING_OP_LAST", "IORING_REGISTER_LAST", "io_uring_sync_cancel_reg.pad"}

# Linux has them; nothing of ours uses them.  A name leaves this list when its
# operation arrives.
NOT_OURS_YET = """
IORING_ACCEPT_MULTISHOT

IORING_RECVSEND_FIXED_BUF IORING_RECVSEND_POLL_FIRST IORING_RECV_MULTISHOT



IORING_TIMEOUT_CLOCK_MASK IORING_TIMEOUT_UPDATE_MASK IORING_URING_CMD_FIXED
IOSQE_ASYNC_BIT IOSQE_BUFFER_SELECT_BIT IOSQE_CQE_SKIP_SUCCESS_BIT
IOSQE_FIXED_FILE_BIT IOSQE_IO_DRAIN_BIT IOSQE_IO_HARDLINK_BIT
IOSQE_IO_LINK_BIT IO_WQ_BOUND IO_WQ_UNBOUND
io_cqring_offsets.resv2 io_sqring_offsets.resv2

io_uring_buf_reg.pad
io_uring_buf_ring
io_uring_buf_ring.bufs io_uring_buf_ring.resv1 io_uring_buf_ring.resv2
io_uring_buf_ring.resv3 io_uring_buf_ring.tail io_uring_cqe.big_cqe


io_uring_notification_register io_uring_notification_register.data
io_uring_notification_register.nr_slots io_uring_notification_register.resv
io_uring_notification_register.resv2 io_uring_notification_register.resv3
io_uring_notification_slot io_uring_notification_slot.resv
io_uring_notification_slot.tag io_uring_recvmsg_out
io_uring_recvmsg_out.controllen io_uring_recvmsg_out.flags
io_uring_recvmsg_out.namelen io_uring_recvmsg_out.payloadlen



io_uring_sqe.cmd
""".split()


def newest_header():
    result = subprocess.run([TOP / "tools/fetch-source", "liburing"],
                            capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return Path(result.stdout.strip()) / "src/include/liburing/io_uring.h"


@pytest.fixture(scope="module", params=["debian", "newest"])
def reference(request):
    return DEBIAN if request.param == "debian" else newest_header()


def guard_free(constants):
    """Without include guards and switches, which are no part of the ABI."""
    return {name for name in constants
            if name.startswith(("IO", "SPLICE", "SOCKET"))}


def tables(reference, folder):
    """Both headers' tables over what both define (or all of each)."""
    our_constants, our_structs = names_of(OURS)
    their_constants, their_structs = names_of(reference)
    ours = table_of(folder, ['"abi/io_uring.h"'],
                    guard_free(our_constants), our_structs, [f"-I{TOP}"])
    theirs = table_of(folder, ["<linux/time_types.h>", f'"{reference}"'],
                      guard_free(their_constants), their_structs)
    return ours, theirs


def test_what_both_define_is_equal(reference, tmp_path):
    ours, theirs = tables(reference, tmp_path)
    common = ours.keys() & theirs.keys()
    different = {key: (ours[key], theirs[key]) for key in sorted(common)
                 if ours[key] != theirs[key] and key.split()[1] not in LAST}
    assert not different
    # A parser that finds next to nothing compares next to nothing.
    assert sum(key.startswith("value") for key in common) > 140
    assert sum(key.startswith("offset") for key in common) > 90


def test_we_invent_nothing(tmp_path):
    ours, theirs = tables(newest_header(), tmp_path)
    invented = {key.split()[1] for key in ours.keys() - theirs.keys()}
    assert invented <= OWN


def test_debian_has_nothing_that_we_lack(tmp_path):
    ours, theirs = tables(DEBIAN, tmp_path)
    missing = {key.split()[1] for key in theirs.keys() - ours.keys()}
    assert missing - RENAMED == set(NOT_OURS_YET)
