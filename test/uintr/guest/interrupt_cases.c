// SPDX-License-Identifier: MIT
/* Cases of which interrupt is taken in U mode: docs/uintr-isa.md, section 3. */
#include "trap_helpers.h"

/* --- T1: when an interrupt is taken --------------------------------------- */

static void check_taken(ureg bit, ureg number)
{
	struct hart *hart;

	allow(bit);
	post(bit);
	hart = run(MODE_U, snippet_spin, 0);
	CHECK_TRAP(hart, MODE_U, INTERRUPT | number);
}

CASE(software_interrupt_taken, HAS_N, 1, "T1 T9")
{
	check_taken(USI, 0);
}

CASE(timer_interrupt_taken, HAS_N, 1, "T1 T9")
{
	check_taken(UTI, 4);
}

CASE(external_interrupt_taken, HAS_N, 1, "T1 T9")
{
	check_taken(UEI, 8);
}

CASE(not_taken_without_uie, HAS_N, 1, "T1")
{
	allow(USI);
	csr_clear(CSR_USTATUS, STATUS_UIE);
	post(USI);
	CHECK_RETURNED(run(MODE_U, snippet_return, 0));
	CHECK_EQ(this_hart()->trap_count, 0);
}

CASE(not_taken_without_mie, HAS_N, 1, "T1")
{
	allow(USI);
	csr_write(CSR_MIE, UTI | UEI);
	post(USI);
	CHECK_RETURNED(run(MODE_U, snippet_return, 0));
}

CASE(not_taken_without_mip, HAS_N, 1, "T1")
{
	allow(USER_INTERRUPTS);
	CHECK_RETURNED(run(MODE_U, snippet_return, 0));
}

CASE(bits_do_not_mix, HAS_N, 1, "T1")
{
	/* Each of the three lacks one of what it needs. */
	csr_write(CSR_SIDELEG, USI | UTI | UEI);
	csr_write(CSR_MIE, UTI);
	csr_set(CSR_USTATUS, STATUS_UIE);
	post(USI | UEI);
	CHECK_RETURNED(run(MODE_U, snippet_return, 0));
}

/* --- T2: pending while in S and M ----------------------------------------- */

CASE(stays_pending_in_s, HAS_N, 1, "T2")
{
	allow(USER_INTERRUPTS);
	csr_set(CSR_MSTATUS, STATUS_SIE);
	post(USER_INTERRUPTS);
	CHECK_RETURNED(run(MODE_S, snippet_return, 0));
	CHECK_EQ(this_hart()->trap_count, 0);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, USER_INTERRUPTS);
}

CASE(stays_pending_in_m, HAS_N, 1, "T2")
{
	allow(USER_INTERRUPTS);
	csr_set(CSR_MSTATUS, STATUS_MIE);
	post(USER_INTERRUPTS);
	for (volatile int i = 0; i < 1000; i++)
		;
	csr_clear(CSR_MSTATUS, STATUS_MIE);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, USER_INTERRUPTS);
}

CASE(taken_after_s_returns_to_u, HAS_N, 1, "T2 T14")
{
	struct hart *hart;

	csr_write(CSR_MIE, USI);
	csr_set(CSR_USTATUS, STATUS_UIE);
	post(USI);
	hart = run(MODE_S, snippet_sret_after_sideleg, USI);
	CHECK_TRAP(hart, MODE_U, INTERRUPT | 0);
	CHECK_PC(hart, snippet_sret_after_sideleg_next);
}

/* --- T3: not delegated goes to S ------------------------------------------ */

CASE(undelegated_goes_to_s_from_u, HAS_N, 1, "T3")
{
	struct hart *hart;

	csr_write(CSR_MIE, USI);
	post(USI);
	hart = run(MODE_U, snippet_spin, 0);
	CHECK_TRAP(hart, MODE_S, INTERRUPT | 0);
	CHECK_EQ(last_trap(hart)->value, 0);
	CHECK_EQ(last_trap(hart)->status & STATUS_SPP, 0);
}

CASE(undelegated_ignores_uie, HAS_N, 1, "T3")
{
	csr_write(CSR_MIE, UTI);
	csr_clear(CSR_USTATUS, STATUS_UIE);
	post(UTI);
	CHECK_TRAP(run(MODE_U, snippet_spin, 0), MODE_S, INTERRUPT | 4);
}

CASE(undelegated_in_s_needs_sie, HAS_N, 1, "T3")
{
	csr_write(CSR_MIE, UEI);
	post(UEI);
	CHECK_RETURNED(run(MODE_S, snippet_return, 0));
	csr_set(CSR_MSTATUS, STATUS_SIE);
	CHECK_TRAP(run(MODE_S, snippet_spin, 0), MODE_S, INTERRUPT | 8);
}

CASE(undelegated_in_s_at_once, HAS_N, 1, "T3")
{
	const uint32_t swap = INSTRUCTION_CSR_SWAP(CSR_SIDELEG);
	struct hart *hart;

	allow(USI);
	csr_set(CSR_MSTATUS, STATUS_SIE);
	post(USI);
	hart = run_instruction(MODE_S, swap, 0);
	CHECK_TRAP(hart, MODE_S, INTERRUPT | 0);
	CHECK_EQ(*(uint32_t *)(last_trap(hart)->pc - 4), swap);
}

