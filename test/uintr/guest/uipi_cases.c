// SPDX-License-Identifier: MIT
/* Cases of the uipi instructions: docs/uintr-isa.md, sections 4 and 6. */
#include "harness.h"

#define RECEIVER 17

static bool usip(void)
{
	return csr_read(CSR_MIP) & USI;
}

/* Receiver 17, inactive, 64-bit; entry 2 sends it vector 45, RV32's 13. */
#define VECTOR (XLEN == 64 ? 45 : 13)

static void set_up(void)
{
	csr_write(CSR_SUIST, suist_value());
	csr_write(CSR_SUIRS, SUIRS_ENABLE | RECEIVER);
	sender_table[2] = sender_entry(RECEIVER, VECTOR);
	uintc_write(RECEIVER, UINTC_LOW, 2);
}

static uint64_t pending(void)
{
	return uintc_read(RECEIVER, UINTC_HIGH);
}

/* --- I1 to I5: what they do, in each mode ------------------------------------------ */

static const enum mode modes[] = {MODE_U, MODE_S, MODE_M};
#define EACH_MODE(i) (int i = 0; i < 3; i++)

static struct hart *uipi_in(enum mode mode, enum uipi operation, ureg rs1)
{
	uint32_t rd = operation == UIPI_READ ? REG_A0 : REG_ZERO;
	uint32_t source = operation <= UIPI_WRITE && operation != UIPI_READ
				  ? REG_A0
				  : REG_ZERO;

	/* M mode calls the words itself: there is no lower mode to leave. */
	if (mode == MODE_M) {
		struct hart *hart = this_hart();

		hart->returned = true;
		hart->result = rs1;
		if (operation == UIPI_SEND)
			uipi_send(rs1);
		else if (operation == UIPI_READ)
			hart->result = uipi_read();
		else if (operation == UIPI_WRITE)
			uipi_write(rs1);
		else if (operation == UIPI_ACTIVATE)
			uipi_activate();
		else
			uipi_deactivate();
		return hart;
	}
	return run_instruction(mode, INSTRUCTION_UIPI(operation, rd, source),
			       rs1);
}

CASE(send_posts, HAS_ALL, 1, "I1 I5 F2")
{
	set_up();
	for EACH_MODE(i) {
		CHECK_RETURNED(uipi_in(modes[i], UIPI_SEND, 2));
		CHECK_EQ(pending(), (uint64_t)1 << VECTOR);
	}
}

CASE(send_keeps_its_register, HAS_ALL, 1, "I1")
{
	set_up();
	CHECK_EQ(uipi_in(MODE_U, UIPI_SEND, 2)->result, 2);
}

CASE(read_gives_and_clears, HAS_ALL, 1, "I2 I5")
{
	set_up();
	for EACH_MODE(i) {
		uintc_write(RECEIVER, UINTC_HIGH, 0x40000021);
		CHECK_RETURNED(uipi_in(modes[i], UIPI_READ, 99));
		CHECK_EQ(this_hart()->result, 0x40000021);
		CHECK_EQ(pending(), 0);
	}
}

CASE(read_gives_64_bits, HAS_ALL | HAS_RV64, 1, "I2 U7")
{
	csr_write(CSR_SUIRS, SUIRS_ENABLE | RECEIVER);
	uintc_write(RECEIVER, UINTC_HIGH, 0x8000000100000001);
	CHECK_EQ(uipi_in(MODE_U, UIPI_READ, 0)->result, 0x8000000100000001);
}

CASE(read_into_x0_clears, HAS_ALL, 1, "I2")
{
	set_up();
	uintc_write(RECEIVER, UINTC_HIGH, 7);
	CHECK_RETURNED(run_instruction(MODE_U,
				       INSTRUCTION_UIPI(UIPI_READ, 0, 0), 3));
	CHECK_EQ(this_hart()->result, 3);
	CHECK_EQ(pending(), 0);
}

CASE(write_ors, HAS_ALL, 1, "I3 I5")
{
	set_up();
	for EACH_MODE(i) {
		uintc_write(RECEIVER, UINTC_HIGH, 2);
		CHECK_RETURNED(uipi_in(modes[i], UIPI_WRITE, 0x50000001));
		CHECK_EQ(pending(), 0x50000003);
	}
}

