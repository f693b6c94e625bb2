// SPDX-License-Identifier: MIT
/* Cases of exceptions that U mode takes: docs/uintr-isa.md, section 3. */
#include "trap_helpers.h"

/* --- T7: exceptions ------------------------------------------------------- */

CASE(illegal_to_u, HAS_N, 1, "T7 T8 T9 T10")
{
	struct hart *hart = fault(ILLEGAL, 0, CAUSE_ILLEGAL);
	ureg pc = csr_read(CSR_UEPC);

	CHECK_TRAP(hart, MODE_U, CAUSE_ILLEGAL);
	CHECK_EQ(last_trap(hart)->value, ILLEGAL);
	CHECK_EQ(*(uint32_t *)pc, ILLEGAL);
}

CASE(exception_ignores_uie, HAS_N, 1, "T7")
{
	csr_set(CSR_USTATUS, STATUS_UIE);
	CHECK_TRAP(fault(ILLEGAL, 0, CAUSE_ILLEGAL), MODE_U, CAUSE_ILLEGAL);
	csr_clear(CSR_USTATUS, STATUS_UIE);
	CHECK_TRAP(fault(ILLEGAL, 0, CAUSE_ILLEGAL), MODE_U, CAUSE_ILLEGAL);
}

CASE(exception_needs_medeleg, HAS_N, 1, "T7")
{
	csr_write(CSR_SEDELEG, ~(ureg)0);
	CHECK_TRAP(run_instruction(MODE_U, ILLEGAL, 0), MODE_M, CAUSE_ILLEGAL);
}

CASE(exception_needs_sedeleg, HAS_N, 1, "T7")
{
	csr_write(CSR_MEDELEG, 1 << CAUSE_ILLEGAL);
	csr_write(CSR_SEDELEG, 0xb0ff & ~(1 << CAUSE_ILLEGAL));
	CHECK_TRAP(run_instruction(MODE_U, ILLEGAL, 0), MODE_S, CAUSE_ILLEGAL);
}

CASE(exception_in_s_stays_in_s, HAS_N, 1, "T7")
{
	csr_write(CSR_MEDELEG, 1 << CAUSE_ILLEGAL);
	csr_write(CSR_SEDELEG, 1 << CAUSE_ILLEGAL);
	CHECK_TRAP(run_instruction(MODE_S, ILLEGAL, 0), MODE_S, CAUSE_ILLEGAL);
}

CASE(breakpoint_to_u, HAS_N, 1, "T7 T10")
{
	struct hart *hart = fault(EBREAK, 0, CAUSE_BREAKPOINT);

	CHECK_TRAP(hart, MODE_U, CAUSE_BREAKPOINT);
	CHECK_EQ(last_trap(hart)->value, last_trap(hart)->pc);
}

CASE(load_access_fault_to_u, HAS_N, 1, "T7 T10")
{
	struct hart *hart = fault(LOAD_A0, 0x40, CAUSE_LOAD_ACCESS);

	CHECK_TRAP(hart, MODE_U, CAUSE_LOAD_ACCESS);
	CHECK_EQ(last_trap(hart)->value, 0x40);
}

CASE(store_access_fault_to_u, HAS_N, 1, "T7 T10")
{
	struct hart *hart = fault(STORE_A0, 0x44, CAUSE_STORE_ACCESS);

	CHECK_TRAP(hart, MODE_U, CAUSE_STORE_ACCESS);
	CHECK_EQ(last_trap(hart)->value, 0x44);
}

CASE(fetch_access_fault_to_u, HAS_N, 1, "T7 T8 T10")
{
	struct hart *hart = this_hart();

	csr_write(CSR_MEDELEG, 1 << CAUSE_FETCH_ACCESS);
	csr_write(CSR_SEDELEG, 1 << CAUSE_FETCH_ACCESS);
	run(MODE_U, (code)0x40, 0);
	CHECK_TRAP(hart, MODE_U, CAUSE_FETCH_ACCESS);
	CHECK_EQ(last_trap(hart)->value, 0x40);
	CHECK_EQ(last_trap(hart)->pc, 0x40);
}

#define JUMP_A0 0x00050067u /* jr a0 */

