# SPDX-License-Identifier: MIT
"""The SDK as somebody uses it who has only build/sdk: from another folder, moved to
another place, with make, CMake and pkg-config; what it builds runs."""

import os
import re
import shutil
import subprocess

import pytest

from machine import TOP, run_cmd

EXAMPLES = sorted(path.name for path in (TOP / "sdk/examples").iterdir())
PROGRAM = r"""
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <uos.h>

int main(int argc, char *argv[])
{
	volatile double two = argc + 1;

	printf("%s %.6f %d\n", argv[0], sqrt(two), uos_getppid() > 0);
	return EXIT_SUCCESS;
}
"""

CPLUSPLUS = r"""
#include <stdio.h>
#include <uos.h>

struct greeter {
	const char *name;

	greeter(const char *whom) : name(whom) {}
	void greet() const { printf("hello, %s\n", name); }
};

static greeter global("constructor");

static void greet(void *argument)
{
	static_cast<greeter *>(argument)->greet();
}

int main()
{
	greeter local("C++");

	uos_join(uos_spawn(greet, &local));
	uos_join(uos_spawn(greet, &global));
	return 0;
}
"""


def run(*command, folder, status=0, **environment):
    """What the command said; it must exit with STATUS."""
    path = "/usr/local/bin:/usr/bin:/bin"
    result = subprocess.run(
        [str(word) for word in command], cwd=folder, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={"PATH": path, "HOME": str(folder), "LC_ALL": "C", **environment})
    assert result.returncode == status, result.stdout
    return result.stdout


@pytest.fixture(scope="module")
def made():
    subprocess.run(["make", "-C", TOP, "sdk"], check=True)
    return TOP / "build/sdk"


@pytest.fixture(scope="module")
def sdk(made, tmp_path_factory):
    """The SDK in a place where nobody made it, with a blank in its path."""
    place = tmp_path_factory.mktemp("sdk") / "an sdk"
    shutil.copytree(made, place)
    return place


@pytest.fixture
def source(tmp_path):
    (tmp_path / "program.c").write_text(PROGRAM)
    return "program.c"


def test_nothing_has_a_path_of_its_own(made):
    texts = [path for path in made.rglob("*")
             if path.is_file() and path.suffix not in (".a", ".o")]
    assert len(texts) > 100
    assert [path for path in texts if str(TOP).encode() in path.read_bytes()] == []


def test_documents_link_to_what_is_there(sdk):
    links = [(path, link) for path in sorted((sdk / "share/doc/uos").glob("*.md"))
             for link in re.findall(r"\]\(([^)#:\s]+)\)", path.read_text())]
    assert len(links) > 10
    assert [f"{path.name}: {link}" for path, link in links
            if not (path.parent / link).exists()] == []


def example_with_make(sdk, name, folder):
    shutil.copytree(sdk / "share/examples/uos" / name, folder)
    output = run("make", folder=folder, PATH=f"{sdk}/bin:/usr/bin:/bin")
    assert "warning" not in output
    return folder / name


def example_with_cmake(sdk, name, folder):
    shutil.copytree(sdk / "share/examples/uos" / name, folder)
    run("cmake", "-B", "build",
        f"-DCMAKE_TOOLCHAIN_FILE={sdk}/lib/cmake/uos/toolchain.cmake", folder=folder)
    output = run("cmake", "--build", "build", folder=folder)
    assert "warning" not in output
    return folder / "build" / name