CASE(write_has_64_bits_in_32_bit_mode, HAS_ALL | HAS_RV64, 1, "I3 U7")
{
	csr_write(CSR_SUIRS, SUIRS_ENABLE | RECEIVER);
	uintc_write(RECEIVER, UINTC_LOW, 0);
	uipi_in(MODE_U, UIPI_WRITE, (ureg)0xf000000100000000);
	CHECK_EQ(pending(), 0xf000000100000000);
}

CASE(write_is_zero_extended_on_rv32, HAS_ALL | HAS_RV32, 1, "I3")
{
	set_up();
	uipi_in(MODE_U, UIPI_WRITE, (ureg)0x80000000);
	CHECK_EQ(pending(), 0x80000000);
}

CASE(activate_and_deactivate, HAS_ALL, 1, "I4 I5")
{
	set_up();
	uintc_write(RECEIVER, UINTC_LOW, (uint64_t)0xfff0 << 16 | 2);
	for EACH_MODE(i) {
		CHECK_RETURNED(uipi_in(modes[i], UIPI_ACTIVATE, 0));
		CHECK_EQ(uintc_read(RECEIVER, UINTC_ACTIVE), 1);
		CHECK_EQ(uintc_read(RECEIVER, UINTC_LOW), 0xfff00003);
		CHECK_RETURNED(uipi_in(modes[i], UIPI_DEACTIVATE, 0));
		CHECK_EQ(uintc_read(RECEIVER, UINTC_LOW), 0xfff00002);
	}
}

CASE(send_to_active_raises_usip, HAS_ALL, 1, "I1 U10")
{
	set_up();
	uintc_write(RECEIVER, UINTC_LOW, uintc_low(0));
	uipi_send(2);
	CHECK(usip());
}

CASE(send_to_inactive_raises_nothing, HAS_ALL, 1, "I1 U11")
{
	set_up();
	uipi_send(2);
	CHECK(!usip());
	CHECK_EQ(pending(), (uint64_t)1 << VECTOR);
}

CASE(write_raises_usip, HAS_ALL, 1, "I3 U10")
{
	set_up();
	uintc_write(RECEIVER, UINTC_LOW, uintc_low(0));
	uipi_write(1);
	CHECK(usip());
}

CASE(activate_raises_usip, HAS_ALL, 1, "I4 U10")
{
	set_up();
	uipi_send(2);
	CHECK(!usip());
	uipi_activate();
	CHECK(usip());
}

CASE(deactivate_keeps_usip, HAS_ALL, 1, "I4 U13")
{
	set_up();
	uintc_write(RECEIVER, UINTC_LOW, uintc_low(0));
	uipi_write(1);
	uipi_deactivate();
	CHECK(usip());
}

CASE(read_keeps_usip, HAS_ALL, 1, "I2 U13")
{
	set_up();
	uintc_write(RECEIVER, UINTC_LOW, uintc_low(0));
	uipi_write(1);
	CHECK_EQ(uipi_read(), 1);
	CHECK(usip());
}

CASE(send_vector_limits, HAS_ALL, 1, "I1 U3")
{
	set_up();
	sender_table[3] = sender_entry(RECEIVER, 64);
	sender_table[4] = sender_entry(RECEIVER, 0xffff);
	sender_table[5] = sender_entry(RECEIVER, 63);
	sender_table[6] = sender_entry(RECEIVER, 32);
	uipi_send(3);
	uipi_send(4);
	CHECK_EQ(pending(), 0);
	uipi_send(5);
	CHECK_EQ(pending(), (uint64_t)1 << 63);
	uintc_write(RECEIVER, UINTC_LOW, 0);
	uipi_send(5);
	uipi_send(6);
	CHECK_EQ(pending(), 0);
}

/* --- S2, S5, I6 to I9: bounds ----------------------------------------------------- */

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

/* --- I10 to I12: the read of the table ------------------------------------------- */

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

/* --- I13, I15, I16: encodings ----------------------------------------------------- */

static void check_illegal(uint32_t instruction)
{
	for (int mode = MODE_U; mode <= MODE_S; mode++) {
		struct hart *hart = run_instruction(mode, instruction, 2);

		CHECK_TRAP(hart, MODE_M, CAUSE_ILLEGAL);
		CHECK_EQ(last_trap(hart)->value, instruction);
	}
}

CASE(other_funct7_is_illegal, HAS_ALL, 1, "I13")
{
	set_up();
	for (uint32_t funct7 = 5; funct7 < 128; funct7++)
		check_illegal(INSTRUCTION_UIPI(funct7, 0, 0));
}

