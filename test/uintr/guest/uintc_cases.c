// SPDX-License-Identifier: MIT
/* Cases of UINTC's registers: docs/uintr-isa.md, section 5. */
#include "harness.h"

#define RECEIVERS 512

static bool usip(void)
{
	return csr_read(CSR_MIP) & USI;
}

static void usip_clear(void)
{
	csr_clear(CSR_MIP, USI);
}

/* --- U1: the receivers ---------------------------------------------------- */

CASE(every_receiver_works, HAS_UINTC, 1, "U1 U2")
{
	for (uint32_t i = 0; i < RECEIVERS; i++)
		uintc_write(i, UINTC_SEND, i % 32);
	for (uint32_t i = 0; i < RECEIVERS; i++)
		CHECK_EQ(uintc_read(i, UINTC_HIGH), (uint64_t)1 << i % 32);
}

CASE(receivers_are_apart, HAS_UINTC, 1, "U1")
{
	uintc_write(256, UINTC_LOW, (uint64_t)0xabcd << 16 | 2);
	uintc_write(256, UINTC_HIGH, ~(uint64_t)0);
	for (uint32_t i = 0; i < RECEIVERS; i++) {
		if (i == 256)
			continue;
		CHECK_EQ(uintc_read(i, UINTC_LOW), 0);
		CHECK_EQ(uintc_read(i, UINTC_ACTIVE), 0);
		CHECK_EQ(uintc_read(i, UINTC_HIGH), 0);
	}
}

/* --- U2, U3, U7: SEND ----------------------------------------------------- */

CASE(send_each_vector, HAS_UINTC, 1, "U2 U3")
{
	uintc_write(3, UINTC_LOW, 2);
	for (uint32_t vector = 0; vector < 64; vector++) {
		uintc_write(3, UINTC_SEND, vector);
		CHECK_EQ(uintc_read(3, UINTC_HIGH), (uint64_t)1 << vector);
	}
}

CASE(send_collects, HAS_UINTC, 1, "U2")
{
	uintc_write(3, UINTC_LOW, 2);
	uintc_write(3, UINTC_SEND, 0);
	uintc_write(3, UINTC_SEND, 31);
	uintc_write(3, UINTC_SEND, 32);
	uintc_write(3, UINTC_SEND, 63);
	uintc_write(3, UINTC_SEND, 63);
	CHECK_EQ(uintc_read(3, UINTC_HIGH), 0x8000000180000001);
}

CASE(send_reads_zero, HAS_UINTC, 1, "U2 U11")
{
	uintc_write(3, UINTC_SEND, 5);
	CHECK_EQ(uintc_read(3, UINTC_SEND), 0);
	CHECK_EQ(uintc_read(3, UINTC_HIGH), 1 << 5);
}

CASE(send_ignores_64_and_more, HAS_UINTC, 1, "U3")
{
	static const uint64_t vectors[] = {
		64, 65, 127, 128, 256 + 3, 65536 + 1, (uint64_t)1 << 32,
		((uint64_t)1 << 32) + 7, (uint64_t)1 << 63, ~(uint64_t)0,
	};

	uintc_write(3, UINTC_LOW, 2);
	for (unsigned i = 0; i < sizeof(vectors) / 8; i++) {
		uintc_write(3, UINTC_SEND, vectors[i]);
		CHECK_EQ(uintc_read(3, UINTC_HIGH), 0);
	}
}

CASE(send_in_32_bit_mode, HAS_UINTC, 1, "U3 U7")
{
	uintc_write(3, UINTC_LOW, 0);
	for (uint32_t vector = 0; vector < 70; vector++) {
		uintc_write(3, UINTC_SEND, vector);
		CHECK_EQ(uintc_read(3, UINTC_HIGH),
			 vector < 32 ? (uint64_t)1 << vector : 0);
	}
}

