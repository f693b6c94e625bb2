/*
 * seeds EXPERIMENT N...: the experiments by which tornado-os was judged, in guest
 * instructions, exact under -icount (make bench-seeds):
 *
 *   task-switch     N coroutines of one process that yield in turn
 *   fast-yield      N processes that yield in turn, by the fast yield
 *   sched-yield     the same by sched_yield
 *   tasks           N coroutines made, run and joined, in a process that had none;
 *                   then once more, with the stacks of the first time
 *   processes       N processes made, run and waited for
 *
 * This program is one of the N that yield.  Each takes as many turns as it does:
 * coroutines are counted, processes by the kernel's own count of its switches.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "program.h"
#include "system_stats.h"
#include "trap.h"

#define COUNT_MAX	2000u
#define WARM_ROUNDS	3u
#define ROUNDS		200u

enum path { BY_COROUTINE, BY_FAST_YIELD, BY_SCHED_YIELD };

static struct uos_task *tasks[COUNT_MAX];
static pid_t pids[COUNT_MAX];
static volatile bool stopping;
static uint64_t turns;

static inline uint64_t instructions_now(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count) : : "memory");
	return count;
}

static int report(const char *name, uint64_t count, uint64_t instructions, uint64_t operations)
{
	uint64_t tenths = instructions * 10 / operations;

	printf("bench %s_%llu %llu.%llu\n", name, (unsigned long long)count,
	       (unsigned long long)tenths / 10, (unsigned long long)tenths % 10);
	return 0;
}

static int fail(const char *what, int result)
{
	return complain("seeds", what, result);
}

/* ---- coroutines ---------------------------------------------------------------- */

static void yielder(void *argument)
{
	(void)argument;
	while (!stopping) {
		turns++;
		uos_yield();
	}
}

static void counter(void *argument)
{
	(void)argument;
	turns++;
}

static int tasks_start(uint64_t count, void (*entry)(void *argument))
{
	for (uint64_t i = 0; i < count; i++) {
		tasks[i] = uos_spawn(entry, NULL);
		if (!tasks[i])
			return -ENOMEM;
	}
	return 0;
}

static void tasks_join(uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		uos_join(tasks[i]);
}

static void yield_rounds(unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++)
		uos_yield();
}

static int task_switch(uint64_t count)
{
	uint64_t instructions;

	stopping = false;
	if (tasks_start(count - 1, yielder))
		return fail("a coroutine", -ENOMEM);
	yield_rounds(WARM_ROUNDS);
	turns = 0;
	instructions = instructions_now();
	yield_rounds(ROUNDS);
	instructions = instructions_now() - instructions;
	if (turns != ROUNDS * (count - 1))
		return fail("the coroutines did not take turns", -EIO);
	stopping = true;
	tasks_join(count - 1);
	return report("task_switch", count, instructions, ROUNDS * count);
}

static int tasks_round(const char *name, uint64_t count)
{
	uint64_t instructions = instructions_now();

	turns = 0;
	if (tasks_start(count, counter))
		return fail("a coroutine", -ENOMEM);
	tasks_join(count);
	instructions = instructions_now() - instructions;
	if (turns != count)
		return fail("not all coroutines ran", -EIO);
	return report(name, count, instructions, count);
}

static int tasks_made(uint64_t count)
{
	int result = tasks_round("tasks", count);

	return result ? result : tasks_round("tasks_again", count);
}

/* ---- processes ------------------------------------------------------------------- */

static int processes_start(uint64_t count, const char *path, char *argv[])
{
	for (uint64_t i = 0; i < count; i++) {
		pids[i] = uos_sys_process_spawn(path, argv, NULL);
		if (pids[i] < 0)
			return pids[i];
	}
	return 0;
}

/* The sum of what waiting and the children's ends gave: 0 if all was well. */
static int processes_wait(uint64_t count)
{
	int failed = 0;

	for (uint64_t i = 0; i < count; i++) {
		int status = 1;

		if (uos_sys_process_wait(pids[i], &status) < 0 || status)
			failed++;
	}
	return failed;
}

static inline void give_up(enum path path)
{
	if (path == BY_FAST_YIELD)
		trap_fast_yield();
	else
		trap0(SYS_sched_yield);
}

static uint64_t switches_now(void)
{
	struct uos_system_stats stats;

	return system_stats_read(&stats) < 0 ? 0 : stats.task_switches;
}

static int process_switch(const char *name, uint64_t count, enum path path)
{
	char *argv[] = { "yielder", path == BY_FAST_YIELD ? "fast" : "plain", NULL };
	uint64_t switches, instructions;
	int result = processes_start(count - 1, "/bin/yielder", argv);

	if (result < 0)
		return fail("/bin/yielder", result);
	for (unsigned i = 0; i < WARM_ROUNDS; i++)
		give_up(path);
	switches = switches_now();
	instructions = instructions_now();
	for (unsigned i = 0; i < ROUNDS; i++)
		give_up(path);
	instructions = instructions_now() - instructions;
	switches = switches_now() - switches;
	for (uint64_t i = 0; i < count - 1; i++)
		uos_sys_kill(pids[i], ABI_SIGKILL);
	processes_wait(count - 1);
	/* the kernel's own coroutines may have run in between */
	if (switches < ROUNDS * count || switches > ROUNDS * count + ROUNDS)
		return fail("the processes did not take turns", -EIO);
	return report(name, count, instructions, ROUNDS * count);
}

static int fast_yield(uint64_t count)
{
	return process_switch("fast_yield", count, BY_FAST_YIELD);
}

static int sched_yield_path(uint64_t count)
{
	return process_switch("sched_yield", count, BY_SCHED_YIELD);
}

static int processes_made(uint64_t count)
{
	char *argv[] = { "nothing", NULL };
	uint64_t instructions = instructions_now();
	int result = processes_start(count, "/bin/nothing", argv);

	if (result < 0)
		return fail("/bin/nothing", result);
	if (processes_wait(count))
		return fail("a child that failed", -EIO);
	return report("processes", count, instructions_now() - instructions, count);
}

/* ---- the whole ---------------------------------------------------------------------- */

static const struct experiment {
	const char *name;
	int (*run)(uint64_t count);
} experiments[] = {
	{ "task-switch", task_switch },
	{ "fast-yield", fast_yield },
	{ "sched-yield", sched_yield_path },
	{ "tasks", tasks_made },
	{ "processes", processes_made },
};

int main(int argc, char *argv[])
{
	const struct experiment *experiment = NULL;
	int result = 0;

	for (size_t i = 0; i < sizeof(experiments) / sizeof(experiments[0]); i++)
		if (argc > 2 && strcmp(argv[1], experiments[i].name) == 0)
			experiment = &experiments[i];
	if (!experiment)
		return usage("seeds task-switch|fast-yield|sched-yield|tasks|processes N...");
	for (int i = 2; i < argc && !result; i++) {
		uint64_t count;

		if (!number_parse(argv[i], COUNT_MAX, &count) || count < 2)
			return usage("seeds EXPERIMENT N..., from 2 on");
		result = experiment->run(count);
	}
	return result;
}
