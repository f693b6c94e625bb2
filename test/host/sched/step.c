/*
 * An interrupt after every single instruction of a payload.
 *
 * The processor's trace flag raises SIGTRAP after each instruction of an entry;
 * at the k-th one the handler wakes a task as an interrupt handler of the same
 * executor would (by = ANY_LANE).  Every entry is run for every k until it ends
 * before the k-th.  Afterwards the pool must be whole, and the woken task must be
 * ready, running, or marked: never blocked.
 *
 * For x86-64 hosts; elsewhere it says so and passes.
 */
#define _GNU_SOURCE
#include <stdio.h>

#if !defined(__x86_64__)
int main(void)
{
	printf("step: skipped, this host cannot single-step itself\n");
	return 0;
}
#else

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "pool_check.h"

#define TRACE_FLAG	0x100ul
#define TASKS		6

/* What the pool looks like before the step, and which entry runs. */
struct scenario {
	const char *name;
	void (*run)(void);
	uint32_t tasks_after;
	uint32_t target;		/* the task that the interrupt wakes */
	const char *ready;		/* "3": tasks that are ready beforehand, by level order */
};

static struct uos_sched_pool *pool;
static struct uos_sched_view view;
static volatile uint64_t instructions, interrupt_at;
static uint32_t target;

static void on_trace(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)info;
	if (++instructions != interrupt_at)
		return;
	payload_wake(pool, UOS_SCHED_ANY_LANE, UOS_SCHED_ANY_LANE, target);
	/* The rest of the entry runs at full speed. */
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~(greg_t)TRACE_FLAG;
}

static inline void trace(int on)
{
	if (on)
		__asm__ volatile("pushfq; orq %0, (%%rsp); popfq" : : "i"(TRACE_FLAG) : "memory", "cc");
	else
		__asm__ volatile("pushfq; andq %0, (%%rsp); popfq" : : "i"(~(long)TRACE_FLAG)
				 : "memory", "cc");
}

static void yields(void)
{
	payload_next(pool, 0, UOS_SCHED_YIELD);
}

static void blocks(void)
{
	payload_next(pool, 0, UOS_SCHED_BLOCK);
}

static void exits(void)
{
	payload_next(pool, 0, UOS_SCHED_EXIT);
}

static void blocks_and_picks(void)
{
	if (payload_next(pool, 0, UOS_SCHED_BLOCK) == UOS_SCHED_IDLE)
		payload_next(pool, 0, UOS_SCHED_PICK);
}

static void adds(void)
{
	payload_add(pool, 0, 0, 20, TEST_COOKIE(TASKS));
}

static void wakes_the_same(void)
{
	payload_wake(pool, 0, 0, target);
}

static void wakes_another(void)
{
	payload_wake(pool, 0, 0, 4);
}

static void removes(void)
{
	payload_remove(pool, 0, 4);
}

static void sets_priority(void)
{
	payload_set_priority(pool, 0, target, 10, 0);
}

/* Task 1 runs; "23" says that 2 and 3 are ready; the others are blocked. */
static const struct scenario scenarios[] = {
	{ "yield, alone", yields, TASKS, 5, "" },
	{ "yield to one", yields, TASKS, 5, "2" },
	{ "yield to two", yields, TASKS, 5, "23" },
	{ "yield, oneself woken", yields, TASKS, 1, "2" },
	{ "block to one", blocks, TASKS, 5, "2" },
	{ "block to two", blocks, TASKS, 5, "23" },
	{ "block to none", blocks, TASKS, 5, "" },
	{ "block, oneself woken", blocks, TASKS, 1, "" },
	{ "block to one, oneself woken", blocks, TASKS, 1, "2" },
	{ "block and pick", blocks_and_picks, TASKS, 5, "" },
	{ "block and pick, oneself woken", blocks_and_picks, TASKS, 1, "" },
	{ "exit to one", exits, TASKS - 1, 5, "2" },
	{ "exit to none", exits, TASKS - 1, 5, "" },
	{ "add", adds, TASKS + 1, 5, "2" },
	{ "wake the same", wakes_the_same, TASKS, 5, "2" },
	{ "wake another", wakes_another, TASKS, 5, "" },
	{ "remove a blocked one", removes, TASKS - 1, 5, "2" },
	{ "remove a ready one", removes, TASKS - 1, 5, "234" },
	{ "set the priority of the same", sets_priority, TASKS, 5, "25" },
	{ "set the priority of one that is woken", sets_priority, TASKS, 5, "2" },
};

/* Runs task 1 last, so that it is the current one. */
static void prepare(const struct scenario *scenario)
{
	if (pool)
		free(pool);
	pool = test_pool_make(1, TASKS + 2, &view);
	target = scenario->target;
	for (uint32_t i = 1; i <= TASKS; i++)
		payload_add(pool, 0, 0, 32, TEST_COOKIE(i));
	payload_next(pool, 0, UOS_SCHED_PICK);
	for (uint32_t i = 1; i <= TASKS; i++)
		payload_next(pool, 0, UOS_SCHED_BLOCK);
	payload_wake(pool, 0, 0, 1);
	payload_next(pool, 0, UOS_SCHED_PICK);
	for (const char *ready = scenario->ready; *ready; ready++)
		payload_wake(pool, 0, 0, *ready - '0');
}

static void check(const struct scenario *scenario, uint64_t at)
{
	uint32_t state = test_pool_task(pool, target)->state & UOS_SCHED_STATE_MASK;

	test_pool_check(pool, scenario->tasks_after);
	if (state != UOS_SCHED_READY && state != UOS_SCHED_RUNNING)
		test_fail("%s, interrupted after %llu instructions: task %u has state %u",
			  scenario->name, (unsigned long long)at, target, state);
	/* Whoever is ready is found in the end. */
	while (payload_next(pool, 0, pool->lane[0].current ? UOS_SCHED_BLOCK : UOS_SCHED_PICK) >
	       UOS_SCHED_SWITCH)
		;
	test_pool_check(pool, scenario->tasks_after);
	if (pool->summary != UOS_SCHED_LEVEL_NONE)
		test_fail("%s: idle, but the summary says %u", scenario->name, pool->summary);
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_trace, .sa_flags = SA_SIGINFO };
	uint64_t swept = 0;

	sigaction(SIGTRAP, &action, NULL);
	for (uint32_t i = 0; i < UOS_SCHED_VIEW_HARTS; i++)
		view.hart[i].best_elsewhere = UOS_SCHED_LEVEL_NONE;
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
		for (uint64_t at = 1;; at++, swept++) {
			prepare(&scenarios[i]);
			instructions = 0;
			interrupt_at = at;
			trace(1);
			scenarios[i].run();
			trace(0);
			if (instructions < at)
				break;
			check(&scenarios[i], at);
		}
	}
	printf("step: interrupted at %llu places\n", (unsigned long long)swept);
	return 0;
}
#endif
