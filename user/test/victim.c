/*
 * victim KIND MILLISECONDS: does its part, whoever is beside it, and prints how many
 * operations it got done in that time, and what share of a hart it had.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <uos.h>

#include "program.h"

#define TASKS		8
#define NS_PER_MS	1000000ull
#define SLEEP_NS	NS_PER_MS
#define SPAN_MAX_MS	1000000

static uint64_t end_ns;
static uint64_t operations, failures;
static int zero_fd;

static bool is_over(void)
{
	return uos_clock_ns() >= end_ns;
}

/* Never traps of itself. */
static void yield_task(void *argument)
{
	(void)argument;
	for (; !is_over(); operations++)
		uos_yield();
}

static void read_task(void *argument)
{
	char byte;

	(void)argument;
	for (; !is_over(); operations++)
		failures += uos_read(zero_fd, &byte, 1, 0) != 1;
}

/* Most of the time there is nothing to run. */
static void sleep_task(void *argument)
{
	(void)argument;
	for (; !is_over(); operations++)
		failures += uos_sleep_ns(SLEEP_NS) != 0;
}

/* One of each, in turn. */
static void mixed_task(void *argument)
{
	char byte;

	for (uintptr_t i = (uintptr_t)argument; !is_over(); operations++, i++) {
		if (i % 64 == 0)
			failures += uos_sleep_ns(SLEEP_NS) != 0;
		else if (i % 2 == 0)
			failures += uos_read(zero_fd, &byte, 1, 0) != 1;
		else
			uos_yield();
	}
}

static const struct kind {
	const char *name;
	void (*run)(void *argument);
} kinds[] = {
	{ "mixed", mixed_task },
	{ "reads", read_task },
	{ "sleeps", sleep_task },
	{ "yields", yield_task },
};

static uint64_t run_time_ns(void)
{
	struct uos_process_stats stats = { 0 };

	uos_sys_stats(UOS_STATS_PROCESSES, uos_sys_getpid(), &stats, sizeof(stats));
	return stats.run_time_ns;
}

static int run(const struct kind *kind, uint64_t span_ms)
{
	uint64_t start_ns = uos_clock_ns(), start_run_ns = run_time_ns();
	struct uos_task *tasks[TASKS];

	zero_fd = uos_open("/dev/zero", O_RDONLY, 0);
	end_ns = start_ns + span_ms * NS_PER_MS;
	for (uintptr_t i = 0; i < TASKS; i++) {
		tasks[i] = uos_spawn(kind->run, (void *)i);
		if (!tasks[i])
			return complain("victim", "a coroutine", -ENOMEM);
	}
	for (int i = 0; i < TASKS; i++)
		uos_join(tasks[i]);
	printf("victim %s %llu\nhad %llu %% of a hart\n", kind->name,
	       (unsigned long long)operations,
	       (unsigned long long)((run_time_ns() - start_run_ns) * 100 /
				    (uos_clock_ns() - start_ns)));
	return failures != 0;
}

int main(int argc, char *argv[])
{
	uint64_t span_ms;

	for (size_t i = 0; argc == 3 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[1], kinds[i].name) == 0 &&
		    number_parse(argv[2], SPAN_MAX_MS, &span_ms))
			return run(&kinds[i], span_ms);
	return usage("victim mixed|reads|sleeps|yields MILLISECONDS");
}
