// SPDX-License-Identifier: MIT
/*
 * Cases in which the runner takes part: each sets state, prints "ready", and
 * goes on when the runner types a character. In between the runner migrates
 * the machine, or looks at it through gdb. They run one by one, by name.
 */
#include "harness.h"

static void hand_over(void)
{
	print("ready\n");
	(void)console_read();
}

CASE(migrate_csrs, HAS_N | HAS_PEER, 1, "F11")
{
	csr_write(CSR_SEDELEG, 0xa0aa);
	csr_write(CSR_SIDELEG, USI | UEI);
	csr_write(CSR_MIE, USI | UTI | UEI);
	csr_set(CSR_MIP, UTI | UEI);
	csr_write(CSR_USTATUS, STATUS_UPIE);
	csr_write(CSR_UTVEC, 0x1001);
	csr_write(CSR_USCRATCH, 0x2345);
	csr_write(CSR_UEPC, 0x3456);
	csr_write(CSR_UCAUSE, INTERRUPT | 4);
	csr_write(CSR_UTVAL, 0x5678);
	hand_over();
	CHECK_EQ(csr_read(CSR_SEDELEG), 0xa0aa);
	CHECK_EQ(csr_read(CSR_SIDELEG), USI | UEI);
	CHECK_EQ(csr_read(CSR_MIE), USI | UTI | UEI);
	CHECK_EQ(csr_read(CSR_MIP) & USER_INTERRUPTS, UTI | UEI);
	CHECK_EQ(csr_read(CSR_USTATUS), STATUS_UPIE);
	CHECK_EQ(csr_read(CSR_UTVEC), 0x1001);
	CHECK_EQ(csr_read(CSR_USCRATCH), 0x2345);
	CHECK_EQ(csr_read(CSR_UEPC), 0x3456);
	CHECK_EQ(csr_read(CSR_UCAUSE), INTERRUPT | 4);
	CHECK_EQ(csr_read(CSR_UTVAL), 0x5678);
	CHECK(csr_read(CSR_MISA) & (1 << 13));
	CHECK_EQ(csr_read(CSR_MIDELEG) & USER_INTERRUPTS, USER_INTERRUPTS);
}

CASE(migrate_uipi_csrs, HAS_UIPI | HAS_UINTC | HAS_PEER, 1, "F11")
{
	csr_write(CSR_SUIST, suist_value());
	csr_write(CSR_SUIRS, SUIRS_ENABLE | 300);
	sender_table[1] = sender_entry(300, 33);
	uintc_write(300, UINTC_LOW, 2);
	hand_over();
	CHECK_EQ(csr_read(CSR_SUIST), suist_value());
	CHECK_EQ(csr_read(CSR_SUIRS), SUIRS_ENABLE | 300);
	CHECK_EQ(csr_read(CSR_SUICFG), UINTC_BASE);
	uipi_send(1);
	CHECK_EQ(uintc_read(300, UINTC_HIGH), (uint64_t)1 << 33);
}

CASE(migrate_receivers, HAS_UINTC | HAS_PEER, 1, "F11")
{
	for (uint32_t i = 0; i < 512; i++) {
		uintc_write(i, UINTC_LOW,
			    (uint64_t)(0xf000 + i) << 16 | (i & 3));
		uintc_write(i, UINTC_HIGH, ((uint64_t)i << 40) + i + 1);
	}
	hand_over();
	for (uint32_t i = 0; i < 512; i++) {
		CHECK_EQ(uintc_read(i, UINTC_LOW),
			 (uint64_t)(0xf000 + i) << 16 | (i & 3));
		CHECK_EQ(uintc_read(i, UINTC_HIGH),
			 ((uint64_t)i << 40) + i + 1);
	}
}

/* Pending in the latch and not yet taken: it is taken after the move. */
CASE(migrate_latched_interrupt, HAS_UINTC | HAS_PEER, 1, "F11 U13")
{
	struct hart *hart;

	csr_write(CSR_SIDELEG, USI);
	csr_write(CSR_MIE, USI);
	csr_set(CSR_USTATUS, STATUS_UIE);
	uintc_write(4, UINTC_LOW, uintc_low(0));
	uintc_write(4, UINTC_SEND, 9);
	hand_over();
	hart = run(MODE_U, snippet_spin, 0);
	CHECK_TRAP(hart, MODE_U, INTERRUPT | 0);
	CHECK_EQ(uintc_read(4, UINTC_HIGH), 1 << 9);
}

