/*
 * pool-full: coroutines until there is room for no more; none of them is lost, and
 * there is room again afterwards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uos.h>

#include "check.h"

#define TASKS_WANTED	100000
#define TASKS_MAX	1000000

static uint64_t ran;

static void runner(void *argument)
{
	ran += (uint64_t)(uintptr_t)argument;
}

/* How many there was room for. */
static uint64_t fill(struct uos_task **tasks)
{
	uint64_t count = 0;

	while (count < TASKS_MAX && (tasks[count] = uos_spawn(runner, (void *)(uintptr_t)1)))
		count++;
	return count;
}

static void join_all(struct uos_task **tasks, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		check_equal("join", uos_join(tasks[i]), 0);
}

int main(void)
{
	struct uos_task **tasks = calloc(TASKS_MAX, sizeof(*tasks));
	uint64_t count, again;

	check_true("memory for the test", tasks != NULL);
	count = fill(tasks);
	check_true("at least a hundred thousand", count >= TASKS_WANTED);
	check_true("and then no more", count < TASKS_MAX);
	check_true("nor when asked again", !uos_spawn(runner, (void *)(uintptr_t)1));
	join_all(tasks, count);
	check_equal("each has run once", (int64_t)ran, (int64_t)count);
	again = fill(tasks);
	check_equal("there is as much room again", (int64_t)again, (int64_t)count);
	join_all(tasks, again);
	printf("%llu tasks at once\n", (unsigned long long)count);
	return check_summary();
}
