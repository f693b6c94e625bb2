// SPDX-License-Identifier: MIT
/* Cases of uret and of wfi in U mode: docs/uintr-isa.md, section 3. */
#include "trap_helpers.h"

/* --- T15, T16: uret ------------------------------------------------------- */

static void check_uret_from(enum mode mode)
{
	struct hart *hart;

	csr_write(CSR_USTATUS, STATUS_UPIE);
	hart = run(mode, snippet_uret, 10);
	CHECK_RETURNED(hart);
	CHECK_EQ(hart->result, 12);
	CHECK_EQ(csr_read(CSR_USTATUS), STATUS_UIE | STATUS_UPIE);
	/* The call that ended the run came from U mode. */
	CHECK_EQ(csr_read(CSR_MSTATUS) & STATUS_MPP, 0);
	CHECK_EQ(csr_read(CSR_MCAUSE), CAUSE_ECALL_U);
}

CASE(uret_from_u, HAS_N, 1, "T15 T16")
{
	check_uret_from(MODE_U);
}

CASE(uret_from_s, HAS_N, 1, "T15 T16")
{
	check_uret_from(MODE_S);
}

CASE(uret_from_m, HAS_N, 1, "T15 T16")
{
	check_uret_from(MODE_M);
}

CASE(uret_with_upie_clear, HAS_N, 1, "T15")
{
	csr_write(CSR_USTATUS, STATUS_UIE);
	CHECK_RETURNED(run(MODE_U, snippet_uret, 0));
	CHECK_EQ(csr_read(CSR_USTATUS), STATUS_UPIE);
}

CASE(uret_clears_mprv, HAS_N, 1, "T15")
{
	csr_set(CSR_MSTATUS, STATUS_MPRV);
	run(MODE_M, snippet_uret, 0);
	CHECK_RETURNED(this_hart());
	CHECK_EQ(csr_read(CSR_MSTATUS) & STATUS_MPRV, 0);
}

CASE(uret_ignores_tsr, HAS_N, 1, "T16")
{
	csr_set(CSR_MSTATUS, STATUS_TSR);
	check_uret_from(MODE_S);
}

CASE(uret_leaves_s_status, HAS_N, 1, "T15")
{
	csr_set(CSR_SSTATUS, STATUS_SPP | STATUS_SPIE);
	CHECK_RETURNED(run(MODE_S, snippet_uret, 0));
	CHECK(csr_read(CSR_SSTATUS) & STATUS_SPP);
	CHECK(csr_read(CSR_SSTATUS) & STATUS_SPIE);
}

/* LOW is what uepc does not hold: uret goes to the instruction below it. */
static void check_uret_with_low_bits(ureg low)
{
	struct hart *hart = run(MODE_U, snippet_uret_low_bits, low);

	CHECK_RETURNED(hart);
	CHECK_EQ(hart->result, low + 2);
}

CASE(uret_ignores_bit_0, HAS_N, 1, "T15 C6")
{
	check_uret_with_low_bits(1);
}

CASE(uret_ignores_bit_1_without_c, HAS_N | HAS_NO_C, 1, "T15 C6")
{
	check_uret_with_low_bits(2);
	check_uret_with_low_bits(3);
}

CASE(uret_illegal_without_n, HAS_NO_N, 1, "T16 F4")
{
	for (int mode = MODE_U; mode <= MODE_S; mode++) {
		struct hart *hart =
			run_instruction(mode, URET_INSTRUCTION, 0);

		CHECK_TRAP(hart, MODE_M, CAUSE_ILLEGAL);
	}
}

/* --- T17, T18: wfi -------------------------------------------------------- */

#define WHILE_TICKS 2000

/*
 * wfi in U mode with M mode's timer to end it. On a busy host the timer may
 * come before the wfi; then it is set later.
 */
static void check_wfi_waits_for_timer(void)
{
	struct hart *hart = this_hart();

	csr_write(CSR_MIE, MTI);
	for (uint64_t ticks = WHILE_TICKS; ticks < WHILE_TICKS << 12;
	     ticks *= 4) {
		timer_set(hart->id, time_now() + ticks);
		run(MODE_U, snippet_wfi, 0);
		CHECK_TRAP(hart, MODE_M, INTERRUPT | 7);
		if (last_trap(hart)->pc != (ureg)snippet_wfi)
			break;
	}
	CHECK_PC(hart, snippet_wfi_next);
}

CASE(wfi_in_u_waits, HAS_N, 1, "T17 F1")
{
	check_wfi_waits_for_timer();
}

CASE(wfi_resumes_without_uie, HAS_N, 1, "T17")
{
	csr_write(CSR_SIDELEG, USI);
	csr_write(CSR_MIE, USI);
	post(USI);
	CHECK_RETURNED(run(MODE_U, snippet_wfi, 0));
	CHECK_EQ(this_hart()->result, 2);
	CHECK_EQ(this_hart()->trap_count, 0);
}

CASE(wfi_then_interrupt, HAS_N, 1, "T17 T8")
{
	struct hart *hart;

	/* Taken either before the wfi or after it, but never lost. */
	allow(USI);
	post(USI);
	hart = run(MODE_U, snippet_wfi, 0);
	CHECK_TRAP(hart, MODE_U, INTERRUPT | 0);
	CHECK_PC(hart, snippet_wfi);
}

CASE(wfi_ignores_what_mie_disables, HAS_N, 1, "T17")
{
	csr_write(CSR_SIDELEG, USER_INTERRUPTS);
	post(USER_INTERRUPTS);
	check_wfi_waits_for_timer();
}

CASE(wfi_resumes_for_s, HAS_N, 1, "T17")
{
	struct hart *hart;

	csr_write(CSR_MIDELEG, SSI);
	csr_write(CSR_MIE, SSI);
	csr_set(CSR_MIP, SSI);
	hart = run(MODE_U, snippet_wfi, 0);
	CHECK_TRAP(hart, MODE_S, INTERRUPT | 1);
}

CASE(wfi_with_tw_is_illegal, HAS_N, 1, "T18")
{
	struct hart *hart;

	csr_set(CSR_MSTATUS, STATUS_TW);
	csr_write(CSR_SIDELEG, USI);
	csr_write(CSR_MIE, USI);
	post(USI);
	hart = run(MODE_U, snippet_wfi, 0);
	CHECK_TRAP(hart, MODE_M, CAUSE_ILLEGAL);
	CHECK_PC(hart, snippet_wfi);
}

CASE(wfi_in_u_illegal_without_n, HAS_NO_N, 1, "T18 F4")
{
	struct hart *hart = run(MODE_U, snippet_wfi, 0);

	CHECK_TRAP(hart, MODE_M, CAUSE_ILLEGAL);
	CHECK_EQ(last_trap(hart)->value, INSTRUCTION_WFI);
}

static void post_later(void)
{
	uint64_t until = time_now() + WHILE_TICKS;

	while (time_now() < until)
		;
	uintc_write(1, UINTC_SEND, 3);
}

CASE(wfi_in_u_woken_by_other_hart, HAS_N | HAS_UINTC, 2, "T17 U10")
{
	struct hart *hart;

	csr_write(CSR_SIDELEG, USI);
	csr_write(CSR_MIE, USI);
	uintc_write(1, UINTC_LOW, uintc_low(0));
	hart_start(1, post_later);
	hart = run(MODE_U, snippet_wfi, 0);
	hart_join(1);
	CHECK_RETURNED(hart);
	CHECK_EQ(uintc_read(1, UINTC_HIGH), 1 << 3);
}