CASE(mode_change_keeps_pending, HAS_UINTC, 1, "U7")
{
	uintc_write(3, UINTC_LOW, 2);
	uintc_write(3, UINTC_SEND, 40);
	uintc_write(3, UINTC_LOW, 0);
	CHECK_EQ(uintc_read(3, UINTC_HIGH), (uint64_t)1 << 40);
}

CASE(high_has_64_bits_in_32_bit_mode, HAS_UINTC, 1, "U7 U5")
{
	uintc_write(3, UINTC_LOW, 0);
	uintc_write(3, UINTC_HIGH, 0xfedcba9876543210);
	CHECK_EQ(uintc_read(3, UINTC_HIGH), 0xfedcba9876543210);
}

/* --- U4, U5, U6: LOW, HIGH, ACTIVE ---------------------------------------- */

CASE(low_reads_back, HAS_UINTC, 1, "U4")
{
	uintc_write(9, UINTC_LOW, (uint64_t)0xffff << 16 | 3);
	CHECK_EQ(uintc_read(9, UINTC_LOW), 0xffff0003);
	uintc_write(9, UINTC_LOW, (uint64_t)0x1234 << 16 | 1);
	CHECK_EQ(uintc_read(9, UINTC_LOW), 0x12340001);
	uintc_write(9, UINTC_LOW, 2);
	CHECK_EQ(uintc_read(9, UINTC_LOW), 2);
}

CASE(low_other_bits_read_zero, HAS_UINTC, 1, "U4")
{
	uintc_write(9, UINTC_LOW, ~(uint64_t)0);
	CHECK_EQ(uintc_read(9, UINTC_LOW), 0xffff0003);
	uintc_write(9, UINTC_LOW, 0xffffffff0000fffc);
	CHECK_EQ(uintc_read(9, UINTC_LOW), 0);
}

CASE(high_ors, HAS_UINTC, 1, "U5")
{
	uintc_write(9, UINTC_HIGH, 0x5);
	uintc_write(9, UINTC_HIGH, (uint64_t)0xa << 60);
	CHECK_EQ(uintc_read(9, UINTC_HIGH), 0xa000000000000005);
}

CASE(high_read_clears, HAS_UINTC, 1, "U5")
{
	uintc_write(9, UINTC_HIGH, 7);
	CHECK_EQ(uintc_read(9, UINTC_HIGH), 7);
	CHECK_EQ(uintc_read(9, UINTC_HIGH), 0);
}

CASE(active_is_the_bit_of_low, HAS_UINTC, 1, "U6")
{
	uintc_write(9, UINTC_LOW, (uint64_t)3 << 16 | 2);
	uintc_write(9, UINTC_ACTIVE, 1);
	CHECK_EQ(uintc_read(9, UINTC_ACTIVE), 1);
	CHECK_EQ(uintc_read(9, UINTC_LOW), 0x30003);
	uintc_write(9, UINTC_ACTIVE, 0);
	CHECK_EQ(uintc_read(9, UINTC_ACTIVE), 0);
	CHECK_EQ(uintc_read(9, UINTC_LOW), 0x30002);
	uintc_write(9, UINTC_LOW, 1);
	CHECK_EQ(uintc_read(9, UINTC_ACTIVE), 1);
}

CASE(active_takes_bit_0_alone, HAS_UINTC, 1, "U6")
{
	uintc_write(9, UINTC_ACTIVE, ~(uint64_t)0);
	CHECK_EQ(uintc_read(9, UINTC_ACTIVE), 1);
	uintc_write(9, UINTC_ACTIVE, ~(uint64_t)1);
	CHECK_EQ(uintc_read(9, UINTC_ACTIVE), 0);
}

/* --- U8: sizes and alignment ---------------------------------------------- */

/* lb lh lw lbu lhu lwu, and sb sh sw, of a0 by (a0) */
static const uint32_t narrow_loads[] = {
	0x00050503, 0x00051503, 0x00052503,
#if XLEN == 64
	0x00054503, 0x00055503, 0x00056503,
#endif
};
static const uint32_t narrow_stores[] = {0x00a50023, 0x00a51023, 0x00a52023};

