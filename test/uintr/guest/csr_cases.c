// SPDX-License-Identifier: MIT
/* Cases of the CSRs of N: docs/uintr-isa.md, section 2. */
#include "harness.h"

static const uint16_t user_csrs[] = {
	CSR_USTATUS, CSR_UIE,	 CSR_UTVEC, CSR_USCRATCH,
	CSR_UEPC,    CSR_UCAUSE, CSR_UTVAL, CSR_UIP,
};
static const uint16_t supervisor_csrs[] = {CSR_SEDELEG, CSR_SIDELEG};
static const uint16_t uipi_csrs[] = {CSR_SUIST, CSR_SUIRS, CSR_SUICFG};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check_readable(enum mode mode, const uint16_t *csrs, int count)
{
	for (int i = 0; i < count; i++) {
		run_instruction(mode, INSTRUCTION_CSR_READ(csrs[i]), 0);
		CHECK_RETURNED(this_hart());
		run_instruction(mode, INSTRUCTION_CSR_SWAP(csrs[i]), 0);
		CHECK_RETURNED(this_hart());
	}
}

static void check_illegal(enum mode mode, uint32_t instruction)
{
	struct hart *hart = run_instruction(mode, instruction, 0);

	CHECK_TRAP(hart, MODE_M, CAUSE_ILLEGAL);
	CHECK_EQ(last_trap(hart)->value, instruction);
}

static void check_absent(enum mode mode, const uint16_t *csrs, int count)
{
	for (int i = 0; i < count; i++) {
		check_illegal(mode, INSTRUCTION_CSR_READ(csrs[i]));
		check_illegal(mode, INSTRUCTION_CSR_SWAP(csrs[i]));
	}
}

/* --- F1, F4: what the flags show ------------------------------------------ */

CASE(misa_has_n, HAS_N, 1, "F1")
{
	CHECK(csr_read(CSR_MISA) & (1 << 13));
}

CASE(misa_has_no_n, HAS_NO_N, 1, "F4")
{
	CHECK(!(csr_read(CSR_MISA) & (1 << 13)));
}

CASE(misa_n_cannot_be_cleared, HAS_N, 1, "F1")
{
	csr_clear(CSR_MISA, 1 << 13);
	CHECK(csr_read(CSR_MISA) & (1 << 13));
}

/* --- C17, C18: who may access ---------------------------------------------- */

CASE(user_csrs_from_u, HAS_N, 1, "F1 C17")
{
	check_readable(MODE_U, user_csrs, COUNT(user_csrs));
}

CASE(user_csrs_from_s, HAS_N, 1, "C17")
{
	check_readable(MODE_S, user_csrs, COUNT(user_csrs));
}

CASE(supervisor_csrs_from_s, HAS_N, 1, "C17")
{
	check_readable(MODE_S, supervisor_csrs, COUNT(supervisor_csrs));
}

CASE(supervisor_csrs_from_u_are_illegal, HAS_N, 1, "C17")
{
	check_absent(MODE_U, supervisor_csrs, COUNT(supervisor_csrs));
}

CASE(user_csrs_absent_in_u, HAS_NO_N, 1, "C18 F4")
{
	check_absent(MODE_U, user_csrs, COUNT(user_csrs));
	check_absent(MODE_U, supervisor_csrs, COUNT(supervisor_csrs));
}

CASE(user_csrs_absent_in_s, HAS_NO_N, 1, "C18 F4")
{
	check_absent(MODE_S, user_csrs, COUNT(user_csrs));
	check_absent(MODE_S, supervisor_csrs, COUNT(supervisor_csrs));
}

static bool skip_illegal(struct hart *hart, struct frame *frame)
{
	(void)hart;
	(void)frame;
	csr_write(CSR_MEPC, csr_read(CSR_MEPC) + 4);
	return true;
}

CASE(user_csrs_absent_in_m, HAS_NO_N, 1, "C18 F4")
{
	struct hart *hart = this_hart();

	hart->hooks[MODE_M] = skip_illegal;
	hart->trap_count = 0;
	csr_read(CSR_USTATUS);
	csr_read(CSR_UIE);
	csr_read(CSR_UTVEC);
	csr_read(CSR_USCRATCH);
	csr_read(CSR_UEPC);
	csr_read(CSR_UCAUSE);
	csr_read(CSR_UTVAL);
	csr_read(CSR_UIP);
	csr_read(CSR_SEDELEG);
	csr_read(CSR_SIDELEG);
	CHECK_EQ(hart->trap_count, 10);
	CHECK_EQ(last_trap(hart)->cause, CAUSE_ILLEGAL);
}

