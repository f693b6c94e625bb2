/*
 * uintr/emulated.c on the host: CSRs, uret, wfi, uipi and delivery, by the clauses of
 * docs/uintr-isa.md; and that what is none of its instructions changes nothing.
 *
 *	emulate_test SEED ROUNDS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "uintr/back_ends.h"

#define CHECK(condition) do {						\
	if (!(condition)) {						\
		printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
		exit(1);						\
	}								\
} while (0)

#define A0	10u
#define A1	11u
#define PC	0x10000u

static uint64_t sent;

void uintr_emulated_send(struct uintr_context *context, uint64_t sender)
{
	sent = sender;
}

static struct uintr_context context;
static uint64_t registers[32];

static void begin(void)
{
	context = (struct uintr_context){ .receiver = 3, .active = 1, .is_registered = true };
	memset(registers, 0, sizeof(registers));
	registers[0] = PC;
}

static uint32_t csr(unsigned function, unsigned number, unsigned rd, unsigned rs1)
{
	return number << 20 | rs1 << 15 | function << 12 | rd << 7 | 0x73;
}

static uint32_t uipi(unsigned function, unsigned rd, unsigned rs1)
{
	return function << 25 | rs1 << 15 | UIPI_FUNCT3 << 12 | rd << 7 | UIPI_OPCODE;
}

/* csrrw a0, number, a1 with that value: what was there. */
static uint64_t swap(unsigned number, uint64_t value)
{
	registers[A1] = value;
	registers[0] = PC;
	CHECK(uintr_emulate(&context, registers, csr(1, number, A0, A1)) == UINTR_DONE);
	CHECK(registers[0] == PC + 4);
	return registers[A0];
}

static void do_one(uint32_t instruction)
{
	registers[0] = PC;
	CHECK(uintr_emulate(&context, registers, instruction) == UINTR_DONE);
	CHECK(registers[0] == PC + 4);
}

static void test_csrs(void)
{
	begin();
	/* C1, C4, C5, C6 */
	swap(CSR_USTATUS, ~0ul);
	CHECK(swap(CSR_USTATUS, 0) == (USTATUS_UIE | USTATUS_UPIE));
	swap(CSR_UTVEC, 0x1001);
	swap(CSR_UTVEC, 0x2002);
	CHECK(swap(CSR_UTVEC, 0x3003) == 0x2001);
	CHECK(swap(CSR_UTVEC, 0x4000) == 0x3001);
	CHECK(swap(CSR_UTVEC, 0) == 0x4000);
	swap(CSR_UEPC, ~0ul);
	CHECK(swap(CSR_UEPC, 0) == ~1ul);
	for (unsigned number = CSR_USCRATCH; number <= CSR_UTVAL; number++) {
		swap(number, 0x123456789abcdef0);
		CHECK(swap(number, 0) == 0x123456789abcdef0);
	}
	/* C2, C7, C8: of bits 0, 4, 8 the first alone is delegated */
	swap(CSR_UIE, ~0ul);
	CHECK(swap(CSR_UIE, 0) == 1);
	swap(CSR_UIP, ~0ul);
	CHECK(swap(CSR_UIP, 0) == 1);
	context.is_registered = false;
	swap(CSR_UIE, ~0ul);
	swap(CSR_UIP, ~0ul);
	CHECK(swap(CSR_UIE, 0) == 0 && swap(CSR_UIP, 0) == 0);
	/* set and clear, by register and immediate; x0 reads, and is never written */
	begin();
	registers[A1] = 0xf0;
	do_one(csr(2, CSR_USCRATCH, A0, A1));
	CHECK(registers[A0] == 0 && context.uscratch == 0xf0);
	do_one(csr(6, CSR_USCRATCH, A0, 0x1f));
	CHECK(registers[A0] == 0xf0 && context.uscratch == 0xff);
	do_one(csr(7, CSR_USCRATCH, 0, 3));
	CHECK(registers[A0] == 0xf0 && context.uscratch == 0xfc);
	do_one(csr(3, CSR_USCRATCH, A0, A1));
	CHECK(context.uscratch == 0x0c);
	do_one(csr(2, CSR_USCRATCH, A0, 0));
	CHECK(registers[A0] == 0x0c && context.uscratch == 0x0c);
	do_one(csr(5, CSR_USCRATCH, A0, 9));
	CHECK(context.uscratch == 9);
}