CASE(narrow_loads_fault, HAS_UINTC, 1, "U8")
{
	uintc_write(0, UINTC_HIGH, 0x1ff);
	for (unsigned i = 0; i < sizeof(narrow_loads) / 4; i++)
		for (ureg offset = 0; offset < 32; offset += 4)
			CHECK_TRAP(run_instruction(MODE_S, narrow_loads[i],
						   UINTC_BASE + offset),
				   MODE_M, CAUSE_LOAD_ACCESS);
	CHECK_EQ(uintc_read(0, UINTC_HIGH), 0x1ff);
}

CASE(narrow_stores_fault, HAS_UINTC, 1, "U8")
{
	for (unsigned i = 0; i < sizeof(narrow_stores) / 4; i++)
		for (ureg offset = 0; offset < 32; offset += 4)
			CHECK_TRAP(run_instruction(MODE_S, narrow_stores[i],
						   UINTC_BASE + offset),
				   MODE_M, CAUSE_STORE_ACCESS);
	CHECK_EQ(uintc_read(0, UINTC_HIGH), 0);
	CHECK_EQ(uintc_read(0, UINTC_LOW), 0);
}

#define AMOOR_W_A0 0x40a5252fu /* amoor.w a0, a0, (a0) */

CASE(narrow_atomics_fault, HAS_UINTC, 1, "U8")
{
	uintc_write(0, UINTC_HIGH, 0x1ff);
	for (ureg offset = 0; offset < 32; offset += 4)
		CHECK_TRAP(run_instruction(MODE_S, AMOOR_W_A0,
					   UINTC_BASE + offset),
			   MODE_M, CAUSE_STORE_ACCESS);
	CHECK_EQ(uintc_read(0, UINTC_HIGH), 0x1ff);
	CHECK_EQ(uintc_read(0, UINTC_LOW), 0);
}

#define LD_A0 0x00053503u /* ld a0, 0(a0) */
#define SD_A0 0x00a53023u /* sd a0, 0(a0) */

CASE(misaligned_doubles_fault, HAS_UINTC | HAS_RV64, 1, "U8")
{
	for (ureg offset = 1; offset < 8; offset++) {
		struct hart *hart = run_instruction(MODE_S, LD_A0,
						    UINTC_BASE + offset);

		CHECK(!hart->returned);
		hart = run_instruction(MODE_S, SD_A0, UINTC_BASE + offset);
		CHECK(!hart->returned);
	}
	CHECK_EQ(uintc_read(0, UINTC_LOW), 0);
	CHECK_EQ(uintc_read(0, UINTC_HIGH), 0);
}

CASE(the_last_register_works, HAS_UINTC | HAS_RV64, 1, "U1")
{
	CHECK_RETURNED(run_instruction(MODE_S, LD_A0, UINTC_END - 8));
	CHECK_TRAP(run_instruction(MODE_S, LD_A0, UINTC_END), MODE_M,
		   CAUSE_LOAD_ACCESS);
	CHECK_TRAP(run_instruction(MODE_S, LD_A0, UINTC_BASE - 8), MODE_M,
		   CAUSE_LOAD_ACCESS);
}

CASE(no_uintc_without_the_flag, HAS_NO_UINTC | HAS_RV64, 1, "F3 F4")
{
	CHECK_TRAP(run_instruction(MODE_S, LD_A0, UINTC_BASE), MODE_M,
		   CAUSE_LOAD_ACCESS);
	CHECK_TRAP(run_instruction(MODE_S, SD_A0, UINTC_BASE), MODE_M,
		   CAUSE_STORE_ACCESS);
}

/* --- U10 to U13: when USIP is raised -------------------------------------- */

