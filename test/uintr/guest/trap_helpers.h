/* SPDX-License-Identifier: MIT */
/* What the cases of section 3 of docs/uintr-isa.md have in common. */
#ifndef TRAP_HELPERS_H
#define TRAP_HELPERS_H

#include "harness.h"

/* All that lets user interrupt BITS be taken in U mode; post them later. */
static inline void allow(ureg bits)
{
	csr_write(CSR_SIDELEG, bits);
	csr_write(CSR_MIE, bits);
	csr_set(CSR_USTATUS, STATUS_UIE);
}

static inline void post(ureg bits)
{
	csr_set(CSR_MIP, bits);
}

#define ILLEGAL 0xffffffffu
#define EBREAK 0x00100073u
#define ECALL 0x00000073u
#define LOAD_A0 (0x00052503u | (XLEN == 64 ? 0x1000 : 0)) /* ld, lw */
#define STORE_A0 0x00a52023u /* sw a0, 0(a0) */

/* Run an instruction in U mode that faults, with CAUSE delegated to U mode. */
static inline struct hart *fault(uint32_t instruction, ureg argument, ureg cause)
{
	csr_write(CSR_MEDELEG, (ureg)1 << cause);
	csr_write(CSR_SEDELEG, (ureg)1 << cause);
	return run_instruction(MODE_U, instruction, argument);
}

#endif
