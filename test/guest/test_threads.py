# SPDX-License-Identifier: MIT
"""Kernel threads of a process, futexes and messages between rings."""


def test_threads(any_machine):
    """Each way to make, join and end threads, and every state at the end."""
    output = any_machine.run_without_leak("thread-check", timeout=180)
    assert "FAIL" not in output
    # the thread that faults is said to
    assert "store to a page" in output
