/* SPDX-License-Identifier: MIT */
/* What the cases of sections 4 and 6 of docs/uintr-isa.md have in common. */
#ifndef UIPI_HELPERS_H
#define UIPI_HELPERS_H

#include "harness.h"

#define RECEIVER 17

static inline bool usip(void)
{
	return csr_read(CSR_MIP) & USI;
}

/* Receiver 17, inactive, 64-bit; entry 2 sends it vector 45, RV32's 13. */
#define VECTOR (XLEN == 64 ? 45 : 13)

static inline void set_up(void)
{
	csr_write(CSR_SUIST, suist_value());
	csr_write(CSR_SUIRS, SUIRS_ENABLE | RECEIVER);
	sender_table[2] = sender_entry(RECEIVER, VECTOR);
	uintc_write(RECEIVER, UINTC_LOW, 2);
}

static inline uint64_t pending(void)
{
	return uintc_read(RECEIVER, UINTC_HIGH);
}

/* Run one of the instructions in each of the modes. */
static const enum mode modes[] = {MODE_U, MODE_S, MODE_M};
#define EACH_MODE(i) (int i = 0; i < 3; i++)

static inline struct hart *uipi_in(enum mode mode, enum uipi operation, ureg rs1)
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

#endif
