# SPDX-License-Identifier: MIT
"""As much of gdb's remote protocol as bending a boot needs."""

import re
import socket
import time

# numbers of gdb's riscv registers
A1 = 11
PC = 32


class GdbStub:
    def __init__(self, port, seconds=20):
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", port), 1)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        self.socket.settimeout(seconds)
        self.received = b""
        # QEMU lets those write registers who have read how they are described.
        self.ask("qSupported:xmlRegisters=riscv")
        self.ask("qXfer:features:read:target.xml:0,800")

    def packet(self):
        """The next packet from the machine; its "running" state ends there."""
        while not (match := re.search(rb"\$([^#]*)#..", self.received)):
            more = self.socket.recv(65536)
            assert more, "the machine has gone"
            self.received += more
        self.received = self.received[match.end():]
        self.socket.sendall(b"+")
        return match[1].decode()

    def send(self, text):
        self.socket.sendall(f"${text}#{sum(text.encode()) % 256:02x}".encode())

    def ask(self, text):
        self.send(text)
        return self.packet()

    def run_to(self, address):
        """Goes on until a hart comes to ADDRESS; that hart is then the one that
        registers are read and written of.  Its name."""
        assert self.ask(f"Z1,{address:x},2") == "OK"
        stop = self.ask("c")
        assert self.ask(f"z1,{address:x},2") == "OK"
        thread = re.search(r"thread:([^;]+);", stop)[1]
        assert self.ask(f"Hg{thread}") == "OK"
        return thread

    def read(self, number):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{number:x}")), "little")

    def write(self, number, value):
        text = value.to_bytes(8, "little").hex()
        assert self.ask(f"P{number:x}={text}") == "OK"

    def detach(self):
        assert self.ask("D") == "OK"
        self.socket.close()
