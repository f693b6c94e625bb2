/*
 * deadlines: in which order three coroutines run that became ready as a, b, c, with
 * the nearest deadline for b and the farthest for a; and again after each has waited.
 */
#include <stdio.h>
#include <uos.h>

#include "check.h"

#define MS	1000000ull

static struct uos_event event = UOS_EVENT_INIT;
static char order[16];
static size_t ran;

static void runner(void *argument)
{
	order[ran++] = (char)(uintptr_t)argument;
	uos_event_wait(&event);
	order[ran++] = (char)(uintptr_t)argument;
}

int main(void)
{
	static const uint64_t deadline_ns[] = { 3000 * MS, 1000 * MS, 2000 * MS };
	struct uos_task *tasks[3];

	for (uintptr_t i = 0; i < 3; i++) {
		tasks[i] = uos_spawn(runner, (void *)('a' + i));
		check_equal("deadline", uos_task_set_deadline(tasks[i], deadline_ns[i]), 0);
		/* the deadline is not the level's any more */
		check_equal("level", uos_task_set_priority(tasks[i], 33 - i), 0);
		check_equal("level", uos_task_set_priority(tasks[i], 32), 0);
	}
	check_equal("main's own is the farthest", uos_task_set_deadline(NULL, 9000 * MS), 0);
	/* behind all of them, under each scheduler */
	uos_yield();
	uos_event_set(&event);
	uos_yield();
	for (int i = 0; i < 3; i++)
		uos_join(tasks[i]);
	printf("%s\n", order);
	return check_summary();
}
