// SPDX-License-Identifier: MIT
/* Cases of what uipi must not reach: docs/uintr-isa.md, sections 4 and 6. */
#include "uipi_helpers.h"

/* --- S2, S5, I6 to I9: bounds --------------------------------------------- */

CASE(suist_disabled, HAS_ALL, 1, "I6 S2")
{
	set_up();
	csr_write(CSR_SUIST, suist_value() & ~SUIST_ENABLE);
	for EACH_MODE(i) {
		CHECK_RETURNED(uipi_in(modes[i], UIPI_SEND, 2));
		CHECK_EQ(pending(), 0);
	}
}

CASE(suirs_disabled, HAS_ALL, 1, "I6 S3")
{
	set_up();
	csr_write(CSR_SUIRS, RECEIVER);
	for EACH_MODE(i) {
		uintc_write(RECEIVER, UINTC_HIGH, 5);
		CHECK_EQ(uipi_in(modes[i], UIPI_READ, 9)->result, 0);
		CHECK_RETURNED(uipi_in(modes[i], UIPI_WRITE, 2));
		CHECK_RETURNED(uipi_in(modes[i], UIPI_ACTIVATE, 0));
		CHECK_EQ(uintc_read(RECEIVER, UINTC_ACTIVE), 0);
		CHECK_EQ(pending(), 5);
		uintc_write(RECEIVER, UINTC_ACTIVE, 1);
		CHECK_RETURNED(uipi_in(modes[i], UIPI_DEACTIVATE, 0));
		CHECK_EQ(uintc_read(RECEIVER, UINTC_ACTIVE), 1);
		uintc_write(RECEIVER, UINTC_ACTIVE, 0);
	}
}

CASE(enables_are_independent, HAS_ALL, 1, "I6")
{
	set_up();
	csr_write(CSR_SUIRS, 0);
	uipi_send(2);
	CHECK_EQ(pending(), (uint64_t)1 << VECTOR);
	csr_write(CSR_SUIRS, SUIRS_ENABLE | RECEIVER);
	csr_write(CSR_SUIST, 0);
	uipi_write(3);
	CHECK_EQ(pending(), 3);
}

CASE(send_last_entry_of_the_table, HAS_ALL, 1, "I7 S2")
{
	set_up();
	sender_table[SENDER_TABLE_ENTRIES - 1] = sender_entry(RECEIVER, 1);
	uipi_send(SENDER_TABLE_ENTRIES - 1);
	CHECK_EQ(pending(), 2);
}

CASE(send_past_the_table, HAS_ALL, 1, "I7 S2")
{
	set_up();
	sender_table[512] = sender_entry(RECEIVER, 1);
	csr_write(CSR_SUIST, SUIST_ENABLE | SUIST_SIZE(1) |
				     (ureg)sender_table >> 12);
	uipi_send(512);
	CHECK_EQ(pending(), 0);
	uipi_send(511);
	CHECK_EQ(pending(), 0);
	sender_table[511] = sender_entry(RECEIVER, 4);
	uipi_send(511);
	CHECK_EQ(pending(), 1 << 4);
}

CASE(send_index_wraps, HAS_ALL, 1, "I7")
{
	set_up();
	/* Each of these times 8 is an entry's offset again, modulo 2^XLEN. */
	for (int bit = XLEN - 3; bit < XLEN; bit++) {
		uipi_send(2 | (ureg)1 << bit);
		CHECK_EQ(pending(), 0);
	}
	uipi_send(~(ureg)0);
	uipi_send(2 | (ureg)1 << 31);
	uipi_send((ureg)0x80000000);
	CHECK_EQ(pending(), 0);
}

CASE(send_with_no_pages, HAS_ALL, 1, "I7")
{
	set_up();
	csr_write(CSR_SUIST, SUIST_ENABLE | (ureg)sender_table >> 12);
	sender_table[0] = sender_entry(RECEIVER, 1);
	uipi_send(0);
	uipi_send(2);
	CHECK_EQ(pending(), 0);
}