static void test_delivery(void)
{
	begin();
	/* T1: none without each of the three */
	for (unsigned bits = 0; bits < 8; bits++) {
		context.ustatus = bits & 1 ? USTATUS_UIE : 0;
		context.uie = bits >> 1 & 1;
		context.usip = bits >> 2 & 1;
		context.utvec = 0x5001;
		registers[0] = PC;
		CHECK(uintr_deliver(&context, registers) == (bits == 7));
	}
	/* T8 to T12; C6 */
	CHECK(registers[0] == 0x5000 && context.uepc == PC);
	CHECK(context.ucause == UCAUSE_SOFTWARE && context.utval == 0);
	CHECK(context.ustatus == USTATUS_UPIE && context.usip == 1);
	/* T15 */
	CHECK(uintr_emulate(&context, registers, 0x00200073) == UINTR_DONE);
	CHECK(registers[0] == PC && context.ustatus == (USTATUS_UIE | USTATUS_UPIE));
	context.ustatus = 0;
	CHECK(uintr_emulate(&context, registers, 0x00200073) == UINTR_DONE);
	CHECK(context.ustatus == USTATUS_UPIE);
	/* T17: pending and enabled in uie, whatever UIE is */
	do_one(0x10500073);
	context.uie = 0;
	registers[0] = PC;
	CHECK(uintr_emulate(&context, registers, 0x10500073) == UINTR_WAITS);
	CHECK(registers[0] == PC + 4);
}

static void test_uipi(void)
{
	begin();
	/* U10, U11, U13, I2 to I4 */
	registers[A1] = 6;
	do_one(uipi(UIPI_WRITE, 0, A1));
	CHECK(context.pending == 6 && context.usip == 1);
	swap(CSR_UIP, 0);
	do_one(uipi(UIPI_READ, A0, 0));
	CHECK(registers[A0] == 6 && context.pending == 0 && context.usip == 0);
	do_one(uipi(UIPI_DEACTIVATE, 0, 0));
	uintr_emulated_post(&context, 1ul << 63);
	CHECK(context.pending == 1ul << 63 && context.usip == 0);
	do_one(uipi(UIPI_ACTIVATE, 0, 0));
	CHECK(context.usip == 1);
	uintr_emulated_post(&context, 1);
	do_one(uipi(UIPI_READ, 0, 0));
	CHECK(context.pending == 0 && context.usip == 1);
	registers[A1] = 77;
	do_one(uipi(UIPI_SEND, 0, A1));
	CHECK(sent == 77);
	do_one(uipi(UIPI_SEND, 0, 0));
	CHECK(sent == 0);
	/* I6: no receiver, no effect */
	context.receiver = UINTR_NO_RECEIVER;
	context.usip = 0;
	do_one(uipi(UIPI_WRITE, 0, A1));
	do_one(uipi(UIPI_DEACTIVATE, 0, 0));
	registers[A0] = 5;
	do_one(uipi(UIPI_READ, A0, 0));
	CHECK(registers[A0] == 0 && context.pending == 0 && context.usip == 0 && context.active);
}

/* What is not ours changes nothing; what is ours is known before there is a context. */
static void test_others(uint64_t random, unsigned long rounds)
{
	static const uint32_t illegal[] = {
		0x7b | 6 << 12 | 5u << 25, 0x7b | 6 << 12 | 1 << 20, 0x7b | 6 << 12 | 1 << 7,
		0x7b | 6 << 12 | 1u << 25 | 1 << 15, 0x7b | 6 << 12 | 3u << 25 | 1 << 7,
		0x7b | 6 << 12 | 4u << 25 | 1 << 15, 0x7b | 2 << 12, 0x73, 0x00100073, 0x10200073,
		0x30200073, 0x12000073, 0x10500173, 0x00200173, 0, ~0u,
	};

	begin();
	for (size_t i = 0; i < ARRAY_SIZE(illegal); i++)
		CHECK(uintr_emulate(&context, registers, illegal[i]) == UINTR_NOT_OURS);
	for (unsigned number = 0; number < 4096; number++)
		if (number > CSR_UIP || (number > CSR_UTVEC && number < CSR_USCRATCH))
			CHECK(uintr_emulate(&context, registers, csr(1, number, A0, A1)) ==
			      UINTR_NOT_OURS);
	for (unsigned long i = 0; i < rounds; i++) {
		struct uintr_context before = context;
		uint64_t registers_before[32];
		uint32_t instruction;

		random ^= random << 13, random ^= random >> 7, random ^= random << 17;
		instruction = (uint32_t)random;
		if (i % 4)
			instruction = (instruction & ~0x7fu) | (i % 2 ? 0x73 : 0x7b);
		memcpy(registers_before, registers, sizeof(registers));
		if (uintr_emulate(&context, registers, instruction) != UINTR_NOT_OURS) {
			CHECK(uintr_is_one_of_ours(instruction));
			registers[0] = PC;
			continue;
		}
		CHECK(!memcmp(&before, &context, sizeof(context)));
		CHECK(!memcmp(registers_before, registers, sizeof(registers)));
	}
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	test_csrs();
	test_delivery();
	test_uipi();
	test_others(strtoull(argv[1], NULL, 10) * 977 + 1, strtoul(argv[2], NULL, 10));
	return 0;
}
