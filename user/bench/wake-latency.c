/*
 * wake-latency: how late who waits runs, beside who computes.
 *
 *	wake-latency interrupt		a more urgent coroutine; the other never yields
 *	wake-latency yield WORK		the same, but the other yields each WORK instructions, and
 *					only then the first has its turn
 *	wake-latency trap		two threads, and a system call that sleeps
 *
 * One sleeps for odd times, SLEEPS times, and reads the clock when it runs again; late is
 * what lies between the time that it asked for and that.  Prints `bench late_NAME_PERCENT N`
 * in nanoseconds, which under -icount shift=0 are guest instructions.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "program.h"

#define SLEEPS		1000u
#define SLEEP_NS	50000u
#define SLEEP_NS_MORE	70000u
#define URGENT_LEVEL	10u
#define LOOP_INSTRUCTIONS	2u

static uint64_t late_ns[SLEEPS];
static volatile bool over;

static void sleep_all(int (*sleep_ns)(uint64_t ns))
{
	uint32_t random = 1;

	for (unsigned int i = 0; i < SLEEPS; i++) {
		uint64_t wanted_ns, start_ns;

		random = random * 1664525u + 1013904223u;
		wanted_ns = SLEEP_NS + (random >> 8) % SLEEP_NS_MORE;
		start_ns = uos_clock_ns();
		sleep_ns(wanted_ns);
		late_ns[i] = uos_clock_ns() - start_ns - wanted_ns;
	}
	over = true;
}

static void urgent(void *argument)
{
	(void)argument;
	uos_task_set_priority(NULL, URGENT_LEVEL);
	sleep_all(uos_sleep_ns);
}

static inline void compute(uint64_t instructions)
{
	for (uint64_t i = 0; i < instructions / LOOP_INSTRUCTIONS; i++)
		__asm__ volatile("");
}

static void beside_one_that_computes(uint64_t work)
{
	struct uos_task *task = uos_spawn(urgent, NULL);

	uos_yield();
	while (!over) {
		compute(work ? work : 1000);
		if (work)
			uos_yield();
	}
	uos_join(task);
}

static void compute_always(void *argument)
{
	(void)argument;
	while (!over)
		compute(1000);
}

static void beside_a_thread(void)
{
	struct uos_thread *thread = uos_thread_create(compute_always, NULL);

	if (!thread)
		return;
	sleep_all(uos_sys_sleep_ns);
	uos_thread_join(thread);
}

static int compare(const void *one, const void *other)
{
	const uint64_t *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

static void print_rows(const char *name)
{
	static const unsigned int percents[] = { 0, 10, 25, 50, 75, 90, 99, 100 };

	qsort(late_ns, SLEEPS, sizeof(late_ns[0]), compare);
	for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++)
		printf("bench late_%s_%u %llu\n", name, percents[i],
		       (unsigned long long)late_ns[percents[i] * (SLEEPS - 1) / 100]);
}

int main(int argc, char *argv[])
{
	char name[32];
	uint64_t work = 0;

	if (argc < 2 || (argc == 3 && !number_parse(argv[2], 1u << 30, &work)))
		return usage("wake-latency interrupt|yield WORK|trap");
	snprintf(name, sizeof(name), "%s%s%s", argv[1], argc > 2 ? "_" : "",
		 argc > 2 ? argv[2] : "");
	if (!strcmp(argv[1], "trap"))
		beside_a_thread();
	else
		beside_one_that_computes(work);
	print_rows(name);
	return 0;
}