CASE(status_bits_absent, HAS_NO_N, 1, "C11 F4")
{
	csr_set(CSR_MSTATUS, STATUS_UIE | STATUS_UPIE);
	CHECK_EQ(csr_read(CSR_MSTATUS) & (STATUS_UIE | STATUS_UPIE), 0);
	csr_set(CSR_SSTATUS, STATUS_UIE | STATUS_UPIE);
	CHECK_EQ(csr_read(CSR_SSTATUS) & (STATUS_UIE | STATUS_UPIE), 0);
}

CASE(interrupt_bits_absent, HAS_NO_N, 1, "C12 C13 C14 C15 F4")
{
	csr_set(CSR_MIE, USER_INTERRUPTS);
	csr_set(CSR_SIE, USER_INTERRUPTS);
	csr_set(CSR_MIP, USER_INTERRUPTS);
	csr_set(CSR_SIP, USER_INTERRUPTS);
	CHECK_EQ(csr_read(CSR_MIE) & USER_INTERRUPTS, 0);
	CHECK_EQ(csr_read(CSR_SIE) & USER_INTERRUPTS, 0);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, 0);
	CHECK_EQ(csr_read(CSR_SIP) & USER_INTERRUPTS, 0);
	csr_write(CSR_MIDELEG, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_MIDELEG) & USER_INTERRUPTS, 0);
}

/* --- C1, C11: ustatus ------------------------------------------------------ */

CASE(ustatus_views_mstatus, HAS_N, 1, "C1 C11")
{
	csr_set(CSR_MSTATUS, STATUS_UIE);
	CHECK_EQ(csr_read(CSR_USTATUS), STATUS_UIE);
	csr_set(CSR_MSTATUS, STATUS_UPIE);
	CHECK_EQ(csr_read(CSR_USTATUS), STATUS_UIE | STATUS_UPIE);
	csr_clear(CSR_MSTATUS, STATUS_UIE);
	CHECK_EQ(csr_read(CSR_USTATUS), STATUS_UPIE);
}

CASE(ustatus_views_sstatus, HAS_N, 1, "C1 C11")
{
	csr_set(CSR_SSTATUS, STATUS_UPIE);
	CHECK_EQ(csr_read(CSR_USTATUS), STATUS_UPIE);
	CHECK(csr_read(CSR_MSTATUS) & STATUS_UPIE);
	csr_write(CSR_USTATUS, STATUS_UIE);
	CHECK_EQ(csr_read(CSR_SSTATUS) & (STATUS_UIE | STATUS_UPIE),
		 STATUS_UIE);
}

CASE(ustatus_other_bits, HAS_N, 1, "C1")
{
	ureg before = csr_read(CSR_MSTATUS);

	csr_write(CSR_USTATUS, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_USTATUS), STATUS_UIE | STATUS_UPIE);
	csr_write(CSR_USTATUS, 0);
	CHECK_EQ(csr_read(CSR_USTATUS), 0);
	CHECK_EQ(csr_read(CSR_MSTATUS), before);
}

/* --- C2, C12: uie ---------------------------------------------------------- */

CASE(mie_exposes_user_bits, HAS_N, 1, "C12")
{
	csr_write(CSR_MIE, USER_INTERRUPTS);
	CHECK_EQ(csr_read(CSR_MIE), USER_INTERRUPTS);
	CHECK_EQ(csr_read(CSR_SIE), USER_INTERRUPTS);
	csr_clear(CSR_SIE, UTI);
	CHECK_EQ(csr_read(CSR_MIE), USI | UEI);
	csr_write(CSR_SIE, UTI);
	CHECK_EQ(csr_read(CSR_MIE), UTI);
}