CASE(other_funct3_is_illegal, HAS_ALL, 1, "I13")
{
	set_up();
	for (uint32_t funct3 = 0; funct3 < 8; funct3++)
		if (funct3 != 6)
			check_illegal(funct3 << 12 | 0x7b);
}

CASE(unused_rs2_is_illegal, HAS_ALL, 1, "I13")
{
	set_up();
	for (uint32_t funct7 = 0; funct7 < 5; funct7++)
		for (uint32_t rs2 = 1; rs2 < 32; rs2++)
			check_illegal(INSTRUCTION_UIPI(funct7, 0, 0) |
				      rs2 << 20);
	CHECK_EQ(pending(), 0);
}

CASE(unused_rd_is_illegal, HAS_ALL, 1, "I13")
{
	set_up();
	for (uint32_t funct7 = 0; funct7 < 5; funct7++)
		if (funct7 != UIPI_READ)
			for (uint32_t rd = 1; rd < 32; rd++)
				check_illegal(INSTRUCTION_UIPI(funct7, rd, 0));
}

CASE(unused_rs1_is_illegal, HAS_ALL, 1, "I13")
{
	set_up();
	for (uint32_t rs1 = 1; rs1 < 32; rs1++) {
		check_illegal(INSTRUCTION_UIPI(UIPI_READ, REG_A0, rs1));
		check_illegal(INSTRUCTION_UIPI(UIPI_ACTIVATE, 0, rs1));
		check_illegal(INSTRUCTION_UIPI(UIPI_DEACTIVATE, 0, rs1));
	}
}

CASE(uipi_illegal_without_the_flag, HAS_NO_UIPI, 1, "I15 F4")
{
	for (uint32_t funct7 = 0; funct7 < 8; funct7++)
		check_illegal(INSTRUCTION_UIPI(funct7, 0, 0));
	check_illegal(INSTRUCTION_UIPI(UIPI_READ, REG_A0, 0));
	check_illegal(INSTRUCTION_UIPI(UIPI_SEND, 0, REG_A0));
}

CASE(no_effect_without_uintc, HAS_UIPI | HAS_NO_UINTC, 1, "I16")
{
	csr_write(CSR_SUIST, suist_value());
	csr_write(CSR_SUIRS, SUIRS_ENABLE | RECEIVER);
	sender_table[2] = sender_entry(RECEIVER, 1);
	for EACH_MODE(i) {
		CHECK_RETURNED(uipi_in(modes[i], UIPI_SEND, 2));
		CHECK_RETURNED(uipi_in(modes[i], UIPI_WRITE, 2));
		CHECK_RETURNED(uipi_in(modes[i], UIPI_ACTIVATE, 0));
		CHECK_RETURNED(uipi_in(modes[i], UIPI_DEACTIVATE, 0));
		CHECK_EQ(uipi_in(modes[i], UIPI_READ, 9)->result, 0);
	}
	CHECK(!usip());
}

/* --- I14: at once ------------------------------------------------------------------ */

static void check_at_once(code code, ureg argument, char *next)
{
	struct hart *hart;

	csr_write(CSR_SIDELEG, USI);
	csr_write(CSR_MIE, USI);
	csr_set(CSR_USTATUS, STATUS_UIE);
	hart = run(MODE_U, code, argument);
	CHECK_TRAP(hart, MODE_U, INTERRUPT | 0);
	CHECK_PC(hart, next);
	CHECK_EQ(hart->frames[MODE_U].x[10], argument);
}

CASE(at_once_after_send, HAS_ALL, 1, "I14")
{
	set_up();
	uintc_write(RECEIVER, UINTC_LOW, uintc_low(0));
	check_at_once(snippet_send, 2, snippet_send_next);
}

CASE(at_once_after_write, HAS_ALL, 1, "I14")
{
	set_up();
	uintc_write(RECEIVER, UINTC_LOW, uintc_low(0));
	check_at_once(snippet_write, 2, snippet_write_next);
}

CASE(at_once_after_activate, HAS_ALL, 1, "I14")
{
	set_up();
	uipi_send(2);
	check_at_once(snippet_activate, 2, snippet_activate_next);
}

CASE(clear_then_read_gives_all, HAS_ALL, 1, "U15")
{
	struct hart *hart;

	set_up();
	csr_write(CSR_SIDELEG, USI);
	uintc_write(RECEIVER, UINTC_LOW, uintc_low(0));
	uipi_write(6);
	hart = run(MODE_U, snippet_clear_then_read, 0);
	CHECK_RETURNED(hart);
	CHECK_EQ(hart->result, 6);
	CHECK(!usip());
}