@pytest.mark.parametrize("build", [example_with_make, example_with_cmake])
def test_examples(sdk, build, tmp_path):
    programs = [build(sdk, name, tmp_path / name) for name in EXAMPLES]
    data = tmp_path / "data"
    data.write_bytes(os.urandom(300001))
    status, output = run_cmd(
        "cd /files; ./hello; ./hello one two; ./copy data data2; ./timer; ./pipeline; "
        "./pipeline 10; ./two-processes; sha256sum data data2",
        files=[*programs, data])
    assert status == 0
    ticks = [f"{name}: tick {number}" for name, count in
             (("fast", 6), ("middle", 3), ("slow", 2)) for number in range(1, count + 1)]
    lines = output.splitlines()
    first = lines.index("hello, world")
    said = lines[first:]
    assert sorted(said[1:3]) == ["hello, one", "hello, two"]
    assert said[3] == "data2: 300001 bytes"
    assert sorted(said[4:15]) == ticks
    assert said[15:23] == [
        "all at once took at least 60 ms", "an event that nobody sets: cancelled",
        "one that is set: 0", "sum of 1000 squares: 333833500",
        "sum of 10 squares: 385", "the child said: twice 21 is 42", "and ended with 7",
        said[23].replace("data2", "data")]
    status, output = run_cmd("/files/copy /none /tmp/x", files=programs)
    assert status == 1 and "\ncopy: /none: no such file or directory\n" in output


def test_every_way_to_compile(sdk, source, tmp_path):
    """All that was built runs in one machine."""
    uos_cc = sdk / "bin/uos-cc"
    run(uos_cc, source, "-o", "plain", folder=tmp_path)
    run(uos_cc, "-O2", source, "-lm", "-o", "math", folder=tmp_path)
    run(uos_cc, "-mabi=lp64", "-Os", source, "-o", "soft", folder=tmp_path)
    run(uos_cc, "-march=rv64gc", "-flto", "-O2", source, "-o", "lto", folder=tmp_path)
    run(uos_cc, "-S", source, folder=tmp_path)
    run(uos_cc, "-c", "program.s", folder=tmp_path)
    run(uos_cc, "program.o", "-o", "pieces", folder=tmp_path)
    assert "uos_getppid" in run(uos_cc, "-E", source, folder=tmp_path)
    os.symlink(uos_cc, tmp_path / "cc-by-link")
    run("./cc-by-link", source, "-o", "linked", folder=tmp_path)
    (tmp_path / "plus.cc").write_text(CPLUSPLUS)
    run(uos_cc, "-Wall", "-fno-exceptions", "-fno-rtti", "plus.cc", "-o", "plus",
        folder=tmp_path)
    names = ["plain", "math", "soft", "lto", "pieces", "linked"]
    status, output = run_cmd("; ".join(f"/files/{name}" for name in [*names, "plus"]),
                             files=[tmp_path / name for name in [*names, "plus"]])
    assert status == 0 and "\nhello, C++\nhello, constructor\n" in output
    for name in names:
        assert f"/files/{name} 1.414214 1\n" in output


def test_what_a_posix_program_expects(sdk, tmp_path):
    source = TOP / "test/guest/posix_check.c"
    run(sdk / "bin/uos-cc", "-Wall", "-Wextra", "-Werror", source, "-o", "posix",
        folder=tmp_path)
    status, output = run_cmd("/files/posix", files=[tmp_path / "posix"])
    assert status == 0 and "\nall of it\n" in output


def test_programs_of_the_library_s_readme(sdk, tmp_path):
    programs = [block for block in re.findall(
        r"```c\n(.*?)```", (TOP / "libuos/README.md").read_text(), re.S) if "main(" in block]
    assert programs
    for number, text in enumerate(programs):
        (tmp_path / f"{number}.c").write_text(text)
        run(sdk / "bin/uos-cc", "-Wall", "-Werror", f"{number}.c", "-o", f"{number}",
            folder=tmp_path)
    status, output = run_cmd("/files/0", files=[tmp_path / "0"])
    assert status == 0 and "hello from one\n" in output and "hello from two\n" in output