CASE(send_raises_usip, HAS_UINTC, 1, "U10 F3")
{
	uintc_write(5, UINTC_LOW, uintc_low(0));
	CHECK(!usip());
	uintc_write(5, UINTC_SEND, 0);
	CHECK(usip());
}

CASE(high_raises_usip, HAS_UINTC, 1, "U10")
{
	uintc_write(5, UINTC_LOW, uintc_low(0));
	uintc_write(5, UINTC_HIGH, (uint64_t)1 << 63);
	CHECK(usip());
}

CASE(low_raises_usip, HAS_UINTC, 1, "U10")
{
	uintc_write(5, UINTC_HIGH, 1);
	CHECK(!usip());
	uintc_write(5, UINTC_LOW, uintc_low(0));
	CHECK(usip());
}

CASE(active_raises_usip, HAS_UINTC, 1, "U10")
{
	uintc_write(5, UINTC_HIGH, 1);
	uintc_write(5, UINTC_ACTIVE, 1);
	CHECK(usip());
}

CASE(ignored_send_raises_usip, HAS_UINTC, 1, "U10")
{
	uintc_write(5, UINTC_LOW, uintc_low(0));
	uintc_write(5, UINTC_SEND, 1);
	usip_clear();
	uintc_write(5, UINTC_SEND, 64);
	CHECK(usip());
	CHECK_EQ(uintc_read(5, UINTC_HIGH), 2);
}

CASE(repeated_send_raises_again, HAS_UINTC, 1, "U10")
{
	uintc_write(5, UINTC_LOW, uintc_low(0));
	uintc_write(5, UINTC_SEND, 1);
	usip_clear();
	uintc_write(5, UINTC_SEND, 1);
	CHECK(usip());
}

CASE(zero_to_high_raises_if_pending, HAS_UINTC, 1, "U10")
{
	uintc_write(5, UINTC_LOW, uintc_low(0));
	uintc_write(5, UINTC_SEND, 1);
	usip_clear();
	uintc_write(5, UINTC_HIGH, 0);
	CHECK(usip());
}

CASE(inactive_raises_nothing, HAS_UINTC, 1, "U11")
{
	uintc_write(5, UINTC_LOW, 2);
	uintc_write(5, UINTC_SEND, 1);
	uintc_write(5, UINTC_HIGH, 6);
	uintc_write(5, UINTC_ACTIVE, 0);
	CHECK(!usip());
}

CASE(nothing_pending_raises_nothing, HAS_UINTC, 1, "U11")
{
	uintc_write(5, UINTC_LOW, uintc_low(0));
	uintc_write(5, UINTC_ACTIVE, 1);
	uintc_write(5, UINTC_HIGH, 0);
	uintc_write(5, UINTC_SEND, 64);
	CHECK(!usip());
}

CASE(other_receivers_raise_nothing, HAS_UINTC, 1, "U11 U1")
{
	uintc_write(5, UINTC_LOW, uintc_low(0));
	uintc_write(6, UINTC_LOW, 2);
	uintc_write(6, UINTC_SEND, 1);
	CHECK(!usip());
}

CASE(reads_raise_nothing, HAS_UINTC, 1, "U11")
{
	uintc_write(5, UINTC_LOW, uintc_low(0));
	uintc_write(5, UINTC_SEND, 1);
	usip_clear();
	uintc_read(5, UINTC_LOW);
	uintc_read(5, UINTC_ACTIVE);
	uintc_read(5, UINTC_SEND);
	uintc_read(5, UINTC_HIGH);
	CHECK(!usip());
}

CASE(hartid_of_no_hart, HAS_UINTC, 1, "U12")
{
	static const uint32_t ids[] = {HART_COUNT, 8, 511, 512, 0x7fff, 0xffff};

	for (unsigned i = 0; i < sizeof(ids) / 4; i++) {
		uintc_write(5, UINTC_LOW, uintc_low(ids[i]));
		uintc_write(5, UINTC_SEND, 1);
		uintc_write(5, UINTC_HIGH, 1);
		uintc_write(5, UINTC_ACTIVE, 1);
		CHECK(!usip());
		CHECK_EQ(uintc_read(5, UINTC_HIGH), 2 | 1);
	}
}

