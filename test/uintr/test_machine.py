# SPDX-License-Identifier: MIT
"""What the host sees: flags, refusals, device tree, gdb, logs, disassembly."""

import re
import socket
import struct
import subprocess
import tempfile
from pathlib import Path

import pytest

import suite


def qemu(*arguments, emulator=None):
    return subprocess.run(
        [emulator or suite.QEMU, "-display", "none", "-bios", "none",
         *arguments], capture_output=True, text=True, timeout=60)


# --- refusals ---------------------------------------------------------------

def check_refused(arguments, *words):
    result = qemu(*arguments.split())
    assert result.returncode != 0
    for word in words:
        assert word in result.stderr, result.stderr


@pytest.mark.clauses("F5")
def test_n_with_h_is_refused():
    check_refused("-M virt -cpu rv64,x-n=true", "x-n=true", "h=true")


@pytest.mark.clauses("F6")
def test_n_without_s_is_refused():
    check_refused("-M virt -cpu rv64,h=false,s=false,x-n=true",
                  "x-n=true", "s=true")


@pytest.mark.clauses("F7")
def test_uipi_without_n_is_refused():
    check_refused("-M virt -cpu rv64,h=false,x-uipi=true",
                  "x-uipi=true", "x-n=true")


@pytest.mark.clauses("F8")
def test_uipi_with_xventanacondops_is_refused():
    check_refused("-M virt -cpu rv64,h=false,x-n=true,x-uipi=true,"
                  "xventanacondops=true", "x-uipi=true", "xventanacondops=true")


@pytest.mark.clauses("F9")
def test_uintc_without_n_is_refused():
    check_refused("-M virt,uintc=on -cpu rv64,h=false", "uintc=on", "x-n=true")
    check_refused("-M virt,uintc=on -cpu rv64", "uintc=on", "x-n=true")


@pytest.mark.clauses("F12")
def test_n_with_zicfilp_is_refused():
    check_refused("-M virt -cpu rv64,h=false,zicfilp=true,x-n=true",
                  "x-n=true", "zicfilp=true")


# --- the device tree --------------------------------------------------------

def parse_tree(data):
    """The properties of a flattened device tree, by path."""
    (magic, _, structure, strings) = struct.unpack_from(">4I", data)
    assert magic == 0xd00dfeed
    nodes, path, at = {}, [], structure
    while True:
        token, = struct.unpack_from(">I", data, at)
        at += 4
        if token == 1:
            end = data.index(b"\0", at)
            path.append(data[at:end].decode())
            nodes["/".join(path) or "/"] = {}
            at = (end + 4) & ~3
        elif token == 2:
            path.pop()
        elif token == 3:
            length, name = struct.unpack_from(">2I", data, at)
            end = data.index(b"\0", strings + name)
            nodes["/".join(path) or "/"][
                data[strings + name:end].decode()] = data[at + 8:
                                                          at + 8 + length]
            at = (at + 8 + length + 3) & ~3
        elif token == 9:
            return nodes


def device_tree(machine, cpu, harts=1, emulator=None):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tree"
        result = qemu("-M", f"{machine},dumpdtb={path}", "-cpu", cpu, "-smp",
                      str(harts), emulator=emulator)
        assert result.returncode == 0, result.stderr
        tree = parse_tree(path.read_bytes())
    # What is drawn anew at each start
    tree["/chosen"].pop("rng-seed", None)
    return tree


def cells(data):
    return struct.unpack(f">{len(data) // 4}I", data)


@pytest.mark.clauses("U16 F3")
@pytest.mark.parametrize("harts", [1, 3])
def test_uintc_node(harts):
    tree = device_tree("virt,uintc=on", suite.ON, harts)
    node = tree["/soc/uintc@2f10000"]
    assert node["compatible"] == b"riscv,uintc0\0"
    assert cells(node["reg"]) == (0, 0x2f10000, 0, 0x4000)
    expected = []
    for hart in range(harts):
        controller = tree[f"/cpus/cpu@{hart}/interrupt-controller"]
        expected += [cells(controller["phandle"])[0], 0]
    assert list(cells(node["interrupts-extended"])) == expected


@pytest.mark.clauses("U16")
def test_uintc_node_with_sockets():
    result = parse_numa_tree()
    node = result["/soc/uintc@2f10000"]
    harts = cells(node["interrupts-extended"])[::2]
    assert harts == tuple(
        cells(result[f"/cpus/cpu@{hart}/interrupt-controller"]["phandle"])[0]
        for hart in range(4))


def parse_numa_tree():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tree"
        result = qemu(
            "-M", f"virt,uintc=on,dumpdtb={path}", "-cpu", suite.ON,
            "-smp", "4,sockets=2", "-m", "256M",
            "-object", "memory-backend-ram,id=m0,size=128M",
            "-object", "memory-backend-ram,id=m1,size=128M",
            "-numa", "node,cpus=0-1,memdev=m0",
            "-numa", "node,cpus=2-3,memdev=m1")
        assert result.returncode == 0, result.stderr
        return parse_tree(path.read_bytes())


@pytest.mark.clauses("U16 F4")
def test_no_uintc_node_without_the_flag():
    for cpu in ("rv64", suite.ON):
        assert not [name for name in device_tree("virt", cpu)
                    if "uintc" in name]