CASE(uie_views_mie, HAS_N, 1, "C2")
{
	csr_write(CSR_SIDELEG, USER_INTERRUPTS);
	csr_write(CSR_MIE, UTI | SSI);
	CHECK_EQ(csr_read(CSR_UIE), UTI);
	csr_write(CSR_UIE, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_MIE), USER_INTERRUPTS | SSI);
	csr_write(CSR_UIE, 0);
	CHECK_EQ(csr_read(CSR_MIE), SSI);
}

CASE(uie_masked_by_sideleg, HAS_N, 1, "C2")
{
	csr_write(CSR_MIE, USI | UTI);
	csr_write(CSR_SIDELEG, UTI);
	CHECK_EQ(csr_read(CSR_UIE), UTI);
	csr_write(CSR_UIE, UEI);
	CHECK_EQ(csr_read(CSR_MIE), USI);
	csr_set(CSR_UIE, USER_INTERRUPTS);
	CHECK_EQ(csr_read(CSR_MIE), USI | UTI);
	csr_write(CSR_SIDELEG, 0);
	csr_clear(CSR_UIE, USER_INTERRUPTS);
	CHECK_EQ(csr_read(CSR_UIE), 0);
	CHECK_EQ(csr_read(CSR_MIE), USI | UTI);
}

/* --- C3, C4: utvec --------------------------------------------------------- */

CASE(utvec_direct_and_vectored, HAS_N, 1, "C3")
{
	csr_write(CSR_UTVEC, 0x1000);
	CHECK_EQ(csr_read(CSR_UTVEC), 0x1000);
	csr_write(CSR_UTVEC, 0x2001);
	CHECK_EQ(csr_read(CSR_UTVEC), 0x2001);
	csr_write(CSR_UTVEC, 0x3004);
	CHECK_EQ(csr_read(CSR_UTVEC), 0x3004);
}

CASE(utvec_reserved_mode_keeps_direct, HAS_N, 1, "C4")
{
	csr_write(CSR_UTVEC, 0x1000);
	csr_write(CSR_UTVEC, 0x2002);
	CHECK_EQ(csr_read(CSR_UTVEC), 0x2000);
	csr_write(CSR_UTVEC, 0x3003);
	CHECK_EQ(csr_read(CSR_UTVEC), 0x3000);
}

CASE(utvec_reserved_mode_keeps_vectored, HAS_N, 1, "C4")
{
	csr_write(CSR_UTVEC, 0x1001);
	csr_write(CSR_UTVEC, 0x2002);
	CHECK_EQ(csr_read(CSR_UTVEC), 0x2001);
	csr_write(CSR_UTVEC, 0x3003);
	CHECK_EQ(csr_read(CSR_UTVEC), 0x3001);
}

CASE(utvec_holds_all_address_bits, HAS_N, 1, "C3")
{
	csr_write(CSR_UTVEC, ~(ureg)3);
	CHECK_EQ(csr_read(CSR_UTVEC), ~(ureg)3);
}

/* --- C5, C6: plain registers ----------------------------------------------- */

#define CHECK_HOLDS(csr)                                                       \
	do {                                                                   \
		csr_write(csr, ~(ureg)0);                                      \
		CHECK_EQ(csr_read(csr), ~(ureg)0);                             \
		csr_write(csr, INTERRUPT | 5);                                 \
		CHECK_EQ(csr_read(csr), INTERRUPT | 5);                        \
		csr_write(csr, 0);                                             \
		CHECK_EQ(csr_read(csr), 0);                                    \
	} while (0)

CASE(uscratch_holds, HAS_N, 1, "C5")
{
	CHECK_HOLDS(CSR_USCRATCH);
}

CASE(ucause_holds, HAS_N, 1, "C5")
{
	CHECK_HOLDS(CSR_UCAUSE);
}

CASE(utval_holds, HAS_N, 1, "C5")
{
	CHECK_HOLDS(CSR_UTVAL);
}

CASE(uepc_with_c, HAS_N | HAS_C, 1, "C6")
{
	csr_write(CSR_UEPC, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_UEPC), ~(ureg)1);
	csr_write(CSR_UEPC, 0x1002);
	CHECK_EQ(csr_read(CSR_UEPC), 0x1002);
}

