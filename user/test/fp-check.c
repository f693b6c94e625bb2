/*
 * fp-check [MILLISECONDS]: floating-point registers survive yields, waits for
 * the kernel, interrupts and time-outs.  Several coroutines hold values of their
 * own in the callee-saved registers while they wait; some of them spin with all
 * 32 filled for longer than a slice, and other programs may do the same.
 */
#include <stdio.h>
#include <uos.h>

#include "program.h"
#include "registers.h"

#define TASKS		8
#define ROUNDS		50
#define SPINNERS	3

static uint64_t differ, checks, spin_ticks;

static inline uint64_t ticks_now(void)
{
	uint64_t ticks;

	__asm__ volatile("rdtime %0" : "=r"(ticks));
	return ticks;
}

static void wait_yield(void *argument)
{
	(void)argument;
	uos_yield();
}

static void wait_sleep(void *argument)
{
	uos_sleep_ns((uint64_t)(uintptr_t)argument);
}

static void holder(void *argument)
{
	uint64_t seed = ((uint64_t)(uintptr_t)argument + 1) * 0x123456789abcdull;

	for (uint64_t i = 0; i < ROUNDS; i++) {
		void *duration_ns = (void *)(uintptr_t)(i % 7 * 10000);

		differ += float_saved_check(seed + i, i % 3 ? wait_yield : wait_sleep, duration_ns);
		checks++;
	}
}

static void spinner(void *argument)
{
	uint64_t seed = ((uint64_t)(uintptr_t)argument + 77) * 0xfedcba98765ull;

	differ += float_all_check(seed, ticks_now() + spin_ticks);
	checks++;
}

/* Ticks of rdtime in that time, measured against the clock. */
static uint64_t ticks_of_ms(uint64_t milliseconds)
{
	uint64_t start_ns = uos_clock_ns(), start = ticks_now();

	while (uos_clock_ns() - start_ns < 1000000)
		;
	return (ticks_now() - start) * milliseconds;
}

int main(int argc, char *argv[])
{
	struct uos_task *tasks[TASKS + SPINNERS];
	uint64_t milliseconds = 60;
	unsigned count = 0;

	if (argc > 2 || (argc == 2 && !number_parse(argv[1], 10000, &milliseconds)))
		return usage("fp-check [MILLISECONDS]");
	spin_ticks = ticks_of_ms(milliseconds);
	for (uintptr_t i = 0; i < TASKS; i++)
		tasks[count++] = uos_spawn(holder, (void *)i);
	for (uintptr_t i = 0; i < SPINNERS; i++)
		tasks[count++] = uos_spawn(spinner, (void *)i);
	for (unsigned i = 0; i < count; i++)
		uos_join(tasks[i]);
	printf("%llu checks, %llu registers differ\n", (unsigned long long)checks,
	       (unsigned long long)differ);
	return differ != 0;
}