CASE(send_with_the_largest_table, HAS_ALL, 1, "I7")
{
	set_up();
	csr_write(CSR_SUIST, SUIST_ENABLE | SUIST_SIZE(XLEN == 64 ? 4095 : 255) |
				     (ureg)sender_table >> 12);
	uipi_send(2);
	CHECK_EQ(pending(), (uint64_t)1 << VECTOR);
}

CASE(entry_not_valid, HAS_ALL, 1, "I8")
{
	set_up();
	sender_table[2] &= ~(uint64_t)1;
	for EACH_MODE(i) {
		CHECK_RETURNED(uipi_in(modes[i], UIPI_SEND, 2));
		CHECK_EQ(pending(), 0);
	}
}

CASE(entry_other_bits_ignored, HAS_ALL, 1, "S5")
{
	set_up();
	sender_table[2] |= 0x0000ffff0000fffe;
	uipi_send(2);
	CHECK_EQ(pending(), (uint64_t)1 << VECTOR);
}

CASE(receiver_past_the_last, HAS_ALL, 1, "I9")
{
	static const uint32_t bad[] = {512, 513, 1024 + RECEIVER, 0x8000, 0xffff};

	set_up();
	for (unsigned i = 0; i < sizeof(bad) / 4; i++) {
		sender_table[2] = sender_entry(bad[i], 1);
		CHECK_RETURNED(uipi_in(MODE_U, UIPI_SEND, 2));
		csr_write(CSR_SUIRS, SUIRS_ENABLE | bad[i]);
		CHECK_EQ(uipi_in(MODE_U, UIPI_READ, 9)->result, 0);
		CHECK_RETURNED(uipi_in(MODE_U, UIPI_WRITE, ~(ureg)0));
		CHECK_RETURNED(uipi_in(MODE_U, UIPI_ACTIVATE, 0));
		CHECK_RETURNED(uipi_in(MODE_U, UIPI_DEACTIVATE, 0));
	}
	for (uint32_t i = 0; i < 512; i++) {
		CHECK_EQ(uintc_read(i, UINTC_HIGH), 0);
		CHECK_EQ(uintc_read(i, UINTC_ACTIVE), 0);
	}
}

CASE(receiver_511_works, HAS_ALL, 1, "I9 U1")
{
	set_up();
	sender_table[2] = sender_entry(511, 1);
	uipi_send(2);
	CHECK_EQ(uintc_read(511, UINTC_HIGH), 2);
	csr_write(CSR_SUIRS, SUIRS_ENABLE | 511);
	uipi_write(9);
	CHECK_EQ(uipi_read(), 9);
}

/* --- I10 to I12: the read of the table ------------------------------------ */

CASE(table_is_physical, HAS_ALL | HAS_RV64, 1, "I10")
{
	struct hart *hart = this_hart();

	set_up();
	translate_on();
	csr_write(CSR_SUIST, suist_value());
	run(MODE_U, snippet_send, 2);
	translate_off();
	CHECK_RETURNED(hart);
	CHECK_EQ(pending(), (uint64_t)1 << VECTOR);
}

CASE(table_needs_no_mapping, HAS_ALL | HAS_RV64, 1, "I10")
{
	uint64_t *table = (uint64_t *)0x84000000;

	set_up();
	table[2] = sender_entry(RECEIVER, 7);
	translate_on();
	/* U mode can't load from the table: only the image is mapped. */
	user_root[2] = 0;
	user_root[6] |= 1 << 4;
	csr_write(CSR_SUIST, SUIST_ENABLE | SUIST_SIZE(1) | (ureg)table >> 12);
	__asm__ volatile("sfence.vma" ::: "memory");
	run(MODE_U, (code)((ureg)snippet_send + 0x100000000), 2);
	translate_off();
	CHECK_EQ(pending(), 1 << 7);
	table[2] = 0;
}