CASE(uepc_without_c, HAS_N | HAS_NO_C, 1, "C6")
{
	csr_write(CSR_UEPC, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_UEPC), ~(ureg)3);
	csr_write(CSR_UEPC, 0x1002);
	CHECK_EQ(csr_read(CSR_UEPC), 0x1000);
}

/* --- C7, C8, C13, C14: uip ------------------------------------------------- */

CASE(mip_user_bits_writable, HAS_N, 1, "C13")
{
	csr_set(CSR_MIP, USER_INTERRUPTS);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, USER_INTERRUPTS);
	csr_clear(CSR_MIP, UTI);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, USI | UEI);
	csr_clear(CSR_MIP, USI | UEI);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, 0);
}

CASE(sip_user_bits_writable, HAS_N, 1, "C14")
{
	csr_set(CSR_SIP, USER_INTERRUPTS);
	CHECK_EQ(csr_read(CSR_SIP), USER_INTERRUPTS);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, USER_INTERRUPTS);
	csr_write(CSR_SIP, UEI);
	CHECK_EQ(csr_read(CSR_SIP), UEI);
	csr_write(CSR_SIP, 0);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, 0);
}

CASE(sip_user_bits_writable_from_s, HAS_N, 1, "C14")
{
	run_instruction(MODE_S, INSTRUCTION_CSR_SWAP(CSR_SIP), UTI | UEI);
	CHECK_RETURNED(this_hart());
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, UTI | UEI);
}

CASE(sip_user_bits_ignore_sideleg, HAS_N, 1, "C14")
{
	csr_write(CSR_SIDELEG, USER_INTERRUPTS);
	csr_set(CSR_SIP, USER_INTERRUPTS);
	CHECK_EQ(csr_read(CSR_SIP), USER_INTERRUPTS);
}

CASE(sip_keeps_its_own_bits, HAS_N, 1, "C14")
{
	csr_write(CSR_MIDELEG, SSI | STI | SEI);
	csr_write(CSR_SIP, ~(ureg)0 & (SSI | STI | SEI));
	CHECK_EQ(csr_read(CSR_SIP) & (SSI | STI | SEI), SSI);
}

CASE(uip_views_mip, HAS_N, 1, "C7")
{
	csr_write(CSR_SIDELEG, USER_INTERRUPTS);
	csr_set(CSR_MIP, UTI | UEI);
	CHECK_EQ(csr_read(CSR_UIP), UTI | UEI);
	csr_set(CSR_MIP, USI);
	CHECK_EQ(csr_read(CSR_UIP), USER_INTERRUPTS);
}

CASE(uip_masked_by_sideleg, HAS_N, 1, "C7")
{
	csr_set(CSR_MIP, USER_INTERRUPTS);
	csr_write(CSR_SIDELEG, UTI);
	CHECK_EQ(csr_read(CSR_UIP), UTI);
	csr_clear(CSR_UIP, USI);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, USER_INTERRUPTS);
	csr_clear(CSR_MIP, USI);
	csr_set(CSR_UIP, USI);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, UTI | UEI);
}

CASE(uip_usip_writable, HAS_N, 1, "C8")
{
	csr_write(CSR_SIDELEG, USER_INTERRUPTS);
	csr_set(CSR_UIP, USI);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, USI);
	csr_clear(CSR_UIP, USI);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, 0);
}

CASE(uip_utip_ueip_cannot_be_set, HAS_N, 1, "C8")
{
	csr_write(CSR_SIDELEG, USER_INTERRUPTS);
	csr_write(CSR_UIP, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, USI);
}

CASE(uip_utip_ueip_cannot_be_cleared, HAS_N, 1, "C8")
{
	csr_write(CSR_SIDELEG, USER_INTERRUPTS);
	csr_set(CSR_MIP, USER_INTERRUPTS);
	csr_write(CSR_UIP, 0);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, UTI | UEI);
}

CASE(uip_swap_gives_old_value, HAS_N, 1, "C7")
{
	struct hart *hart;

	csr_write(CSR_SIDELEG, USER_INTERRUPTS);
	csr_set(CSR_MIP, USI | UEI);
	hart = run_instruction(MODE_U, INSTRUCTION_CSR_SWAP(CSR_UIP), 0);
	CHECK_RETURNED(hart);
	CHECK_EQ(hart->result, USI | UEI);
	CHECK_EQ(csr_read(CSR_UIP), UEI);
}

