# SPDX-License-Identifier: MIT
"""Does what a document says, as its reader would.

    script = read_document(path)
    Reader(folder, environment).follow(script)

A line that ends with "into `name`:" and a ```c block is a file to be written.  A ```console
block is commands (`$ ...`) with what they print; `...` is any lines.  A command that shows
lines with `uos$ ` is run at a terminal, and these are typed at that prompt; Ctrl-A x ends
it.  In a block ```console about each number may be half or twice what is shown.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pexpect

PROMPT = "uos$ "
COMMAND_SECONDS = 600
PROMPT_SECONDS = 60


@dataclass
class Write:
    name: str
    text: str


@dataclass
class Command:
    line: str
    shown: list
    about: bool


def commands_of(block, about):
    commands = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append(Command(line[2:], [], about))
        else:
            commands[-1].shown.append(line)
    return commands


def read_document(path):
    steps, name = [], None
    for before, kind, block in re.findall(r"(.*?)^```([^\n]*)\n(.*?)^```$", path.read_text(),
                                          re.M | re.S):
        if kind == "c":
            name = re.search(r"into\s+`([\w.-]+)`:\s*\Z", before)
            assert name, f"no name for the file that begins with {block[:60]!r}"
            steps.append(Write(name[1], block))
        elif kind.startswith("console"):
            steps += commands_of(block, kind.endswith(" about"))
        else:
            raise AssertionError(f"a block of an unknown kind: {kind!r}")
    return steps


def same_line(shown, printed, about):
    if not about:
        return shown == printed
    number = re.compile(r"\d+")
    if number.sub("N", shown) != number.sub("N", printed):
        return False
    return all(int(one) <= 2 * int(other) and int(other) <= 2 * int(one)
               for one, other in zip(number.findall(shown), number.findall(printed)))


def matches(shown, printed, about=False):
    """Whether these lines are what was shown."""
    if not shown:
        return not printed
    if shown[0] == "...":
        return any(matches(shown[1:], printed[skip:], about)
                   for skip in range(len(printed) + 1))
    return bool(printed) and same_line(shown[0], printed[0], about) \
        and matches(shown[1:], printed[1:], about)


def check(command, printed):
    printed = [line.rstrip("\r") for line in printed.splitlines()]
    assert matches(command.shown, printed, command.about), "\n".join(
        [f"$ {command.line}", "--- shown", *command.shown, "--- printed", *printed])


class Reader:
    """A shell that keeps its folder, variables and functions between commands."""

    def __init__(self, folder, environment):
        self.state = Path(folder) / ".state"
        self.environment = environment
        self.state.write_text(f"cd '{folder}'\n")

    def script(self, line):
        return (f". '{self.state}'\n{line}\nstatus=$?\n"
                f"{{ declare -px; declare -f; printf 'cd %q\\n' \"$PWD\"; }} > '{self.state}'\n"
                f"exit $status\n")

    def run(self, command):
        result = subprocess.run(
            ["bash", "-c", self.script(command.line)], env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=COMMAND_SECONDS, check=False, errors="replace")
        assert result.returncode == 0, f"$ {command.line}\n{result.stdout}"
        check(command, result.stdout)

    def run_at_terminal(self, command):
        """As many answers as lines were typed, and the end by Ctrl-A x."""
        parts, typed = [[]], []
        for line in command.shown:
            if line.startswith(PROMPT):
                typed.append(line[len(PROMPT):])
                parts.append([])
            else:
                parts[-1].append(line)
        process = pexpect.spawn(
            "bash", ["-c", self.script(command.line)], env=self.environment,
            encoding="utf-8", codec_errors="replace", echo=False, dimensions=(50, 200),
            timeout=PROMPT_SECONDS)
        try:
            for shown, line in zip(parts, [None, *typed]):
                if line is not None:
                    process.send(line + "\r")
                process.expect_exact(PROMPT)
                printed = re.sub(r"\r+\n", "\n", process.before)
                if line is not None:
                    printed = printed.partition("\n")[2]    # the console's echo
                check(Command(line or command.line, shown, False), printed)
            process.send("\x01x")
            process.expect(pexpect.EOF)
        finally:
            process.close(force=True)

    def follow(self, steps):
        for step in steps:
            if isinstance(step, Write):
                folder = self.folder()
                (folder / step.name).write_text(step.text)
            elif any(line.startswith(PROMPT) for line in step.shown):
                self.run_at_terminal(step)
            else:
                self.run(step)

    def folder(self):
        result = subprocess.run(["bash", "-c", f". '{self.state}'; pwd"], check=True,
                                env=self.environment, capture_output=True, text=True)
        return Path(result.stdout.strip())
