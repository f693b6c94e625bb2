// SPDX-License-Identifier: MIT
/* Cases of the encodings of uipi: docs/uintr-isa.md, section 6. */
#include "uipi_helpers.h"

/* --- I13, I15, I16: encodings --------------------------------------------- */

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