/* --- C9, C10, C15: delegation ----------------------------------------------- */

CASE(sedeleg_warl, HAS_N, 1, "C9")
{
	csr_write(CSR_SEDELEG, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_SEDELEG), 0xb0ff);
	csr_write(CSR_SEDELEG, 0);
	CHECK_EQ(csr_read(CSR_SEDELEG), 0);
}

CASE(sedeleg_each_bit, HAS_N, 1, "C9")
{
	for (int bit = 0; bit < XLEN; bit++) {
		ureg value = (ureg)1 << bit;

		csr_write(CSR_SEDELEG, value);
		CHECK_EQ(csr_read(CSR_SEDELEG), value & 0xb0ff);
	}
}

CASE(sideleg_warl, HAS_N, 1, "C10")
{
	csr_write(CSR_SIDELEG, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_SIDELEG), USER_INTERRUPTS);
	csr_write(CSR_SIDELEG, 0);
	CHECK_EQ(csr_read(CSR_SIDELEG), 0);
}

CASE(sideleg_each_bit, HAS_N, 1, "C10")
{
	for (int bit = 0; bit < XLEN; bit++) {
		ureg value = (ureg)1 << bit;

		csr_write(CSR_SIDELEG, value);
		CHECK_EQ(csr_read(CSR_SIDELEG), value & USER_INTERRUPTS);
	}
}

CASE(mideleg_read_only_one, HAS_N, 1, "C15")
{
	csr_write(CSR_MIDELEG, 0);
	CHECK_EQ(csr_read(CSR_MIDELEG), USER_INTERRUPTS);
	csr_write(CSR_MIDELEG, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_MIDELEG) & (USER_INTERRUPTS | SSI | STI | SEI),
		 USER_INTERRUPTS | SSI | STI | SEI);
	csr_clear(CSR_MIDELEG, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_MIDELEG), USER_INTERRUPTS);
}

/* --- C16: reset -------------------------------------------------------------- */

static void check_boot_state(void)
{
	for (ureg id = 0; id < parameters->harts; id++) {
		for (int i = 0; i < BOOT_CSR_COUNT; i++) {
			if (boot_states[id].csrs[i])
				print(boot_csr_names[i]);
			CHECK_EQ(boot_states[id].csrs[i], 0);
		}
	}
	CHECK_EQ(boot_states[0].receivers, 0);
}

CASE(cold_reset_is_zero, HAS_N, 1, "C16 U9")
{
	check_boot_state();
}

static void make_dirty(void)
{
	csr_write(CSR_SEDELEG, ~(ureg)0);
	csr_write(CSR_SIDELEG, USER_INTERRUPTS);
	csr_write(CSR_USTATUS, STATUS_UIE | STATUS_UPIE);
	csr_write(CSR_UTVEC, 0x1001);
	csr_write(CSR_UEPC, 0x1000);
	csr_write(CSR_UCAUSE, 5);
	csr_write(CSR_UTVAL, 6);
	csr_write(CSR_MIE, USER_INTERRUPTS);
	csr_set(CSR_MIP, USER_INTERRUPTS);
	if (parameters->features & HAS_UIPI) {
		csr_write(CSR_SUIST, suist_value());
		csr_write(CSR_SUIRS, SUIRS_ENABLE | 7);
	}
}

static volatile uint32_t dirty_harts;

/* Stays dirty: the return of a started function cleans up. */
static void make_dirty_and_stay(void)
{
	make_dirty();
	__atomic_fetch_add(&dirty_harts, 1, __ATOMIC_SEQ_CST);
	csr_write(CSR_MIE, USER_INTERRUPTS | MSI);
	for (;;)
		__asm__ volatile("wfi");
}

CASE(warm_reset_clears_csrs, HAS_N, 1, "C16")
{
	if (*resumed_case) {
		check_boot_state();
		return;
	}
	*resumed_case = name_hash("warm_reset_clears_csrs");
	for (ureg id = 1; id < parameters->harts; id++)
		hart_start(id, make_dirty_and_stay);
	while (dirty_harts < parameters->harts - 1)
		;
	make_dirty();
	csr_write(CSR_USCRATCH, 7);
	machine_reset();
}

