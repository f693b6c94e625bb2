# SPDX-License-Identifier: MIT
"""Error numbers, trap numbers, file words and times against Linux's own headers
for the generic ABI, which is riscv64's."""

from pathlib import Path

from header import names_of, table_of

TOP = Path(__file__).resolve().parents[3]
INCLUDE = f"-I{TOP}"

# What of abi/file.h has a name of its own, and Linux's name for it.
RENAMED = {
    "ABI_DT_UNKNOWN": "DT_UNKNOWN", "ABI_DT_CHR": "DT_CHR",
    "ABI_DT_DIR": "DT_DIR", "ABI_DT_BLK": "DT_BLK", "ABI_DT_REG": "DT_REG",
    "ABI_CLOCK_REALTIME": "CLOCK_REALTIME",
    "ABI_CLOCK_MONOTONIC": "CLOCK_MONOTONIC",
    "ABI_CLOCK_BOOTTIME": "CLOCK_BOOTTIME",
    "ABI_TIMER_ABSTIME": "TIMER_ABSTIME",
    "ABI_PROT_READ": "PROT_READ", "ABI_PROT_WRITE": "PROT_WRITE",
    "ABI_PROT_EXEC": "PROT_EXEC",
    "ABI_MAP_SHARED": "MAP_SHARED", "ABI_MAP_PRIVATE": "MAP_PRIVATE",
    "ABI_MAP_FIXED": "MAP_FIXED", "ABI_MAP_ANONYMOUS": "MAP_ANONYMOUS",
    "ABI_MAP_NORESERVE": "MAP_NORESERVE", "ABI_MAP_POPULATE": "MAP_POPULATE",
    "ABI_MAP_FIXED_NOREPLACE": "MAP_FIXED_NOREPLACE",
    "ABI_MAP_HUGETLB": "MAP_HUGETLB", "ABI_DT_LNK": "DT_LNK",
    **{f"ABI_{name}": name for name in (
        "MS_ASYNC", "MS_INVALIDATE", "MS_SYNC", "MADV_NORMAL", "MADV_RANDOM",
        "MADV_SEQUENTIAL", "MADV_WILLNEED", "MADV_DONTNEED", "MADV_FREE", "MADV_DONTFORK",
        "MADV_DOFORK", "MADV_DONTDUMP", "MADV_DODUMP", "MADV_COLD", "MADV_POPULATE_READ",
        "MADV_POPULATE_WRITE")},
}
RENAMED |= {f"ABI_{name}": name for name in (
    "TMPFS_MAGIC", "MSDOS_SUPER_MAGIC", "ANON_INODE_FS_MAGIC", "ST_RDONLY")}
# Ours alone.
OWN_FILE = {"UOS_MAP_STACKS", "UOS_MAP_SLOT_SHIFT"}
# asm-generic's, which is riscv64's; the host's libc may hide or change them.
FILE_HEADERS = ["<linux/openat2.h>", "<asm-generic/fcntl.h>", "<linux/stat.h>", "<linux/fs.h>",
                "<linux/time.h>", "<linux/time_types.h>",
                "<linux/mman.h>", "<linux/magic.h>", "<sys/statvfs.h>"]
# Newer than Debian 12's headers: Linux 6.7's numbers.
NEWER_CALLS = {"SYS_futex_wake": 454, "SYS_futex_wait": 455}
NEWER_FUTEX = {"FUTEX2_SIZE_U8": 0, "FUTEX2_SIZE_U16": 1, "FUTEX2_SIZE_U32": 2,
               "FUTEX2_SIZE_U64": 3, "FUTEX2_SIZE_MASK": 3, "FUTEX2_NUMA": 4,
               "FUTEX2_PRIVATE": 128}
AT_HEADERS = ["<linux/fcntl.h>"]


def constants(path, drop=()):
    names, _ = names_of(path)
    return {name for name in names
            if not name.endswith("_H") and name not in drop}


def values(folder, includes, names, flags=()):
    table = table_of(folder, includes, names, {}, flags)
    return {key.split()[1]: number for key, number in table.items()}


def test_error_numbers(tmp_path):
    names = constants(TOP / "abi/errno.h")
    assert len(names) > 80
    ours = values(tmp_path, ['"abi/errno.h"'], names, [INCLUDE])
    theirs = values(tmp_path, ["<asm-generic/errno.h>"], names - {"ENOTSUP"})
    theirs["ENOTSUP"] = theirs["EOPNOTSUPP"]    # a libc's name for it
    assert ours == theirs


def test_trap_numbers(tmp_path):
    names = constants(TOP / "abi/syscall.h")
    linux = {name for name in names if not name.lower().startswith("sys_uos")}
    assert len(linux) > 40
    ours = values(tmp_path, ['"abi/syscall.h"'], names, [INCLUDE])
    assert NEWER_CALLS.items() <= ours.items()
    linux -= NEWER_CALLS.keys()
    names -= NEWER_CALLS.keys()
    kernel_names = {name.replace("SYS_", "__NR_") for name in linux}
    theirs = values(tmp_path, ["<asm-generic/unistd.h>"], kernel_names,
                    ["-D__ARCH_WANT_NEW_STAT"])
    assert {name: ours[name] for name in linux} == {
        name.replace("__NR_", "SYS_"): number for name, number in theirs.items()}
    # Linux's are neither: its own range ends far below, and none is negative
    assert all(ours[name] >= 4096 or ours[name] < 0 for name in names - linux)


