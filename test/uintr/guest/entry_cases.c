// SPDX-License-Identifier: MIT
/* Cases of entries to a U-mode handler: docs/uintr-isa.md, section 3. */
#include "trap_helpers.h"

/* --- T8 to T13: entry ----------------------------------------------------- */

CASE(entry_pc_of_interrupt, HAS_N, 1, "T8")
{
	struct hart *hart;

	allow(USI);
	post(USI);
	hart = run(MODE_U, snippet_return, 0);
	CHECK_TRAP(hart, MODE_U, INTERRUPT | 0);
	CHECK_PC(hart, snippet_return);
	CHECK_EQ(hart->frames[MODE_U].x[10], 0);
}

CASE(entry_value_of_interrupt, HAS_N, 1, "T10")
{
	csr_write(CSR_UTVAL, 77);
	allow(USI);
	post(USI);
	CHECK_EQ(last_trap(run(MODE_U, snippet_spin, 0))->value, 0);
}

CASE(entry_stacks_uie, HAS_N, 1, "T11")
{
	struct hart *hart;

	allow(USI);
	post(USI);
	hart = run(MODE_U, snippet_spin, 0);
	CHECK_EQ(last_trap(hart)->status, STATUS_UPIE);
}

CASE(exception_stacks_uie_clear, HAS_N, 1, "T11")
{
	struct hart *hart;

	csr_write(CSR_USTATUS, STATUS_UPIE);
	hart = fault(ILLEGAL, 0, CAUSE_ILLEGAL);
	CHECK_TRAP(hart, MODE_U, CAUSE_ILLEGAL);
	CHECK_EQ(last_trap(hart)->status, 0);
}

CASE(exception_stacks_uie_set, HAS_N, 1, "T11")
{
	struct hart *hart;

	csr_write(CSR_USTATUS, STATUS_UIE);
	hart = fault(ILLEGAL, 0, CAUSE_ILLEGAL);
	CHECK_TRAP(hart, MODE_U, CAUSE_ILLEGAL);
	CHECK_EQ(last_trap(hart)->status, STATUS_UPIE);
}

CASE(direct_mode_one_entry, HAS_N, 1, "T12 C3")
{
	allow(UEI);
	post(UEI);
	CHECK_EQ(last_trap(run(MODE_U, snippet_spin, 0))->slot, ~(ureg)0);
}

CASE(vectored_interrupts, HAS_N, 1, "T12 C3")
{
	static const ureg bits[] = {USI, UTI, UEI};
	static const ureg numbers[] = {0, 4, 8};

	csr_write(CSR_UTVEC, (ureg)user_vectors | 1);
	for (int i = 0; i < 3; i++) {
		struct hart *hart;

		allow(bits[i]);
		csr_clear(CSR_MIP, USER_INTERRUPTS);
		post(bits[i]);
		hart = run(MODE_U, snippet_spin, 0);
		CHECK_TRAP(hart, MODE_U, INTERRUPT | numbers[i]);
		CHECK_EQ(last_trap(hart)->slot, numbers[i]);
	}
}

CASE(vectored_exception_at_base, HAS_N, 1, "T12")
{
	struct hart *hart;

	csr_write(CSR_UTVEC, (ureg)user_vectors | 1);
	hart = fault(LOAD_A0, 0x40, CAUSE_LOAD_ACCESS);
	CHECK_TRAP(hart, MODE_U, CAUSE_LOAD_ACCESS);
	CHECK_EQ(last_trap(hart)->slot, 0);
}

/* What S mode has of its own, and of which a trap to U mode changes nothing. */
static ureg supervisor_status(void)
{
	return csr_read(CSR_SSTATUS) & (STATUS_SPP | STATUS_SPIE | STATUS_SIE);
}

static void supervisor_state_set(void)
{
	csr_write(CSR_SEPC, 0x1234);
	csr_write(CSR_SCAUSE, 0x56);
	csr_write(CSR_STVAL, 0x78);
	csr_set(CSR_SSTATUS, STATUS_SPP | STATUS_SPIE);
}

static void supervisor_state_check(ureg status)
{
	CHECK_EQ(csr_read(CSR_SEPC), 0x1234);
	CHECK_EQ(csr_read(CSR_SCAUSE), 0x56);
	CHECK_EQ(csr_read(CSR_STVAL), 0x78);
	CHECK_EQ(supervisor_status(), status);
}

CASE(entry_leaves_s_alone, HAS_N, 1, "T13")
{
	ureg status;

	supervisor_state_set();
	status = supervisor_status();
	allow(USI);
	post(USI);
	CHECK_TRAP(run(MODE_U, snippet_spin, 0), MODE_U, INTERRUPT | 0);
	supervisor_state_check(status);
}

CASE(exception_leaves_s_alone, HAS_N, 1, "T13 T7")
{
	ureg status;

	supervisor_state_set();
	status = supervisor_status();
	CHECK_TRAP(fault(ILLEGAL, 0, CAUSE_ILLEGAL), MODE_U, CAUSE_ILLEGAL);
	supervisor_state_check(status);
}