CASE(warm_reset_clears_uintc, HAS_UINTC, 1, "U9")
{
	if (*resumed_case) {
		check_boot_state();
		return;
	}
	*resumed_case = name_hash("warm_reset_clears_uintc");
	uintc_write(0, UINTC_LOW, uintc_low(0));
	uintc_write(0, UINTC_HIGH, 5);
	uintc_write(511, UINTC_LOW, uintc_low(1));
	uintc_write(511, UINTC_SEND, 63);
	machine_reset();
}

/* --- C19: AIA ------------------------------------------------------------------ */

CASE(mvip_has_no_user_bits, HAS_N | HAS_AIA, 1, "C19")
{
	csr_set(CSR_MIP, USER_INTERRUPTS);
	CHECK_EQ(csr_read(CSR_MVIP) & USER_INTERRUPTS, 0);
	csr_clear(CSR_MIP, USER_INTERRUPTS);
	csr_set(CSR_MVIP, USER_INTERRUPTS);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, 0);
}

CASE(stopi_hides_delegated, HAS_N | HAS_AIA, 1, "C19")
{
	csr_write(CSR_MIE, USER_INTERRUPTS);
	csr_set(CSR_MIP, UTI | UEI);
	CHECK_EQ(csr_read(CSR_STOPI) >> 16, 8);
	csr_write(CSR_SIDELEG, UEI);
	CHECK_EQ(csr_read(CSR_STOPI) >> 16, 4);
	csr_write(CSR_SIDELEG, UEI | UTI);
	CHECK_EQ(csr_read(CSR_STOPI), 0);
}

/* --- S1 to S4: the CSRs of uipi ------------------------------------------------ */

CASE(uipi_csrs_from_s, HAS_UIPI, 1, "F2 S1")
{
	check_readable(MODE_S, uipi_csrs, COUNT(uipi_csrs));
}

CASE(uipi_csrs_from_u_are_illegal, HAS_UIPI, 1, "S1")
{
	check_absent(MODE_U, uipi_csrs, COUNT(uipi_csrs));
}

CASE(uipi_csrs_absent, HAS_NO_UIPI, 1, "S1 F4")
{
	check_absent(MODE_S, uipi_csrs, COUNT(uipi_csrs));
	check_absent(MODE_U, uipi_csrs, COUNT(uipi_csrs));
}

CASE(suist_layout, HAS_UIPI | HAS_RV64, 1, "S2")
{
	csr_write(CSR_SUIST, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_SUIST), 0x80ffffffffffffff);
	csr_write(CSR_SUIST, 0x7f00000000000000);
	CHECK_EQ(csr_read(CSR_SUIST), 0);
}

CASE(suist_layout_rv32, HAS_UIPI | HAS_RV32, 1, "S2")
{
	csr_write(CSR_SUIST, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_SUIST), 0xbfffffff);
	csr_write(CSR_SUIST, 0x40000000);
	CHECK_EQ(csr_read(CSR_SUIST), 0);
}

CASE(suirs_layout, HAS_UIPI, 1, "S3")
{
	csr_write(CSR_SUIRS, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_SUIRS), SUIRS_ENABLE | 0xffff);
	csr_write(CSR_SUIRS, SUIRS_ENABLE >> 1 | 0x10000);
	CHECK_EQ(csr_read(CSR_SUIRS), 0);
}

CASE(suicfg_is_the_base, HAS_UIPI | HAS_UINTC, 1, "S4")
{
	CHECK_EQ(csr_read(CSR_SUICFG), UINTC_BASE);
	csr_write(CSR_SUICFG, ~(ureg)0);
	CHECK_EQ(csr_read(CSR_SUICFG), UINTC_BASE);
	csr_write(CSR_SUICFG, 0);
	CHECK_EQ(csr_read(CSR_SUICFG), UINTC_BASE);
}

CASE(suicfg_is_zero_without_uintc, HAS_UIPI | HAS_NO_UINTC, 1, "S4")
{
	CHECK_EQ(csr_read(CSR_SUICFG), 0);
	csr_write(CSR_SUICFG, UINTC_BASE);
	CHECK_EQ(csr_read(CSR_SUICFG), 0);
}
