# SPDX-License-Identifier: MIT
"""With the flags off, the patched QEMU is the unpatched one."""

import pytest

import suite
from test_machine import device_tree
from test_migration import move

pytestmark = pytest.mark.long

CPUS = ["rv64", "rv64,h=false", "max", "rv64,smaia=true,ssaia=true", "rv32",
        "sifive-u54"]


@pytest.mark.clauses("F4")
@pytest.mark.parametrize("cpu", CPUS)
@pytest.mark.parametrize("machine", ["virt", "virt,aia=aplic-imsic",
                                     "virt,aclint=on"])
def test_same_device_tree(machine, cpu):
    assert device_tree(machine, cpu, 2) == device_tree(
        machine, cpu, 2, emulator=suite.UNPATCHED)


@pytest.mark.clauses("F4")
@pytest.mark.parametrize("name", ["off", "off-without-h"])
def test_same_csr_faults_and_misa(name):
    def digest(emulator):
        line = suite.command(name, only="csr_faults_digest", also="PEER",
                             qemu=emulator)
        with suite.Machine(line) as machine:
            return [line for line in machine.read_until("done")
                    if line.startswith("digest")]
    assert len(digest(suite.QEMU)) == 2
    assert digest(suite.QEMU) == digest(suite.UNPATCHED)


@pytest.mark.clauses("F4 F11")
def test_stream_to_the_unpatched():
    move("off", "migrate_flags_off", second=suite.UNPATCHED)


@pytest.mark.clauses("F4 F11")
def test_stream_from_the_unpatched():
    move("off", "migrate_flags_off", first=suite.UNPATCHED)


@pytest.mark.clauses("F4")
@pytest.mark.parametrize("name", ["off", "off-without-h"])
def test_cases_of_off_hold_on_the_unpatched(name, monkeypatch):
    """So the cases that say what is absent say it of QEMU as it was."""
    monkeypatch.setattr(suite, "QEMU", suite.UNPATCHED)
    assert not [why for why in suite.run(name).values() if why]
