/*
 * User interrupts emulated: UINTC's words and the CSRs are in the context.
 *
 * usip, active and pending have several writers and are atomic; the CSRs belong to the
 * hart that has the thread loaded.  As in UINTC, usip is a latch that a post sets and the
 * program clears, *before* it takes what is pending (test/model/announce.pml: clear_first).
 *
 * MEMORY ORDER.  A post to a thread that is on its way to user mode:
 *   (1) poster: pending, usip ; full fence ; loads waits
 *       the thread: waits ; full fence ; loads usip.  The same with a mark at the thread, and
 *       with whether a hart has it loaded: kernel/task/thread.c
 *       one of the two sees the other (poster in test/model/litmus.py)
 *   (2) poster: or into pending ; full fence ; sets usip if active
 *       the program: clears usip, or sets active ; full fence ; takes or looks at pending
 *       no vector is left behind that usip does not tell of (latch there)
 */
#include "uintr/back_ends.h"

#define INSTRUCTION_BYTES	4

static inline void full_fence(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void raise(struct uintr_context *context)
{
	/* (2) */
	full_fence();
	if (__atomic_load_n(&context->active, __ATOMIC_RELAXED) &&
	    __atomic_load_n(&context->pending, __ATOMIC_RELAXED))
		__atomic_store_n(&context->usip, 1, __ATOMIC_RELAXED);
}

void uintr_emulated_post(struct uintr_context *context, uint64_t vectors)
{
	/* release (h): what is announced is visible before the vector */
	__atomic_fetch_or(&context->pending, vectors, __ATOMIC_RELEASE);
	raise(context);
}

bool uintr_wakes(const struct uintr_context *context)
{
	return context->uie & UIE_SOFTWARE && __atomic_load_n(&context->usip, __ATOMIC_RELAXED);
}

bool uintr_deliver(struct uintr_context *context, uint64_t *registers)
{
	if (!(context->ustatus & USTATUS_UIE) || !uintr_wakes(context))
		return false;
	context->uepc = registers[0];
	context->ucause = UCAUSE_SOFTWARE;
	context->utval = 0;
	context->ustatus = USTATUS_UPIE;
	/* software is cause 0: the base in both modes */
	registers[0] = context->utvec & ~3ul;
	return true;
}

/* ---- CSRs ------------------------------------------------------------------------- */

static bool csr_get(const struct uintr_context *context, unsigned number, uint64_t *value)
{
	switch (number) {
	case CSR_USTATUS:
		*value = context->ustatus;
		return true;
	case CSR_UIE:
		*value = context->uie;
		return true;
	case CSR_UTVEC:
		*value = context->utvec;
		return true;
	case CSR_USCRATCH:
		*value = context->uscratch;
		return true;
	case CSR_UEPC:
		*value = context->uepc;
		return true;
	case CSR_UCAUSE:
		*value = context->ucause;
		return true;
	case CSR_UTVAL:
		*value = context->utval;
		return true;
	case CSR_UIP:
		*value = __atomic_load_n(&context->usip, __ATOMIC_RELAXED);
		return true;
	default:
		return false;
	}
}

/* Bits that are not delegated, as for a thread that never registered, can't be set. */
static void csr_put(struct uintr_context *context, unsigned number, uint64_t value)
{
	uint8_t software = context->is_registered ? value & UIE_SOFTWARE : 0;

	switch (number) {
	case CSR_USTATUS:
		context->ustatus = value & (USTATUS_UIE | USTATUS_UPIE);
		break;
	case CSR_UIE:
		context->uie = software;
		break;
	case CSR_UTVEC:	/* a reserved mode leaves the old one (C4) */
		context->utvec = (value & ~3ul) | ((value & 2 ? context->utvec : value) & 3);
		break;
	case CSR_USCRATCH:
		context->uscratch = value;
		break;
	case CSR_UEPC:
		context->uepc = value & ~1ul;
		break;
	case CSR_UCAUSE:
		context->ucause = value;
		break;
	case CSR_UTVAL:
		context->utval = value;
		break;
	case CSR_UIP:
		__atomic_store_n(&context->usip, software, __ATOMIC_RELAXED);
		full_fence();	/* (2) */
		break;
	}
}

/* csrrw, csrrs, csrrc and their immediate forms. */
static bool csr_instruction(struct uintr_context *context, uint64_t *registers,
			    uint32_t instruction)
{
	unsigned rd = instruction >> 7 & 31, rs1 = instruction >> 15 & 31;
	unsigned function = instruction >> 12 & 7, number = instruction >> 20;
	uint64_t old, operand = function & 4 ? rs1 : rs1 ? registers[rs1] : 0;

	if (!csr_get(context, number, &old))
		return false;
	switch (function & 3) {
	case 1:
		csr_put(context, number, operand);
		break;
	case 2:	/* x0 or 0: it is a read */
		if (rs1)
			csr_put(context, number, old | operand);
		break;
	case 3:
		if (rs1)
			csr_put(context, number, old & ~operand);
		break;
	default:
		return false;
	}
	if (rd)
		registers[rd] = old;
	registers[0] += INSTRUCTION_BYTES;
	return true;
}

/* ---- uret, wfi, uipi --------------------------------------------------------------- */

#define INSTRUCTION_URET	0x00200073u
#define OPCODE_SYSTEM		0x73u

static void user_return(struct uintr_context *context, uint64_t *registers)
{
	registers[0] = context->uepc;
	context->ustatus = USTATUS_UPIE | (context->ustatus & USTATUS_UPIE ? USTATUS_UIE : 0);
}

static bool uipi_instruction(struct uintr_context *context, uint64_t *registers,
			     uint32_t instruction)
{
	unsigned rd = instruction >> 7 & 31, rs1 = instruction >> 15 & 31;
	unsigned function = instruction >> 25;
	uint64_t operand = rs1 ? registers[rs1] : 0, pending;
	bool has_receiver = context->receiver != UINTR_NO_RECEIVER;

	if (instruction >> 20 & 31 || function > UIPI_DEACTIVATE)
		return false;
	/* a field that is not used is 0 (I13) */
	if ((function != UIPI_READ && rd) ||
	    (function != UIPI_SEND && function != UIPI_WRITE && rs1))
		return false;
	switch (function) {
	case UIPI_SEND:
		uintr_emulated_send(context, operand);
		break;
	case UIPI_READ:
		pending = has_receiver ?
			  __atomic_exchange_n(&context->pending, 0, __ATOMIC_ACQUIRE) : 0;
		if (rd)
			registers[rd] = pending;
		break;
	case UIPI_WRITE:
		if (has_receiver)
			__atomic_fetch_or(&context->pending, operand, __ATOMIC_RELAXED);
		break;
	default:
		if (has_receiver)
			__atomic_store_n(&context->active, function == UIPI_ACTIVATE,
					 __ATOMIC_RELAXED);
	}
	if (has_receiver && function >= UIPI_WRITE)
		raise(context);
	registers[0] += INSTRUCTION_BYTES;
	return true;
}

enum uintr_emulation uintr_emulate(struct uintr_context *context, uint64_t *registers,
				   uint32_t instruction)
{
	unsigned function = instruction >> 12 & 7;

	if (instruction == INSTRUCTION_URET) {
		user_return(context, registers);
		return UINTR_DONE;
	}
	if (instruction == INSTRUCTION_WFI) {
		registers[0] += INSTRUCTION_BYTES;
		return uintr_wakes(context) ? UINTR_DONE : UINTR_WAITS;
	}
	if ((instruction & 0x7f) == OPCODE_SYSTEM)
		return csr_instruction(context, registers, instruction) ? UINTR_DONE :
		       UINTR_NOT_OURS;
	if ((instruction & 0x7f) == UIPI_OPCODE && function == UIPI_FUNCT3)
		return uipi_instruction(context, registers, instruction) ? UINTR_DONE :
		       UINTR_NOT_OURS;
	return UINTR_NOT_OURS;
}

bool uintr_is_one_of_ours(uint32_t instruction)
{
	unsigned function = instruction >> 12 & 7, number = instruction >> 20;

	if (instruction == INSTRUCTION_URET || instruction == INSTRUCTION_WFI)
		return true;
	if ((instruction & 0x7f) == OPCODE_SYSTEM)
		return function & 3 && (number == CSR_USTATUS || number == CSR_UIE ||
					number == CSR_UTVEC ||
					(number >= CSR_USCRATCH && number <= CSR_UIP));
	return (instruction & 0x7f) == UIPI_OPCODE && function == UIPI_FUNCT3;
}