def test_futex(tmp_path):
    names = constants(TOP / "abi/futex.h")
    ours = values(tmp_path, ['"abi/futex.h"'], names, [INCLUDE])
    theirs = values(tmp_path, ["<linux/futex.h>"], names - NEWER_FUTEX.keys())
    assert len(theirs) > 6 and ours == theirs | NEWER_FUTEX


def test_file_words(tmp_path):
    names = constants(TOP / "abi/file.h") - OWN_FILE
    ours = values(tmp_path, ['"abi/file.h"'], names, [INCLUDE])
    at_names = {name for name in names if name.startswith("AT_")}
    # d_type's values have no header but a libc's.
    dt_names = {name for name in names if name.startswith("ABI_DT_")}
    theirs = values(tmp_path, FILE_HEADERS,
                    {RENAMED.get(name, name)
                     for name in names - at_names - dt_names})
    theirs |= values(tmp_path, AT_HEADERS, at_names)
    theirs |= values(tmp_path, ["<dirent.h>"],
                     {RENAMED[name] for name in dt_names}, ["-D_GNU_SOURCE"])
    assert {RENAMED.get(name, name): ours[name] for name in names} == theirs


def test_structs(tmp_path):
    _, structs = names_of(TOP / "abi/file.h")
    # Not exported by Linux's headers; iovec has our name.
    structs.pop("linux_dirent64")
    iovec = {"abi_iovec": structs.pop("abi_iovec")}
    statfs = {"abi_statfs": structs.pop("abi_statfs")}
    stat = structs.pop("abi_stat")
    # three times of two words, there; one struct each, here
    for name in [name for name in stat if "tim" in name or "pad" in name]:
        stat.pop(name)
    # Taken from a reserve at the end by later kernels.
    for spare in ("__spare3", "stx_dio_mem_align", "stx_dio_offset_align"):
        structs["statx"].pop(spare)
    ours = table_of(tmp_path, ['"abi/file.h"'], {}, structs, [INCLUDE])
    theirs = table_of(tmp_path, ["<linux/stat.h>", "<linux/time_types.h>", "<linux/openat2.h>"],
                      {}, structs)
    assert len(ours) > 40 and ours == theirs
    ours = table_of(tmp_path, ['"abi/file.h"'], {}, iovec, [INCLUDE])
    theirs = table_of(tmp_path, ["<linux/uio.h>", "<linux/types.h>"], {},
                      {"iovec": iovec["abi_iovec"]})
    assert list(ours.values()) == list(theirs.values())
    # asm-generic's is the host's too, where a word has 64 bits
    ours = table_of(tmp_path, ['"abi/file.h"'], {}, statfs, [INCLUDE])
    theirs = table_of(tmp_path, ["<asm/statfs.h>"], {}, {"statfs": statfs["abi_statfs"]})
    assert len(ours) > 10 and list(ours.values()) == list(theirs.values())
    ours = table_of(tmp_path, ['"abi/file.h"'], {}, {"abi_stat": stat}, [INCLUDE])
    theirs = table_of(tmp_path, ["<asm-generic/stat.h>"], {}, {"stat": stat})
    assert len(ours) > 10 and list(ours.values()) == list(theirs.values())


def test_terminal(tmp_path):
    names = constants(TOP / "abi/terminal.h", {"ABI_TERMIOS_CHARACTERS"})
    _, structs = names_of(TOP / "abi/terminal.h")
    ours = values(tmp_path, ['"abi/terminal.h"'], names, [INCLUDE])
    theirs = values(tmp_path, ["<asm/ioctls.h>", "<asm/termbits.h>"],
                    {name.removeprefix("ABI_") for name in names})
    assert {name.removeprefix("ABI_"): value for name, value in ours.items()} == theirs
    ours = table_of(tmp_path, ['"abi/terminal.h"'], {}, structs, [INCLUDE])
    theirs = table_of(tmp_path, ["<asm/termios.h>"], {},
                      {name.removeprefix("abi_"): fields for name, fields in structs.items()})
    assert len(ours) > 10 and list(ours.values()) == list(theirs.values())


def test_siginfo(tmp_path):
    names = ["si_signo", "si_errno", "si_code", "si_pid", "si_uid", "si_status"]
    fields = dict.fromkeys(names, False)
    ours = table_of(tmp_path, ['"abi/process.h"'], {}, {"abi_siginfo": fields},
                    [INCLUDE])
    theirs = table_of(tmp_path, ["<signal.h>"], {}, {"siginfo_t": fields})
    assert list(ours.values()) == list(theirs.values())
