/*
 * many-sleep TASKS [MICROSECONDS]: that many coroutines, each awaits a time-out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uos.h>

#include "program.h"

#define TASKS_MAX		100000
#define MICROSECONDS_MAX	10000000

static uint64_t microseconds = 1000;
static uint64_t slept, early, failed;

static void sleeper(void *argument)
{
	uint64_t start_ns = uos_clock_ns();
	int result = uos_sleep_ns(microseconds * 1000);

	(void)argument;
	if (result < 0)
		failed++;
	else if (uos_clock_ns() - start_ns < microseconds * 1000)
		early++;
	else
		slept++;
}

int main(int argc, char *argv[])
{
	struct uos_task **tasks;
	uint64_t count;

	if (argc < 2 || argc > 3 || !number_parse(argv[1], TASKS_MAX, &count) || !count ||
	    (argc == 3 && !number_parse(argv[2], MICROSECONDS_MAX, &microseconds)))
		return usage("many-sleep TASKS [MICROSECONDS]");
	tasks = calloc(count, sizeof(*tasks));
	for (uint64_t i = 0; tasks && i < count; i++) {
		tasks[i] = uos_spawn(sleeper, NULL);
		if (!tasks[i]) {
			printf("many-sleep: task %llu of %llu: no memory\n",
			       (unsigned long long)i, (unsigned long long)count);
			return 1;
		}
	}
	for (uint64_t i = 0; tasks && i < count; i++)
		uos_join(tasks[i]);
	printf("%llu tasks slept, %llu woke early, %llu failed\n", (unsigned long long)slept,
	       (unsigned long long)early, (unsigned long long)failed);
	return slept != count;
}
