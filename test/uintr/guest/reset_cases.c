// SPDX-License-Identifier: MIT
/* Cases of resets: docs/uintr-isa.md, sections 2 and 5. */
#include "harness.h"

/* --- C16: reset ----------------------------------------------------------- */

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
