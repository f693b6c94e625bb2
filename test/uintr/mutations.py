#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Show that the conformance suite finds faults, by making them.

    test/uintr/mutations.py TREE [NAME...]    all faults, or those named

TREE is the git tree of make qemu-dev, with its build folder.  Each fault is
one edit of the patched source; it is built and the suite is run on it until
some tests fail.  Writes test/uintr/mutations.md, after each fault, so that a
stop loses nothing; with names it replaces the rows of those.  A fault that
the suite does not find makes this program fail.
"""

import os
import re
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TABLE = HERE / "mutations.md"

CSR = "target/riscv/csr.c"
CPU = "target/riscv/cpu.c"
HELPER = "target/riscv/cpu_helper.c"
OP = "target/riscv/op_helper.c"
UIPI = "target/riscv/uipi_helper.c"
UINTC = "hw/intc/riscv_uintc.c"
VIRT = "hw/riscv/virt.c"
MACHINE = "target/riscv/machine.c"
TCG = "target/riscv/tcg/tcg-cpu.c"
PRIVILEGED = "target/riscv/insn_trans/trans_privileged.c.inc"
TRANSLATE = "target/riscv/insn_trans/trans_uipi.c.inc"
DECODE = "target/riscv/uipi.decode"

Fault = namedtuple("Fault", "name what file old new")
FAULTS = [
    # UINTC
    Fault("shift-in-32-bits", "`1 << vector` in place of a 64-bit shift",
          UINTC, "r->pending |= BIT_ULL(vector);",
          "r->pending |= 1 << (vector & 31);"),
    Fault("mode-ignored", "SEND takes 64 vectors in 32-bit mode",
          UINTC, "vector < (r->mode64 ? 64 : 32)", "vector < 64"),
    Fault("vector-unbounded", "SEND takes the vector modulo 64",
          UINTC, "bool taken = vector < (r->mode64 ? 64 : 32);",
          "bool taken = true;\n\n    vector &= 63;"),
    Fault("level-for-latch", "a read of HIGH lowers USIP",
          UINTC, "        value = r->pending;\n        r->pending = 0;\n",
          "        value = r->pending;\n        r->pending = 0;\n"
          "        if (r->hartid < s->num_harts) {\n"
          "            qemu_irq_lower(s->user_soft_irqs[r->hartid]);\n"
          "        }\n"),
    Fault("inactive-notifies", "an inactive receiver raises USIP",
          UINTC, "!r->active || !r->pending", "!r->pending"),
    Fault("empty-notifies", "a receiver without pending raises USIP",
          UINTC, "!r->active || !r->pending", "!r->active"),
    Fault("ignored-send-is-silent", "an ignored SEND does not notify",
          UINTC, "        riscv_uintc_send(s, index, value);\n        break;",
          "        riscv_uintc_send(s, index, value);\n"
          "        if (value >= 64) {\n            return;\n        }\n"
          "        break;"),
    Fault("activation-is-silent", "a write of ACTIVE does not notify",
          UINTC, "        r->active = value & LOW_ACTIVE;\n        break;\n"
          "    default:",
          "        r->active = value & LOW_ACTIVE;\n        return;\n"
          "    default:"),
    Fault("high-read-keeps", "a read of HIGH does not clear pending",
          UINTC, "        r->pending = 0;\n", ""),
    Fault("high-write-replaces", "a write of HIGH replaces pending",
          UINTC, "r->pending |= value;", "r->pending = value;"),
    Fault("narrow-access", "4-byte accesses are taken",
          UINTC, ".valid = {\n        .min_access_size = 8,",
          ".valid = {\n        .min_access_size = 4,"),
    Fault("no-lock-in-read", "no lock between HIGH's read and its clearing",
          UINTC, "        value = r->pending;\n        r->pending = 0;\n",
          "        value = r->pending;\n"
          "        UNLOCKED_FOR_A_MOMENT();\n        r->pending = 0;\n"),
    Fault("no-lock-in-send", "no lock between SEND's read and its write",
          UINTC, "        r->pending |= BIT_ULL(vector);\n",
          "        uint64_t pending = r->pending;\n\n"
          "        UNLOCKED_FOR_A_MOMENT();\n"
          "        r->pending = pending | BIT_ULL(vector);\n"),
    Fault("hartid-truncated", "hartid has 8 bits",
          UINTC, "#define LOW_HARTID_LENGTH 16", "#define LOW_HARTID_LENGTH 8"),
    Fault("hartid-unbounded", "a hartid that names no hart wraps to one",
          UINTC, "    if (!r->active || !r->pending || "
          "r->hartid >= s->num_harts) {\n        return;\n    }\n",
          "    uint32_t hart = r->hartid % s->num_harts;\n\n"
          "    if (!r->active || !r->pending) {\n        return;\n    }\n"
          "    qemu_irq_raise(s->user_soft_irqs[hart]);\n"
          "    if (hart != r->hartid) {\n        return;\n    }\n"),
    Fault("uintc-survives-reset", "a reset keeps the receivers",
          UINTC, "    memset(s->receivers, 0, sizeof(s->receivers));\n",
          "    s->receivers[0].pending = 0;\n"),
    Fault("pending-not-migrated", "pending is not in the migration stream",
          UINTC, "        VMSTATE_UINT64(pending, RISCVUINTCReceiver),\n", ""),
    Fault("interrupts-of-hart-0", "the device tree names hart 0 alone",
          VIRT, "    qemu_fdt_setprop(ms->fdt, name, \"interrupts-extended\", "
          "cells,\n                     ms->smp.cpus * sizeof(uint32_t) * 2);",
          "    qemu_fdt_setprop(ms->fdt, name, \"interrupts-extended\", "
          "cells,\n                     sizeof(uint32_t) * 2);"),
    # uipi
    Fault("index-unbounded", "uipi.send takes an index past the table",
          UIPI, "    if (!(env->suist & enable) ||\n        index >= "
          "(pages << SUIST_PAGE_SHIFT) / UISTE_SIZE) {",
          "    if (!(env->suist & enable) || !pages) {"),
    Fault("index-overflows", "the index is multiplied before it is compared",
          UIPI, "index >= (pages << SUIST_PAGE_SHIFT) / UISTE_SIZE",
          "index * UISTE_SIZE >= (pages << SUIST_PAGE_SHIFT)"),
    Fault("receiver-unbounded", "a receiver index is taken modulo 512",
          UIPI, "    if (!env->suicfg || receiver >= "
          "RISCV_UINTC_NUM_RECEIVERS) {\n        return;\n    }\n",
          "    if (!env->suicfg) {\n        return;\n    }\n"
          "    receiver %= RISCV_UINTC_NUM_RECEIVERS;\n"),
    Fault("invalid-entry", "the valid bit of an entry is ignored",
          UIPI, "!uipi_load_entry(env, table + index * UISTE_SIZE, &entry) ||"
          "\n        !(entry & UISTE_VALID)",
          "!uipi_load_entry(env, table + index * UISTE_SIZE, &entry)"),
    Fault("suirs-enable-ignored", "the enable bit of suirs is ignored",
          UIPI, "    return env->suirs & (rv32 ? SUIRS32_ENABLE : "
          "SUIRS64_ENABLE);",
          "    return env->suirs | rv32;"),
    Fault("pmp-ignored", "the table is read without asking the PMP",
          UIPI, "    if (riscv_cpu_cfg(env)->pmp &&\n", "    if (false &&\n"),
    Fault("pmp-of-the-mode", "the PMP is asked for the hart's own mode",
          UIPI, "&allowed,\n                            PRV_S)",
          "&allowed,\n                            env->priv)"),
    Fault("table-in-device", "the table may lie in a device",
          UIPI, "    if (length < UISTE_SIZE || "
          "!memory_access_is_direct(mr, false, attrs)) {",
          "    if (length < UISTE_SIZE || !mr) {"),
    Fault("uipi-ends-no-block", "the block goes on after a uipi",
          TRANSLATE, "    gen_update_pc(ctx, ctx->cur_insn_len);\n"
          "    exit_tb(ctx);\n    ctx->base.is_jmp = DISAS_NORETURN;\n",
          "    ctx->base.is_jmp = DISAS_NEXT;\n"),
    Fault("unused-field-ignored", "uipi.send ignores rs2",
          DECODE, "uipi_send       0000000  00000 .....",
          "uipi_send       0000000  ----- ....."),
    # N
    Fault("usip-survives-reset", "a reset keeps bits 0, 4 and 8 of mip",
          CPU, "    env->mip &= ~U_MODE_INTERRUPTS;\n", ""),
    Fault("mideleg-zero", "mideleg's bits are not one after a reset",
          CPU, "    env->mideleg |= U_MODE_INTERRUPTS;\n", ""),
    Fault("n-not-migrated", "utvec is not in the migration stream",
          MACHINE, "        VMSTATE_UINTTL(env.utvec, RISCVCPU),\n", ""),
    Fault("stream-differs-when-off", "N's subsection is always sent",
          MACHINE, "    return riscv_has_ext(&cpu->env, RVN);",
          "    return cpu != NULL;"),
    Fault("uip-unmasked", "uip shows bits that are not in sideleg",
          CSR, "                    wr_mask & env->sideleg & MIP_USIP);\n"
          "    if (ret_val) {\n        *ret_val = rval & env->sideleg;",
          "                    wr_mask & env->sideleg & MIP_USIP);\n"
          "    if (ret_val) {\n        *ret_val = rval & U_MODE_INTERRUPTS;"),
    Fault("uie-write-unmasked", "uie writes bits that are not in sideleg",
          CSR, "ret = rmw_mie64(env, csrno, &rval, new_val, "
          "wr_mask & env->sideleg);",
          "ret = rmw_mie64(env, csrno, &rval, new_val, "
          "wr_mask & U_MODE_INTERRUPTS);"),
    Fault("utip-writable", "U mode can write UTIP and UEIP",
          CSR, "wr_mask & env->sideleg & MIP_USIP", "wr_mask & env->sideleg"),
    Fault("sip-read-only", "sip's UTIP and UEIP are read-only",
          CSR, "        (sip_writable_mask | user_ints(env));",
          "        (sip_writable_mask | (user_ints(env) & MIP_USIP));"),
    Fault("mvip-shows-user-bits", "mvip shows the user interrupts",
          CSR, "    if (csrno == CSR_SIP) {\n"
          "        /* Remove bits that are zero",
          "    alias_mask |= user_ints(env);\n    if (csrno == CSR_SIP) {\n"
          "        /* Remove bits that are zero"),
    Fault("sedeleg-takes-ecall", "sedeleg can hold ecall from U",
          CSR, "    env->sedeleg = val & U_DELEGABLE_EXCPS;",
          "    env->sedeleg = val & (U_DELEGABLE_EXCPS |\n"
          "                          (1ULL << RISCV_EXCP_U_ECALL));"),
    Fault("reserved-utvec-dropped", "a reserved utvec mode drops the write",
          CSR, "        val = (val & ~(target_ulong)3) | (env->utvec & 3);",
          "        return RISCV_EXCP_NONE;"),
    Fault("uepc-bit-1", "uepc bit 1 reads as written where C is off",
          HELPER, "    return env->uepc & (ialign16 ? ~(target_ulong)1 : "
          "~(target_ulong)3);",
          "    return env->uepc & (ialign16 ? ~(target_ulong)1 : "
          "~(target_ulong)1);"),
    Fault("uie-ignored", "interrupts are taken in U mode whatever UIE is",
          HELPER, "    uie = env->priv == PRV_U && "
          "get_field(env->mstatus, MSTATUS_UIE);",
          "    uie = env->priv == PRV_U;"),
    Fault("delegated-also-in-s", "a delegated interrupt also goes to S mode",
          HELPER, "    irqs =  ((pending & env->mideleg & ~env->hideleg &\n"
          "              ~(uint64_t)env->sideleg) | irqs_f) & -hsie;",
          "    irqs =  ((pending & env->mideleg & ~env->hideleg) | irqs_f) &\n"
          "            -hsie;"),
    Fault("stopi-shows-delegated", "stopi shows delegated interrupts",
          HELPER, "(irqs & ~(uint64_t)env->sideleg) | irqs_f,",
          "irqs | irqs_f,"),
    Fault("order-in-u", "in U mode software comes before external",
          HELPER, "    if (pending & MIP_UEIP) {\n        return IRQ_U_EXT;\n"
          "    }\n    if (pending & MIP_USIP) {\n        return IRQ_U_SOFT;\n"
          "    }\n",
          "    if (pending & MIP_USIP) {\n        return IRQ_U_SOFT;\n    }\n"
          "    if (pending & MIP_UEIP) {\n        return IRQ_U_EXT;\n    }\n"),
    Fault("order-in-s", "in S mode user interrupts rank by number",
          HELPER, "    if (extirq == IRQ_S_EXT) {\n"
          "        pending = riscv_cpu_sirq_candidates(env, pending);",
          "    if (false) {\n"
          "        pending = riscv_cpu_sirq_candidates(env, pending);"),
    Fault("exceptions-need-uie", "delegated exceptions need UIE",
          HELPER, "           cause < 64 && ((sdeleg >> cause) & 1);",
          "           cause < 64 && ((sdeleg >> cause) & 1) &&\n"
          "           (async || (env->mstatus & MSTATUS_UIE));"),
    Fault("exceptions-vectored", "exceptions use the vector table too",
          HELPER, "              ((async && (env->utvec & 3) == 1) ? "
          "cause * 4 : 0);\n\n    trace_riscv_user_trap",
          "              ((env->utvec & 3) == 1 ? cause * 4 : 0);\n\n"
          "    trace_riscv_user_trap"),
    Fault("entry-writes-scause", "an entry to U mode writes scause too",
          HELPER, "    env->utval = tval;\n",
          "    env->utval = tval;\n    env->scause = cause;\n"),
    Fault("upie-not-stacked", "an entry does not save UIE in UPIE",
          HELPER, "    s = set_field(s, MSTATUS_UPIE, "
          "get_field(s, MSTATUS_UIE));\n", ""),
    Fault("mip-read-unlocked", "the old mip is read before the lock is taken",
          HELPER, "    uint64_t old;\n\n    /* No need to update mip for VSTIP */"
          "\n    mask = ((mask == MIP_VSTIP) && env->vstime_irq) ? 0 : mask;\n"
          "\n    BQL_LOCK_GUARD();\n\n    old = env->mip;\n",
          "    uint64_t old = qatomic_read(&env->mip);\n\n"
          "    sched_yield();\n"
          "    mask = ((mask == MIP_VSTIP) && env->vstime_irq) ? 0 : mask;\n"
          "\n    BQL_LOCK_GUARD();\n\n"),
    Fault("mprv-kept", "uret keeps MPRV",
          OP, "    mstatus = set_field(mstatus, MSTATUS_UPIE, 1);\n"
          "    mstatus = set_field(mstatus, MSTATUS_MPRV, 0);\n",
          "    mstatus = set_field(mstatus, MSTATUS_UPIE, 1);\n"),
    Fault("uret-chains", "uret jumps on without a look at interrupts",
          PRIVILEGED, "        exit_tb(ctx); /* no chaining: an interrupt may "
          "have become takeable */",
          "        lookup_and_goto_ptr(ctx);"),
    Fault("tw-ignored", "wfi in U mode ignores TW",
          OP, "    if (((prv_s || (u_waits && prv_u)) &&\n",
          "    if (((prv_s || (!riscv_has_ext(env, RVN) && u_waits && prv_u))"
          " &&\n"),
    Fault("n-with-h", "x-n=true is not refused with h=true",
          TCG, "    if (riscv_has_ext(env, RVH)) {\n"
          "        error_setg(errp, \"x-n=true is incompatible with h=true",
          "    if (false) {\n"
          "        error_setg(errp, \"x-n=true is incompatible with h=true"),
]


# What a fault may use: as if the big lock had not been held.
UNLOCKED = """#include "qemu/main-loop.h"
#define UNLOCKED_FOR_A_MOMENT() do { bql_unlock(); bql_lock(); } while (0)
"""


def build(tree):
    result = subprocess.run(
        ["ninja", "-C", tree / "build", "-j",
         os.environ.get("JOBS", str(os.cpu_count())), "qemu-system-riscv64"],
        capture_output=True, text=True)
    if result.returncode:
        errors = [line for line in result.stdout.splitlines()
                  if "error" in line]
        sys.exit("the mutant does not build:\n" + "\n".join(errors))


def tests_that_fail(tree):
    environment = dict(os.environ, UINTR_CASE_SECONDS="8",
                       UINTR_QEMU=str(tree / "build/qemu-system-riscv64"))
    result = subprocess.run(
        ["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider",
         "--long", "--maxfail=4", "--tb=no", HERE / "test_machine.py",
         HERE / "test_migration.py", HERE / "test_guest.py",
         HERE / "test_unpatched.py", "-k", "not test_again"],
        cwd=ROOT, env=environment, capture_output=True, text=True)
    return re.findall(r"^(?:FAILED|ERROR) \S+::(\S+)", result.stdout, re.M)


def try_fault(tree, fault):
    path = tree / fault.file
    text = path.read_text()
    if text.count(fault.old) != 1:
        sys.exit(f"{fault.name}: {fault.file} has its place "
                 f"{text.count(fault.old)} times, not once")
    mutant = text.replace(fault.old, fault.new)
    if "UNLOCKED_FOR_A_MOMENT" in fault.new:
        mutant = mutant.replace('#include "trace.h"\n',
                                '#include "trace.h"\n' + UNLOCKED)
    path.write_text(mutant)
    try:
        build(tree)
        return tests_that_fail(tree)
    finally:
        path.write_text(text)


def short(test):
    """test_case[harts-1-send_posts] -> send_posts (harts-1)"""
    match = re.match(r"test_case\[((?:[a-z0-9]+-)*[a-z0-9]+)-(\w+)\]$", test)
    return f"{match[2]} ({match[1]})" if match else test


def table_row(fault, failed):
    found = ", ".join(f"`{short(test)}`" for test in failed[:2])
    return (f"| {fault.what} | {Path(fault.file).name} | "
            f"{found or '**not found**'} |")


def write_table(new_rows, keep):
    """NEW_ROWS, with those of other faults that the table has if KEEP."""
    old = TABLE.read_text().splitlines() if keep and TABLE.exists() else []
    rows = {}
    for fault in FAULTS:
        for line in old:
            if line.startswith(f"| {fault.what} | "):
                rows[fault.name] = line
    for fault, failed in new_rows:
        rows[fault.name] = table_row(fault, failed)
    lines = [
        "# Faults that the conformance suite finds",
        "",
        "Each fault is one edit of the patched QEMU, made, built and run by",
        "`make test-uintr-mutations`, which writes this table. The suite stops",
        "at its fourth failure, so the tests named are the first, not all.",
        "",
        "| fault | in | found by |",
        "| --- | --- | --- |",
    ]
    lines += [rows[fault.name] for fault in FAULTS if fault.name in rows]
    found = sum(1 for row in rows.values() if "**not found**" not in row)
    lines += ["", f"{found} of {len(rows)} faults found."]
    TABLE.write_text("\n".join(lines) + "\n")


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    tree = Path(arguments[0]).resolve()
    faults = [fault for fault in FAULTS
              if not arguments[1:] or fault.name in arguments[1:]]
    rows = []
    for number, fault in enumerate(faults, 1):
        start = time.monotonic()
        failed = try_fault(tree, fault)
        rows.append((fault, failed))
        print(f"{number}/{len(faults)} {fault.name}: "
              f"{failed[0] if failed else 'NOT FOUND'} "
              f"({time.monotonic() - start:.0f} s)", flush=True)
        write_table(rows, keep=bool(arguments[1:]))
    build(tree)
    return 0 if all(failed for _, failed in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
