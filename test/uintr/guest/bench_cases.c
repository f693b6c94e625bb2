// SPDX-License-Identifier: MIT
/*
 * What user interrupts cost, as "row NAME VALUE COUNT" for test/uintr/bench.py:
 * guest instructions under -icount shift=0, else ticks of the machine's timer,
 * which is the host's clock there. They run one by one, by name.
 */
#include "harness.h"

#define RECEIVER 60
#define REPEATS 100000u
#define ROUNDS 20000u

static void row(const char *name, uint64_t value, uint32_t count)
{
	print("row ");
	print(name);
	print(" ");
	print_decimal(value);
	print(" ");
	print_decimal(count);
	print("\n");
}

static void set_up(void)
{
	ureg hart = this_hart()->id;

	csr_write(CSR_MCOUNTEREN, ~(ureg)0);
	csr_write(CSR_SCOUNTEREN, ~(ureg)0);
	csr_write(CSR_SUIST, suist_value());
	csr_write(CSR_SUIRS, SUIRS_ENABLE | (RECEIVER + hart));
	csr_write(CSR_SIDELEG, USI);
	csr_write(CSR_MIE, USI);
	csr_set(CSR_USTATUS, STATUS_UIE);
	uintc_write(RECEIVER + hart, UINTC_LOW, uintc_low(hart));
}

/* --- to oneself, in instructions ------------------------------------------ */

CASE(bench_self, HAS_ALL | HAS_BENCH | HAS_ICOUNT, 1, "I14")
{
	ureg times[3];

	set_up();
	sender_table[0] = sender_entry(RECEIVER, 0);
	csr_write(CSR_UTVEC, bench_handler);
	CHECK_RETURNED(run(MODE_U, bench_self_post, (ureg)times));
	/* Less the one instruction that reads the counter. */
	row("send-to-handler", times[1] - times[0] - 1, 1);
	row("send-to-return", times[2] - times[0] - 1, 1);
}

/* --- one access, in ticks ------------------------------------------------- */

CASE(bench_access, HAS_ALL | HAS_BENCH, 1, "U10 I1")
{
	uint64_t start;

	set_up();
	uintc_write(RECEIVER, UINTC_LOW, 2);
	sender_table[0] = sender_entry(RECEIVER, 0);

	start = time_now();
	for (uint32_t i = 0; i < REPEATS; i++)
		uintc_write(RECEIVER, UINTC_SEND, 0);
	row("mmio-write", time_now() - start, REPEATS);

	start = time_now();
	for (uint32_t i = 0; i < REPEATS; i++)
		uipi_send(0);
	row("uipi-send", time_now() - start, REPEATS);
}

/* --- between two harts, in ticks ------------------------------------------ */

static volatile uint32_t ball_count;
static code player;

/* As a libuos handler would: clear, collect, answer. */
static bool answer(struct hart *hart, struct frame *frame)
{
	(void)frame;
	csr_clear(CSR_UIP, USI);
	if (uipi_read()) {
		ball_count++;
		if (ball_count < 2 * ROUNDS)
			uipi_send(hart->id);
	}
	hart->trap_count = 0;
	return ball_count < 2 * ROUNDS - 1;
}

static ureg sleep_in_u(ureg argument)
{
	for (;;)
		__asm__ volatile("wfi");
	return argument;
}

static void play(void)
{
	set_up();
	this_hart()->hooks[MODE_U] = answer;
	run(MODE_U, player, 0);
	csr_write(CSR_MIE, 0);
}

static void between_harts(const char *name, code how)
{
	uint64_t start;

	player = how;
	ball_count = 0;
	sender_table[0] = sender_entry(RECEIVER + 1, 0);
	sender_table[1] = sender_entry(RECEIVER, 0);
	hart_start(1, play);
	start = time_now();
	uintc_write(RECEIVER, UINTC_SEND, 0);
	play();
	row(name, time_now() - start, 2 * ROUNDS);
	hart_join(1);
}

CASE(bench_between_spinning, HAS_ALL | HAS_BENCH, 2, "I1 U10")
{
	between_harts("to-spinning-hart", snippet_spin);
}

CASE(bench_between_sleeping, HAS_ALL | HAS_BENCH, 2, "I1 U10 T17")
{
	between_harts("to-sleeping-hart", sleep_in_u);
}