CASE(high_read_keeps_usip, HAS_UINTC, 1, "U13")
{
	uintc_write(5, UINTC_LOW, uintc_low(0));
	uintc_write(5, UINTC_SEND, 1);
	uintc_read(5, UINTC_HIGH);
	CHECK(usip());
}

CASE(deactivation_keeps_usip, HAS_UINTC, 1, "U13")
{
	uintc_write(5, UINTC_LOW, uintc_low(0));
	uintc_write(5, UINTC_SEND, 1);
	uintc_write(5, UINTC_ACTIVE, 0);
	uintc_write(5, UINTC_LOW, 0);
	CHECK(usip());
}

CASE(software_clears_usip_in_each_csr, HAS_UINTC, 1, "U13")
{
	csr_write(CSR_SIDELEG, USI);
	uintc_write(5, UINTC_LOW, uintc_low(0));
	uintc_write(5, UINTC_SEND, 1);
	csr_clear(CSR_UIP, USI);
	CHECK(!usip());
	uintc_write(5, UINTC_SEND, 1);
	csr_clear(CSR_SIP, USI);
	CHECK(!usip());
	uintc_write(5, UINTC_SEND, 1);
	csr_clear(CSR_MIP, USI);
	CHECK(!usip());
	CHECK_EQ(uintc_read(5, UINTC_HIGH), 2);
}

CASE(usip_of_uintc_is_taken_in_u, HAS_UINTC, 1, "U10 T1")
{
	struct hart *hart;

	csr_write(CSR_SIDELEG, USI);
	csr_write(CSR_MIE, USI);
	csr_set(CSR_USTATUS, STATUS_UIE);
	uintc_write(5, UINTC_LOW, uintc_low(0));
	uintc_write(5, UINTC_SEND, 1);
	hart = run(MODE_U, snippet_spin, 0);
	CHECK_TRAP(hart, MODE_U, INTERRUPT | 0);
}

CASE(usip_of_uintc_wakes_idle_s, HAS_UINTC, 1, "U10 T3")
{
	struct hart *hart;

	csr_write(CSR_MIE, USI);
	uintc_write(5, UINTC_LOW, uintc_low(0));
	uintc_write(5, UINTC_SEND, 1);
	hart = run(MODE_S, snippet_wfi, 0);
	CHECK_RETURNED(hart);
	csr_set(CSR_MSTATUS, STATUS_SIE);
	hart = run(MODE_S, snippet_spin, 0);
	CHECK_TRAP(hart, MODE_S, INTERRUPT | 0);
}

/* --- between harts -------------------------------------------------------- */

static volatile bool other_usip;

static void look_at_usip(void)
{
	other_usip = usip();
}

CASE(hartid_chooses_the_hart, HAS_UINTC, 2, "U10 U4")
{
	for (ureg id = 1; id < parameters->harts; id++) {
		usip_clear();
		uintc_write(5, UINTC_LOW, uintc_low(id));
		uintc_write(5, UINTC_SEND, 1);
		CHECK(!usip());
		hart_start(id, look_at_usip);
		hart_join(id);
		CHECK(other_usip);
		uintc_read(5, UINTC_HIGH);
	}
}

CASE(moved_receiver_follows_its_hart, HAS_UINTC, 2, "U10 U4")
{
	uintc_write(5, UINTC_LOW, uintc_low(1) & ~(uint64_t)1);
	uintc_write(5, UINTC_SEND, 1);
	uintc_write(5, UINTC_LOW, uintc_low(0));
	CHECK(usip());
	hart_start(1, look_at_usip);
	hart_join(1);
	CHECK(!other_usip);
}