CASE(trap_to_s_leaves_u_alone, HAS_N, 1, "T3")
{
	csr_write(CSR_UEPC, 0x1234);
	csr_write(CSR_UCAUSE, 0x56);
	csr_write(CSR_UTVAL, 0x78);
	csr_write(CSR_USTATUS, STATUS_UIE);
	csr_write(CSR_MIE, USI);
	post(USI);
	CHECK_TRAP(run(MODE_U, snippet_spin, 0), MODE_S, INTERRUPT | 0);
	CHECK_EQ(csr_read(CSR_UEPC), 0x1234);
	CHECK_EQ(csr_read(CSR_UCAUSE), 0x56);
	CHECK_EQ(csr_read(CSR_UTVAL), 0x78);
	CHECK_EQ(csr_read(CSR_USTATUS), STATUS_UIE);
}

static bool read_supervisor_csr(struct hart *hart, struct frame *frame)
{
	(void)hart;
	(void)frame;
	(void)csr_read(CSR_SSCRATCH); /* illegal in U mode */
	return false;
}

CASE(handler_is_in_u_mode, HAS_N, 1, "T13")
{
	struct hart *hart = this_hart();

	hart->hooks[MODE_U] = read_supervisor_csr;
	allow(USI);
	post(USI);
	run(MODE_U, snippet_spin, 0);
	CHECK_EQ(hart->trap_count, 2);
	CHECK_EQ(hart->log[0].mode, MODE_U);
	CHECK_EQ(hart->log[1].mode, MODE_M);
	CHECK_EQ(hart->log[1].cause, CAUSE_ILLEGAL);
	CHECK_EQ(hart->log[1].status & STATUS_MPP, 0);
}

static bool clear_usip(struct hart *hart, struct frame *frame)
{
	(void)hart;
	(void)frame;
	csr_clear(CSR_UIP, USI);
	return true;
}

CASE(handler_returns_to_code, HAS_N, 1, "T15")
{
	struct hart *hart = this_hart();

	hart->hooks[MODE_U] = clear_usip;
	allow(USI);
	post(USI);
	run(MODE_U, snippet_return, 40);
	CHECK_RETURNED(hart);
	CHECK_EQ(hart->trap_count, 1);
	CHECK_EQ(hart->result, 43);
	CHECK_EQ(csr_read(CSR_USTATUS), STATUS_UIE | STATUS_UPIE);
}

/* --- T14: at once --------------------------------------------------------- */

static void check_at_once(code code, ureg argument, char *next)
{
	struct hart *hart = run(MODE_U, code, argument);

	CHECK_TRAP(hart, MODE_U, INTERRUPT | 0);
	CHECK_PC(hart, next);
	CHECK_EQ(hart->frames[MODE_U].x[10], argument);
}

CASE(at_once_after_ustatus, HAS_N, 1, "T14")
{
	allow(USI);
	csr_clear(CSR_USTATUS, STATUS_UIE);
	post(USI);
	check_at_once(snippet_ustatus_set, STATUS_UIE, snippet_ustatus_set_next);
}

CASE(at_once_after_uie, HAS_N, 1, "T14")
{
	allow(USI);
	csr_write(CSR_MIE, 0);
	post(USI);
	check_at_once(snippet_uie_set, USI, snippet_uie_set_next);
}

CASE(at_once_after_uip, HAS_N, 1, "T14")
{
	allow(USI);
	check_at_once(snippet_uip_set, USI, snippet_uip_set_next);
}

CASE(at_once_after_uret, HAS_N, 1, "T14 T15")
{
	allow(USI);
	csr_write(CSR_USTATUS, 0);
	/* An emulator may look at interrupts where it meets new code: none is. */
	CHECK_RETURNED(run(MODE_U, snippet_uret, 5));
	csr_write(CSR_USTATUS, STATUS_UPIE);
	post(USI);
	check_at_once(snippet_uret, 5, snippet_uret_next);
}

CASE(at_once_after_sret, HAS_N, 1, "T14")
{
	struct hart *hart;

	csr_write(CSR_MIE, UTI);
	csr_set(CSR_USTATUS, STATUS_UIE);
	post(UTI);
	hart = run(MODE_S, snippet_sret_after_sideleg, UTI);
	CHECK_TRAP(hart, MODE_U, INTERRUPT | 4);
	CHECK_PC(hart, snippet_sret_after_sideleg_next);
	CHECK_EQ(hart->frames[MODE_U].x[10], UTI);
}

CASE(at_once_after_mret, HAS_N, 1, "T14")
{
	allow(UEI);
	post(UEI);
	run(MODE_U, snippet_return, 0);
	CHECK_TRAP(this_hart(), MODE_U, INTERRUPT | 8);
	CHECK_PC(this_hart(), snippet_return);
}