CASE(table_in_a_device, HAS_ALL, 1, "I11")
{
	static const ureg pages[] = {UINTC_BASE >> 12, UART_BASE >> 12,
				     CLINT_BASE >> 12, TEST_DEVICE >> 12};

	set_up();
	uintc_write(0, UINTC_HIGH, sender_entry(RECEIVER, 1));
	for (unsigned i = 0; i < sizeof(pages) / sizeof(ureg); i++) {
		csr_write(CSR_SUIST, SUIST_ENABLE | SUIST_SIZE(1) | pages[i]);
		for (ureg index = 0; index < 512; index++)
			uipi_send(index);
	}
	CHECK_EQ(pending(), 0);
	/* Not even read: that would have cleared it. */
	CHECK_EQ(uintc_read(0, UINTC_HIGH), sender_entry(RECEIVER, 1));
}

CASE(table_in_a_hole, HAS_ALL, 1, "I11")
{
	static const ureg pages[] = {
		0, 0x50000, 0x7ffff, 0x200000,
#if XLEN == 64
		0xfffffffffff, 0x80000000000,
#endif
	};

	set_up();
	for (unsigned i = 0; i < sizeof(pages) / sizeof(ureg); i++) {
		csr_write(CSR_SUIST, SUIST_ENABLE | SUIST_SIZE(2) | pages[i]);
		CHECK_RETURNED(uipi_in(MODE_U, UIPI_SEND, 2));
		CHECK_RETURNED(uipi_in(MODE_U, UIPI_SEND, 1023));
	}
	CHECK_EQ(pending(), 0);
}

/* PMP entry 0 covers the table's first page with PERMISSIONS, 1 the rest. */
static void pmp_table(ureg permissions)
{
	csr_write(CSR_PMPCFG0, 0);
	csr_write(CSR_PMPADDR1, ~(ureg)0);
	csr_write(CSR_PMPADDR0, (ureg)sender_table >> 2 | 0x1ff);
	csr_write(CSR_PMPCFG0, 0x1f00 | 0x18 | permissions);
	__asm__ volatile("sfence.vma" ::: "memory");
}

CASE(pmp_denies_the_table, HAS_ALL, 1, "I12")
{
	set_up();
	pmp_table(0);
	for EACH_MODE(i) {
		CHECK_RETURNED(uipi_in(modes[i], UIPI_SEND, 2));
		CHECK_EQ(pending(), 0);
	}
}

CASE(pmp_without_read_denies_the_table, HAS_ALL, 1, "I12")
{
	set_up();
	pmp_table(4); /* execute alone */
	for EACH_MODE(i) {
		CHECK_RETURNED(uipi_in(modes[i], UIPI_SEND, 2));
		CHECK_EQ(pending(), 0);
	}
}

CASE(pmp_read_allows_the_table, HAS_ALL, 1, "I12")
{
	set_up();
	pmp_table(1);
	for EACH_MODE(i) {
		CHECK_RETURNED(uipi_in(modes[i], UIPI_SEND, 2));
		CHECK_EQ(pending(), (uint64_t)1 << VECTOR);
	}
}

CASE(pmp_does_not_guard_uintc_itself, HAS_ALL | HAS_RV64, 1, "I12")
{
	set_up();
	/* The table is S mode's to read, UINTC is nobody's but M mode's. */
	csr_write(CSR_PMPCFG0, 0);
	csr_write(CSR_PMPADDR1, ~(ureg)0);
	csr_write(CSR_PMPADDR0, (ureg)UINTC_BASE >> 2 | 0x7ff);
	csr_write(CSR_PMPCFG0, 0x1f18);
	__asm__ volatile("sfence.vma" ::: "memory");
	CHECK_RETURNED(uipi_in(MODE_U, UIPI_SEND, 2));
	CHECK_EQ(pending(), (uint64_t)1 << VECTOR);
}