CASE(undelegated_needs_mie, HAS_N, 1, "T3")
{
	csr_set(CSR_MSTATUS, STATUS_SIE);
	post(USER_INTERRUPTS);
	CHECK_RETURNED(run(MODE_S, snippet_return, 0));
	CHECK_RETURNED(run(MODE_U, snippet_return, 0));
}

CASE(undelegated_vectors_in_s, HAS_N, 1, "T3")
{
	struct hart *hart;

	/* Entry 8 of the table jumps to the user entry: a fetch there shows. */
	csr_write(CSR_STVEC, (ureg)user_vectors | 1);
	csr_write(CSR_MIE, UEI);
	csr_set(CSR_MIP, UEI);
	csr_write(CSR_USCRATCH, &this_hart()->frames[MODE_U]);
	hart = run(MODE_U, snippet_spin, 0);
	CHECK(!hart->returned);
	CHECK_EQ(last_trap(hart)->slot, 8);
	CHECK_EQ(csr_read(CSR_SCAUSE), INTERRUPT | 8);
}

/* --- T4, T5, T6: order ---------------------------------------------------- */

/* Log each interrupt, clear it where the mode can, and go on. */
static bool take_all_in_s(struct hart *hart, struct frame *frame)
{
	ureg cause = csr_read(CSR_SCAUSE);

	(void)frame;
	csr_clear(CSR_SIE, (ureg)1 << (cause & 63));
	return hart->trap_count < 6;
}

CASE(order_in_s, HAS_N, 1, "T6")
{
	static const ureg order[] = {9, 1, 5, 8, 0, 4};
	struct hart *hart = this_hart();

	csr_write(CSR_MIDELEG, SSI | STI | SEI);
	csr_write(CSR_MIE, SSI | STI | SEI | USER_INTERRUPTS);
	csr_set(CSR_MIP, SSI | STI | SEI | USER_INTERRUPTS);
	hart->hooks[MODE_S] = take_all_in_s;
	run(MODE_U, snippet_spin, 0);
	CHECK_EQ(hart->trap_count, 6);
	for (int i = 0; i < 6; i++) {
		CHECK_EQ(hart->log[i].mode, MODE_S);
		CHECK_EQ(hart->log[i].cause, INTERRUPT | order[i]);
	}
}

CASE(order_in_s_with_sie, HAS_N, 1, "T6 T3")
{
	struct hart *hart;

	csr_write(CSR_MIDELEG, STI);
	csr_write(CSR_MIE, STI | USI);
	csr_set(CSR_MIP, STI | USI);
	csr_set(CSR_MSTATUS, STATUS_SIE);
	hart = run(MODE_S, snippet_spin, 0);
	CHECK_TRAP(hart, MODE_S, INTERRUPT | 5);
}

static void check_order_in_u(ureg pending, ureg expected)
{
	struct hart *hart;

	allow(USER_INTERRUPTS);
	csr_clear(CSR_MIP, USER_INTERRUPTS);
	post(pending);
	hart = run(MODE_U, snippet_spin, 0);
	CHECK_TRAP(hart, MODE_U, INTERRUPT | expected);
}

CASE(order_in_u, HAS_N, 1, "T5")
{
	check_order_in_u(USI | UTI | UEI, 8);
	check_order_in_u(USI | UTI, 0);
	check_order_in_u(UTI | UEI, 8);
	check_order_in_u(USI | UEI, 8);
	check_order_in_u(UTI, 4);
}

CASE(s_before_u, HAS_N, 1, "T4")
{
	static const ureg bits[] = {SSI, STI, SEI};
	static const ureg numbers[] = {1, 5, 9};

	for (int i = 0; i < 3; i++) {
		csr_clear(CSR_MIP, SSI | STI | SEI);
		csr_write(CSR_MIDELEG, SSI | STI | SEI);
		allow(USER_INTERRUPTS);
		csr_set(CSR_MIE, bits[i]);
		post(USER_INTERRUPTS | bits[i]);
		CHECK_TRAP(run(MODE_U, snippet_spin, 0), MODE_S,
			   INTERRUPT | numbers[i]);
	}
}

CASE(undelegated_user_before_delegated, HAS_N, 1, "T4")
{
	allow(UEI);
	csr_set(CSR_MIE, UTI);
	post(UEI | UTI);
	CHECK_TRAP(run(MODE_U, snippet_spin, 0), MODE_S, INTERRUPT | 4);
}

CASE(m_before_s_and_u, HAS_N, 1, "T4")
{
	allow(USI);
	csr_write(CSR_MIDELEG, SSI);
	csr_set(CSR_MIE, SSI | MTI);
	post(USI | SSI);
	timer_set(this_hart()->id, 0);
	CHECK_TRAP(run(MODE_U, snippet_spin, 0), MODE_M, INTERRUPT | 7);
}

CASE(m_software_before_u, HAS_N, 1, "T4")
{
	/* SSI is M mode's here: nothing delegates it. */
	allow(UEI);
	csr_set(CSR_MIE, SSI);
	post(UEI | SSI);
	CHECK_TRAP(run(MODE_U, snippet_spin, 0), MODE_M, INTERRUPT | 1);
}