/* The hart that sleeps in U mode is moved asleep, and woken after. */
CASE(migrate_sleeping_user, HAS_UINTC | HAS_PEER, 2, "F11 T17")
{
	extern void sleeper(void);

	hart_start(1, sleeper);
	for (uint64_t until = time_now() + 100000; time_now() < until;)
		;
	hand_over();
	uintc_write(4, UINTC_SEND, 9);
	hart_join(1);
	CHECK_TRAP(&harts[1], MODE_U, INTERRUPT | 0);
	CHECK_EQ(uintc_read(4, UINTC_HIGH), 1 << 9);
}

void sleeper(void);
void sleeper(void)
{
	csr_write(CSR_SIDELEG, USI);
	csr_write(CSR_MIE, USI);
	csr_set(CSR_USTATUS, STATUS_UIE);
	uintc_write(4, UINTC_LOW, uintc_low(this_hart()->id));
	run(MODE_U, snippet_wfi, 0);
}

/* A machine whose flags are off, for the unpatched QEMU to take over. */
CASE(migrate_flags_off, HAS_NO_N | HAS_PEER, 1, "F4")
{
	csr_write(CSR_MSCRATCH, 0x1234);
	csr_write(CSR_SEPC, 0x5678);
	hand_over();
	CHECK_EQ(csr_read(CSR_MSCRATCH), 0x1234);
	CHECK_EQ(csr_read(CSR_SEPC), 0x5678);
}

/* Values for gdb to read, and one that it writes. */
CASE(gdb_csrs, HAS_ALL | HAS_PEER, 1, "F1")
{
	csr_write(CSR_USCRATCH, 0x1122);
	csr_write(CSR_UEPC, 0x3344);
	csr_write(CSR_SIDELEG, USI | UTI);
	csr_write(CSR_SUIRS, SUIRS_ENABLE | 5);
	hand_over();
	CHECK_EQ(csr_read(CSR_UTVAL), 0x5566);
}

static bool skip_instruction(struct hart *hart, struct frame *frame)
{
	(void)hart;
	(void)frame;
	csr_write(CSR_MEPC, csr_read(CSR_MEPC) + 4);
	return true;
}

/* Whether M mode may read a CSR. */
static bool machine_reads(struct hart *hart, uint32_t csr)
{
	static uint32_t words[2];

	words[0] = INSTRUCTION_CSR_READ(csr);
	words[1] = 0x00008067; /* ret */
	hart->trap_count = 0;
	hart->hooks[MODE_M] = skip_instruction;
	__asm__ volatile("fence.i" ::: "memory");
	((code)words)(0);
	hart->hooks[MODE_M] = 0;
	return hart->trap_count == 0;
}

static uint64_t digest_add(uint64_t digest, uint64_t value)
{
	return (digest ^ value) * 0x100000001b3;
}

/*
 * A checksum of what every CSR number answers in every mode: the same on an
 * unpatched QEMU with the flags off. Counters and the like change by
 * themselves, so only whether an access faults counts. M mode only reads:
 * its writes would end the test.
 */
CASE(csr_faults_digest, HAS_NO_N | HAS_PEER, 1, "F4")
{
	static const enum mode modes[] = {MODE_U, MODE_S};
	uint64_t digest = 0xcbf29ce484222325;
	struct hart *hart = this_hart();

	for (uint32_t csr = 0; csr < 4096; csr++) {
		for (int i = 0; i < 2; i++) {
			run_instruction(modes[i], INSTRUCTION_CSR_READ(csr), 0);
			digest = digest_add(digest, hart->returned);
			/* Writes of satp and the like would end the test. */
			if (csr == CSR_SATP || csr == CSR_STVEC)
				continue;
			run_instruction(modes[i], INSTRUCTION_CSR_SWAP(csr), 0);
			digest = digest_add(digest, hart->returned);
		}
		digest = digest_add(digest, machine_reads(hart, csr));
	}
	print("digest ");
	print_hex(digest);
	print("\n");
	print("digest ");
	print_hex(csr_read(CSR_MISA));
	print("\n");
}
