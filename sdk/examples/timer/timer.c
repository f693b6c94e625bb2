/*
 * timer: three clocks tick at their own pace; then a wait with a limit, for an
 * event that never comes.
 *
 * Shows: sleeping, the clock, and uos_cancel().
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#define MILLISECOND_NS	1000000u

struct clock {
	const char *name;
	uint64_t period_ns;
	unsigned int ticks;
};

/*
 * A clock that sleeps its period each time would be late by more and more: each sleep
 * is a little longer than asked for, never shorter.  So the next tick is reckoned from
 * the first.
 */
static void clock_run(void *argument)
{
	const struct clock *clock = argument;
	uint64_t start_ns = uos_clock_ns();

	for (unsigned int tick = 1; tick <= clock->ticks; tick++) {
		uint64_t due_ns = start_ns + tick * clock->period_ns;
		uint64_t now_ns = uos_clock_ns();

		if (now_ns < due_ns)
			uos_sleep_ns(due_ns - now_ns);
		printf("%s: tick %u\n", clock->name, tick);
	}
}

struct limit {
	struct uos_task *waiter;
	uint64_t duration_ns;
};

static void limit_run(void *argument)
{
	struct limit *limit = argument;

	if (uos_sleep_ns(limit->duration_ns) == 0)
		uos_cancel(limit->waiter);
}

/* Waits for an event, but no longer than that: 0, or -ECANCELED when the time is over. */
static int event_wait_at_most(struct uos_event *event, uint64_t duration_ns)
{
	struct limit limit = { uos_task_self(), duration_ns };
	struct uos_task *task = uos_spawn(limit_run, &limit);
	int result;

	if (!task)
		return -ENOMEM;
	result = uos_event_wait(event);
	uos_cancel(task);
	/* If the time was over just now, it is this join that was told to end. */
	while (uos_join(task) == -ECANCELED)
		;
	return result;
}

int main(void)
{
	struct clock clocks[] = {
		{ "fast", 10 * MILLISECOND_NS, 6 },
		{ "middle", 20 * MILLISECOND_NS, 3 },
		{ "slow", 30 * MILLISECOND_NS, 2 },
	};
	struct uos_task *tasks[3];
	struct uos_event event = UOS_EVENT_INIT;
	uint64_t start_ns = uos_clock_ns();

	for (int i = 0; i < 3; i++) {
		tasks[i] = uos_spawn(clock_run, &clocks[i]);
		if (!tasks[i])
			return EXIT_FAILURE;
	}
	for (int i = 0; i < 3; i++)
		uos_join(tasks[i]);
	printf("all at once took %s 60 ms\n",
	       uos_clock_ns() - start_ns >= 60 * MILLISECOND_NS ? "at least" : "less than");

	printf("an event that nobody sets: %s\n",
	       strerror(-event_wait_at_most(&event, 5 * MILLISECOND_NS)));
	uos_event_set(&event);
	printf("one that is set: %d\n", event_wait_at_most(&event, 5 * MILLISECOND_NS));
	return EXIT_SUCCESS;
}
