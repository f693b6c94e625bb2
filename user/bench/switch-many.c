/*
 * switch-many TASKS [ROUNDS]: guest instructions of one switch among that many
 * coroutines, all of which are ready all the time; exact under -icount.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uos.h>

#include "program.h"

#define TASKS_MAX	200000
#define ROUNDS_MAX	1000000

static volatile bool stopping;
static uint64_t switches;

static inline uint64_t instructions_now(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count) : : "memory");
	return count;
}

static void yielder(void *argument)
{
	(void)argument;
	while (!stopping) {
		uos_yield();
		switches++;
	}
}

/* Until as many switches have been counted; main() takes its turns too. */
static uint64_t run_until(uint64_t count)
{
	uint64_t start = instructions_now();

	switches = 0;
	while (switches < count)
		uos_yield();
	return instructions_now() - start;
}

int main(int argc, char *argv[])
{
	struct uos_task **tasks;
	uint64_t count, rounds = 4, started = 0, tenths;

	if (argc < 2 || argc > 3 || !number_parse(argv[1], TASKS_MAX, &count) || !count ||
	    (argc == 3 && !number_parse(argv[2], ROUNDS_MAX, &rounds)))
		return usage("switch-many TASKS [ROUNDS]");
	tasks = calloc(count, sizeof(*tasks));
	while (tasks && started < count && (tasks[started] = uos_spawn(yielder, NULL)))
		started++;
	if (started < count)
		return complain("switch-many", "a coroutine", -ENOMEM);
	run_until(2 * count);
	tenths = run_until(rounds * count) * 10;
	tenths /= switches;
	stopping = true;
	for (uint64_t i = 0; i < count; i++)
		uos_join(tasks[i]);
	printf("bench coroutine_switch_among_%llu %llu.%llu\n", (unsigned long long)count,
	       (unsigned long long)tenths / 10, (unsigned long long)tenths % 10);
	return 0;
}