@pytest.mark.clauses("F10")
def test_isa_string():
    def letters(cpu):
        isa = device_tree("virt", cpu)["/cpus/cpu@0"]["riscv,isa"]
        return isa.decode().rstrip("\0").split("_")[0]
    assert letters("rv64") == "rv64imafdch"
    assert letters("rv64,h=false") == "rv64imafdc"
    assert letters("rv64,h=false,x-n=true") == "rv64imafdcn"
    assert letters(suite.ON) == "rv64imafdcn"


@pytest.mark.clauses("F10")
def test_isa_string_names_no_uipi():
    def isa(cpu):
        return device_tree("virt", cpu)["/cpus/cpu@0"]["riscv,isa"]
    assert isa(suite.ON) == isa("rv64,h=false,x-n=true")


# --- gdb --------------------------------------------------------------------

class Gdb:
    """As much of gdb's remote protocol as reading registers needs."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.socket.settimeout(20)

    def ask(self, text):
        checksum = sum(text.encode()) % 256
        self.socket.sendall(f"${text}#{checksum:02x}".encode())
        answer = b""
        while not re.search(rb"\$[^#]*#..", answer):
            answer += self.socket.recv(65536)
        self.socket.sendall(b"+")
        return re.search(rb"\$([^#]*)#..", answer)[1].decode(errors="replace")

    def description(self, name):
        text = ""
        while True:
            answer = self.ask(f"qXfer:features:read:{name}:{len(text):x},800")
            text += answer[1:]
            if answer[0] == "l":
                return text


@pytest.mark.clauses("F1")
def test_gdb_sees_the_csrs():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gdb"
        line = suite.command("harts-1", only="gdb_csrs", also="PEER")
        line += ["-chardev", f"socket,id=g,path={path},server=on,wait=off",
                 "-gdb", "chardev:g"]
        with suite.Machine(line) as machine:
            machine.read_until("ready")
            gdb = Gdb(path)
            gdb.ask("qSupported:xmlRegisters=riscv")
            gdb.ask("?")
            gdb.description("target.xml")
            numbers = {name: int(number) for name, number in re.findall(
                r'name="(\w+)"[^>]*regnum="(\d+)"',
                gdb.description("riscv-csr.xml"))}

            def read(name):
                return int.from_bytes(
                    bytes.fromhex(gdb.ask(f"p{numbers[name]:x}")), "little")

            assert read("uscratch") == 0x1122
            assert read("uepc") == 0x3344
            assert read("sideleg") == 0x11
            assert read("suirs") == 1 << 63 | 5
            assert read("suicfg") == 0x2f10000
            for name in ("ustatus", "uie", "utvec", "ucause", "uip",
                         "sedeleg", "suist"):
                read(name)
            value = (0x5566).to_bytes(8, "little").hex()
            assert gdb.ask(f"P{numbers['utval']:x}={value}") == "OK"
            gdb.ask("D")
            machine.type("x")
            assert "pass" in machine.read_until("done")


@pytest.mark.clauses("F4")
def test_gdb_sees_no_csrs_when_off():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gdb"
        line = suite.command("off", only="migrate_flags_off", also="PEER")
        line += ["-chardev", f"socket,id=g,path={path},server=on,wait=off",
                 "-gdb", "chardev:g"]
        with suite.Machine(line) as machine:
            machine.read_until("ready")
            gdb = Gdb(path)
            gdb.ask("qSupported:xmlRegisters=riscv")
            gdb.description("target.xml")
            assert not re.search(r'name="(ustatus|utvec|sideleg|suist)"',
                                 gdb.description("riscv-csr.xml"))


# --- logs and disassembly ---------------------------------------------------

def logged(case, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log"
        line = suite.command("harts-1", only=case)
        with suite.Machine([*line, *arguments, "-D", str(path)]) as machine:
            assert "pass" in machine.read_until("done")
            machine.process.wait(20)
        return path.read_text()


@pytest.mark.clauses("F3")
def test_log_shows_posts_deliveries_and_returns():
    text = logged("usip_of_uintc_is_taken_in_u", "-d", "int")
    assert re.search(r"riscv_uintc_send: receiver:5, vector:1\b", text)
    assert re.search(r"riscv_uintc_notify: receiver:5, hart:0", text)
    assert re.search(r"riscv_do_user_trap: hart:0, async:1, cause:0+,", text)
    text = logged("high_raises_usip", "-d", "int")
    assert re.search(r"riscv_uintc_write: receiver:5, vectors:0x80+$", text,
                     re.M)
    text = logged("handler_returns_to_code", "-d", "int")
    assert "helper_uret: hart:0" in text


@pytest.mark.clauses("F3")
def test_trace_events():
    events = ("riscv_uintc_send", "riscv_uintc_notify", "riscv_uintc_write",
              "riscv_uintc_read", "riscv_user_trap")
    arguments = [word for event in events for word in ("-trace", event)]
    text = logged("usip_of_uintc_is_taken_in_u", *arguments)
    for event in events:
        assert f"{event} " in text
    assert "riscv_uret " in logged("uret_from_u", "-trace", "riscv_uret")


@pytest.mark.clauses("F2")
def test_disassembly():
    text = logged("clear_then_read_gives_all", "-d", "in_asm")
    text += logged("activate_and_deactivate", "-d", "in_asm")
    text += logged("send_posts", "-d", "in_asm")
    for word in ("uipi.read", "uipi.write", "uipi.send", "uipi.activate",
                 "uipi.deactivate", "suist", "suirs", "sideleg", "sedeleg"):
        assert word in text, word
    assert "remd" not in text
