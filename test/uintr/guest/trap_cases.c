// SPDX-License-Identifier: MIT
/* Cases of traps to U mode, uret and wfi: docs/uintr-isa.md, section 3. */
#include "harness.h"

/* All that lets user interrupt BITS be taken in U mode; post them later. */
static void allow(ureg bits)
{
	csr_write(CSR_SIDELEG, bits);
	csr_write(CSR_MIE, bits);
	csr_set(CSR_USTATUS, STATUS_UIE);
}

static void post(ureg bits)
{
	csr_set(CSR_MIP, bits);
}

/* --- T1: when an interrupt is taken ------------------------------------------ */

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

/* --- T2: pending while in S and M -------------------------------------------- */

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

/* --- T3: not delegated goes to S ---------------------------------------------- */

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

/* --- T4, T5, T6: order ---------------------------------------------------------- */

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

/* --- T7: exceptions --------------------------------------------------------------- */

#define ILLEGAL 0xffffffffu
#define EBREAK 0x00100073u
#define ECALL 0x00000073u
#define LOAD_A0 (0x00052503u | (XLEN == 64 ? 0x1000 : 0)) /* ld or lw a0 */
#define STORE_A0 0x00a52023u				  /* sw a0, 0(a0) */

static struct hart *fault(uint32_t instruction, ureg argument, ureg cause)
{
	csr_write(CSR_MEDELEG, (ureg)1 << cause);
	csr_write(CSR_SEDELEG, (ureg)1 << cause);
	return run_instruction(MODE_U, instruction, argument);
}

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

/* --- T7 and T8 under Sv39 ---------------------------------------------------------- */

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

/* --- T8 to T13: entry ---------------------------------------------------------------- */

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

CASE(entry_leaves_s_alone, HAS_N, 1, "T13")
{
	struct hart *hart;
	ureg status;

	csr_write(CSR_SEPC, 0x1234);
	csr_write(CSR_SCAUSE, 0x56);
	csr_write(CSR_STVAL, 0x78);
	csr_set(CSR_SSTATUS, STATUS_SPP | STATUS_SPIE);
	status = csr_read(CSR_SSTATUS) & (STATUS_SPP | STATUS_SPIE | STATUS_SIE);
	allow(USI);
	post(USI);
	hart = run(MODE_U, snippet_spin, 0);
	CHECK_TRAP(hart, MODE_U, INTERRUPT | 0);
	CHECK_EQ(csr_read(CSR_SEPC), 0x1234);
	CHECK_EQ(csr_read(CSR_SCAUSE), 0x56);
	CHECK_EQ(csr_read(CSR_STVAL), 0x78);
	CHECK_EQ(csr_read(CSR_SSTATUS) & (STATUS_SPP | STATUS_SPIE | STATUS_SIE),
		 status);
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

/* --- T14: at once ----------------------------------------------------------------- */

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

/* --- T15, T16: uret ---------------------------------------------------------------- */

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

CASE(uret_illegal_without_n, HAS_NO_N, 1, "T16 F4")
{
	for (int mode = MODE_U; mode <= MODE_S; mode++) {
		struct hart *hart =
			run_instruction(mode, URET_INSTRUCTION, 0);

		CHECK_TRAP(hart, MODE_M, CAUSE_ILLEGAL);
	}
}

/* --- T17, T18: wfi ----------------------------------------------------------------- */

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