CASE(fetch_misaligned_to_u, HAS_N | HAS_NO_C, 1, "T7 T8 T10")
{
	ureg target = (ureg)snippet_return + 2;
	struct hart *hart = fault(JUMP_A0, target, CAUSE_FETCH_MISALIGNED);

	CHECK_TRAP(hart, MODE_U, CAUSE_FETCH_MISALIGNED);
	CHECK_EQ(last_trap(hart)->value, target);
	CHECK_EQ(*(uint32_t *)last_trap(hart)->pc, JUMP_A0);
}

#define LR_A0 0x100525afu /* lr.w a1, (a0) */
#define SC_A0 0x18b525afu /* sc.w a1, a1, (a0) */

CASE(load_misaligned_to_u, HAS_N, 1, "T7 T10")
{
	ureg address = (ureg)sender_table + 1;
	struct hart *hart = fault(LR_A0, address, CAUSE_LOAD_MISALIGNED);

	CHECK_TRAP(hart, MODE_U, CAUSE_LOAD_MISALIGNED);
	CHECK_EQ(last_trap(hart)->value, address);
}

CASE(store_misaligned_to_u, HAS_N, 1, "T7 T10")
{
	ureg address = (ureg)sender_table + 2;
	struct hart *hart = fault(SC_A0, address, CAUSE_STORE_MISALIGNED);

	CHECK_TRAP(hart, MODE_U, CAUSE_STORE_MISALIGNED);
	CHECK_EQ(last_trap(hart)->value, address);
}

CASE(ecall_never_to_u, HAS_N, 1, "T7 C9")
{
	csr_write(CSR_MEDELEG, 1 << CAUSE_ECALL_U);
	csr_write(CSR_SEDELEG, ~(ureg)0);
	CHECK_TRAP(run_instruction(MODE_U, ECALL, 0), MODE_S, CAUSE_ECALL_U);
}

/* --- T7 and T8 under Sv39 ------------------------------------------------- */

#define UNMAPPED 0x40001000ul

static struct hart *translated_fault(uint32_t instruction, ureg cause)
{
	struct hart *hart;

	translate_on();
	hart = fault(instruction, UNMAPPED, cause);
	translate_off();
	return hart;
}

CASE(load_page_fault_to_u, HAS_N | HAS_RV64, 1, "T7 T10")
{
	struct hart *hart = translated_fault(LOAD_A0, CAUSE_LOAD_PAGE);

	CHECK_TRAP(hart, MODE_U, CAUSE_LOAD_PAGE);
	CHECK_EQ(last_trap(hart)->value, UNMAPPED);
}

CASE(store_page_fault_to_u, HAS_N | HAS_RV64, 1, "T7 T10")
{
	struct hart *hart = translated_fault(STORE_A0, CAUSE_STORE_PAGE);

	CHECK_TRAP(hart, MODE_U, CAUSE_STORE_PAGE);
	CHECK_EQ(last_trap(hart)->value, UNMAPPED);
}

CASE(fetch_page_fault_to_u, HAS_N | HAS_RV64, 1, "T7 T8 T10")
{
	struct hart *hart = this_hart();

	translate_on();
	csr_write(CSR_MEDELEG, 1 << CAUSE_FETCH_PAGE);
	csr_write(CSR_SEDELEG, 1 << CAUSE_FETCH_PAGE);
	run(MODE_U, (code)UNMAPPED, 0);
	translate_off();
	CHECK_TRAP(hart, MODE_U, CAUSE_FETCH_PAGE);
	CHECK_EQ(last_trap(hart)->value, UNMAPPED);
	CHECK_EQ(last_trap(hart)->pc, UNMAPPED);
}

CASE(page_fault_to_s_without_sedeleg, HAS_N | HAS_RV64, 1, "T7")
{
	struct hart *hart = this_hart();

	translate_on();
	csr_write(CSR_MEDELEG, 1 << CAUSE_LOAD_PAGE);
	run_instruction(MODE_U, LOAD_A0, UNMAPPED);
	translate_off();
	CHECK_TRAP(hart, MODE_S, CAUSE_LOAD_PAGE);
	CHECK_EQ(last_trap(hart)->value, UNMAPPED);
}

CASE(interrupt_under_translation, HAS_N | HAS_RV64, 1, "T1 T8")
{
	struct hart *hart = this_hart();

	translate_on();
	allow(USI);
	post(USI);
	run(MODE_U, snippet_return, 0);
	translate_off();
	CHECK_TRAP(hart, MODE_U, INTERRUPT | 0);
	CHECK_PC(hart, snippet_return);
}
