// SPDX-License-Identifier: MIT
/* Cases of what the uipi instructions do: docs/uintr-isa.md, section 6. */
#include "uipi_helpers.h"

/* --- I1 to I5: what they do, in each mode --------------------------------- */

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

/* --- I14: at once --------------------------------------------------------- */

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