def test_pkg_config(sdk, source, tmp_path):
    """With gcc itself, in two steps, as a Makefile would; and with uos-cc."""
    place = tmp_path / "sdk"            # a path with a blank is beyond pkg-config
    os.symlink(sdk, place)
    ask = ["pkg-config", "--cflags", "--libs", "uos"]
    flags = run(*ask, folder=tmp_path, PKG_CONFIG_PATH=f"{place}/lib/pkgconfig").split()
    run("riscv64-unknown-elf-gcc", *flags, "-c", source, folder=tmp_path)
    run("riscv64-unknown-elf-gcc", "program.o", *flags, "-o", "by-gcc", folder=tmp_path)
    run(sdk / "bin/uos-cc", source, *flags, "-o", "by-uos-cc", folder=tmp_path)
    run(sdk / "bin/uos-cc", source, "-o", "plain", folder=tmp_path)
    assert run("riscv64-unknown-elf-size", "by-gcc", folder=tmp_path).split()[6:9] \
        == run("riscv64-unknown-elf-size", "plain", folder=tmp_path).split()[6:9]
    status, output = run_cmd("/files/by-gcc; /files/by-uos-cc",
                             files=[tmp_path / "by-gcc", tmp_path / "by-uos-cc"])
    assert status == 0 and output.count(" 1.414214 1\n") == 2


def test_mistakes_name_the_next_step(sdk, source, tmp_path):
    uos_cc = sdk / "bin/uos-cc"
    output = run(uos_cc, source, folder=tmp_path, status=1, UOS_CROSS="none-")
    assert "none-gcc is missing" in output and "apt-get install gcc-riscv64" in output
    output = run(uos_cc, "-mabi=lp64f", source, folder=tmp_path, status=1)
    assert "lp64f" in output and "it has: lp64 lp64d" in output
    output = run(uos_cc, "-shared", source, folder=tmp_path, status=1)
    assert "static" in output
    # A script alone is no SDK.
    shutil.copy(uos_cc, tmp_path / "uos-cc")
    assert "make sdk" in run("./uos-cc", source, folder=tmp_path, status=1)


def test_cmake_without_the_toolchain_is_told(sdk, tmp_path):
    folder = tmp_path / "hello"
    shutil.copytree(sdk / "share/examples/uos/hello", folder)
    output = run("cmake", "-B", "build", f"-DCMAKE_PREFIX_PATH={sdk}", folder=folder,
                 status=1)
    assert "-DCMAKE_TOOLCHAIN_FILE=" in " ".join(output.split())


def test_the_other_abi(sdk, source, tmp_path):
    """Without floating point: by CMake, and by pkg-config."""
    folder = tmp_path / "hello"
    shutil.copytree(sdk / "share/examples/uos/hello", folder)
    run("cmake", "-B", "build", "-DUOS_ABI=lp64",
        f"-DCMAKE_TOOLCHAIN_FILE={sdk}/lib/cmake/uos/toolchain.cmake", folder=folder)
    run("cmake", "--build", "build", folder=folder)
    place = tmp_path / "sdk"
    place.symlink_to(sdk)
    flags = run("pkg-config", "--cflags", "--libs", "uos-lp64", folder=tmp_path,
                PKG_CONFIG_PATH=f"{place}/lib/pkgconfig").split()
    run("riscv64-unknown-elf-gcc", source, *flags, "-o", "program", folder=tmp_path)
    for program in (folder / "build/hello", tmp_path / "program"):
        assert "soft-float" in run("riscv64-unknown-elf-readelf", "-h", program,
                                   folder=tmp_path)


def test_prefix_and_destdir(made, source, tmp_path):
    subprocess.run(["make", "-C", TOP, "sdk", f"DESTDIR={tmp_path}/stage",
                    "prefix=/opt/uos"], check=True)
    placed = tmp_path / "stage/opt/uos"
    names = [{path.relative_to(folder) for path in folder.rglob("*")}
             for folder in (made, placed)]
    assert names[0] == names[1]
    run(placed / "bin/uos-cc", source, "-o", "program", folder=tmp_path)
    # What is there already of others stays.
    (placed / "lib/other").write_text("")
    subprocess.run(["make", "-C", TOP, "sdk", f"prefix={placed}"], check=True)
    assert (placed / "lib/other").exists()
