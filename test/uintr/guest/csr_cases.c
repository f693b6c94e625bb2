// SPDX-License-Identifier: MIT
/* Cases of what the CSRs of N hold: docs/uintr-isa.md, section 2. */
#include "harness.h"

/* --- C1, C11: ustatus ----------------------------------------------------- */

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

/* --- C2, C12: uie --------------------------------------------------------- */

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

CASE(sie_user_bits_ignore_sideleg, HAS_N, 1, "C12")
{
	csr_write(CSR_SIDELEG, USER_INTERRUPTS);
	csr_write(CSR_SIE, USER_INTERRUPTS);
	CHECK_EQ(csr_read(CSR_SIE), USER_INTERRUPTS);
	csr_clear(CSR_SIE, UEI);
	CHECK_EQ(csr_read(CSR_UIE), USI | UTI);
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

/* --- C3, C4: utvec -------------------------------------------------------- */

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

/* --- C5, C6: plain registers ---------------------------------------------- */

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

/* --- C7, C8, C13, C14: uip ------------------------------------------------ */

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

/* --- C9, C10, C15: delegation --------------------------------------------- */

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

/* --- C19: AIA ------------------------------------------------------------- */

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
