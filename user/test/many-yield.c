/*
 * many-yield TASKS TIMES: that many coroutines, each yields that many times.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uos.h>

#include "program.h"

#define TASKS_MAX	100000
#define TIMES_MAX	1000000

static uint64_t times, resumed;

static void yielder(void *argument)
{
	(void)argument;
	for (uint64_t i = 0; i < times; i++) {
		uos_yield();
		resumed++;
	}
}

int main(int argc, char *argv[])
{
	struct uos_task **tasks;
	uint64_t count;

	if (argc != 3 || !number_parse(argv[1], TASKS_MAX, &count) || !count ||
	    !number_parse(argv[2], TIMES_MAX, &times))
		return usage("many-yield TASKS TIMES");
	tasks = calloc(count, sizeof(*tasks));
	for (uint64_t i = 0; tasks && i < count; i++) {
		tasks[i] = uos_spawn(yielder, NULL);
		if (!tasks[i]) {
			printf("many-yield: task %llu of %llu: no memory\n",
			       (unsigned long long)i, (unsigned long long)count);
			return 1;
		}
	}
	for (uint64_t i = 0; tasks && i < count; i++)
		uos_join(tasks[i]);
	printf("%llu tasks yielded %llu times\n", (unsigned long long)count,
	       (unsigned long long)resumed);
	return resumed != count * times;
}
