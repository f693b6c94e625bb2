// SPDX-License-Identifier: MIT
/* Cases of who may access which CSR: docs/uintr-isa.md, sections 1, 2 and 4. */
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

/* --- C17, C18: who may access --------------------------------------------- */

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

/* --- S1 to S4: the CSRs of uipi ------------------------------------------- */

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
