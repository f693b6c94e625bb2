# SPDX-License-Identifier: MIT
"""The ring ABI from a program's side: features, mistakes, hostility."""

import re

import pytest

from machine import Machine


def test_features(any_machine):
    output = any_machine.run_without_leak("ring-features", timeout=120)
    assert re.search(r"^[1-9]\d+ checks, 0 failed$", output, re.M)


def test_every_bad_sqe_gets_linuxs_error(any_machine):
    output = any_machine.run_without_leak("bad-sqe")
    assert re.search(r"^[1-9]\d\d checks, 0 failed$", output, re.M)


def test_both_doors_give_the_same(any_machine):
    any_machine.run_without_leak("two-doors")


def test_streams(any_machine):
    output = any_machine.run_without_leak("stream-check", timeout=60)
    assert re.search(r"^[1-9]\d+ checks, 0 failed$", output, re.M)


def test_policies(machine):
    output = machine.run_without_leak("policy-check")
    assert re.search(r"^[1-9]\d+ checks, 0 failed$", output, re.M)


def test_trap_keeps_registers(any_machine):
    output = any_machine.run_without_leak("trap-regs")
    assert output.count("registers that differ 0\n") == 5


def test_a_user_that_only_spins_progresses(any_machine):
    output = any_machine.run_without_leak("spin-user 20")
    assert output == "20 operations, 0 traps\n"


@pytest.mark.parametrize("seed", range(3))
def test_no_ring_content_hurts_the_kernel(machine, seed):
    machine.run_without_leak(f"ring-fuzz {seed} 60", timeout=120)
    machine.run("bad-sqe")


@pytest.mark.parametrize("harts, helpers", [(1, 1), (2, 1), (2, 2), (4, 4)])
def test_sqes_that_change_under_the_kernel(harts, helpers):
    """Helpers on other harts rewrite the ring while it is served."""
    with Machine(harts=harts) as machine:
        machine.run_without_leak(f"ring-fuzz {harts + helpers} 12 {helpers}", timeout=120)
        machine.run("bad-sqe")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(200, 212))
@pytest.mark.parametrize("harts", [2, 4])
def test_sqes_that_change_under_the_kernel_for_long(harts, seed):
    with Machine(harts=harts) as machine:
        machine.run_without_leak(f"ring-fuzz {seed} 400 {harts - 1}", timeout=600)
        machine.run("bad-sqe")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 120))
def test_no_ring_content_hurts_the_kernel_for_long(machine, seed):
    machine.run_without_leak(f"ring-fuzz {seed} 2000", timeout=600)
    machine.run("bad-sqe")


def test_a_fuzzer_hurts_nobody_else():
    """A victim hashes beside it and gets the right answer."""
    with Machine(harts=2) as machine:
        wanted = machine.run("sha256sum /bin/sh")
        machine.run("ring-fuzz 7 400 > /tmp/fuzz.log &")
        for _ in range(3):
            assert machine.run("sha256sum /bin/sh") == wanted
        machine.run("wait", status=None, timeout=120)
        assert not machine.complaints()
