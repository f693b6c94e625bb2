/*
 * switch-count [TASKS [TIMES]]: there is one scheduler.
 *
 * Each time that a coroutine begins, or goes on after a wait, the payload's
 * next() has answered it: this program counts those moments itself, and compares
 * with what the executor asked and what the kernel reads in the pool.  A second
 * run queue anywhere would make them differ.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uos.h>

#include "program.h"

#define TASKS_MAX	10000
#define TIMES_MAX	100000

static uint64_t times;
static uint64_t resumed;		/* begun, or gone on */
static bool *finished;

static void yielder(void *argument)
{
	resumed++;
	for (uint64_t i = 0; i < times; i++) {
		uos_yield();
		resumed++;
	}
	finished[(uintptr_t)argument] = true;
}

/* As the kernel reads them in the pool; by trap, which switches no task. */
static uint64_t switches_in_pool(void)
{
	struct uos_process_stats stats;
	ssize_t bytes = uos_sys_stats(UOS_STATS_PROCESSES, uos_sys_getpid(), &stats, sizeof(stats));

	return bytes == sizeof(stats) ? stats.task_switches : 0;
}

static void run(uint64_t count)
{
	struct uos_task **tasks = calloc(count, sizeof(*tasks));

	for (uint64_t i = 0; i < count; i++)
		tasks[i] = uos_spawn(yielder, (void *)(uintptr_t)i);
	for (uint64_t i = 0; i < count; i++) {
		bool waits = !finished[i];

		uos_join(tasks[i]);
		resumed += waits;
	}
	free(tasks);
}

int main(int argc, char *argv[])
{
	struct uos_executor_stats before, after;
	uint64_t count = 100, decisions, in_pool;

	times = 100;
	if (argc > 3 || (argc > 1 && !number_parse(argv[1], TASKS_MAX, &count)) ||
	    (argc > 2 && !number_parse(argv[2], TIMES_MAX, &times)))
		return usage("switch-count [TASKS [TIMES]]");
	finished = calloc(count, sizeof(*finished));
	in_pool = switches_in_pool();
	uos_executor_stats(&before);
	run(count);
	uos_executor_stats(&after);
	in_pool = switches_in_pool() - in_pool;
	decisions = (after.next_calls - after.pauses) - (before.next_calls - before.pauses);
	printf("switches seen %llu, next() answered %llu, in the pool %llu\n",
	       (unsigned long long)resumed, (unsigned long long)decisions,
	       (unsigned long long)in_pool);
	return resumed != decisions || resumed != in_pool;
}
