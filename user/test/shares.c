/*
 * shares ends|yields [TASKS]: coroutines that compute, all ready before a second executor is
 * opened, which so has to be given some: they never give their hart up until they end, or
 * do at times.  Prints how many ended on each executor.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "program.h"
#include "trap.h"

#define TASKS_MAX	100000
#define ROUNDS		40000u
#define PARTS		4u

static bool yields;
static int64_t first_thread;
static uint64_t here, elsewhere;

static void compute(void *argument)
{
	uint64_t value = (uint64_t)(uintptr_t)argument;

	for (unsigned i = 0; i < ROUNDS; i++) {
		value = value * 6364136223846793005u + 1;
		__asm__ volatile("" : "+r"(value));
		if (yields && i % (ROUNDS / PARTS) == 0)
			uos_yield();
	}
	__atomic_fetch_add(trap0(SYS_gettid) == first_thread ? &here : &elsewhere, 1,
			   __ATOMIC_RELAXED);
}

int main(int argc, char *argv[])
{
	struct uos_task **tasks;
	uint64_t count = 1000;
	int result;

	if (argc < 2 || argc > 3 || (argc == 3 && !number_parse(argv[2], TASKS_MAX, &count)))
		return usage("shares ends|yields [TASKS]");
	yields = strcmp(argv[1], "yields") == 0;
	first_thread = trap0(SYS_gettid);
	tasks = calloc(count, sizeof(*tasks));
	for (uint64_t i = 0; tasks && i < count; i++) {
		tasks[i] = uos_spawn(compute, (void *)(uintptr_t)i);
		if (!tasks[i])
			return complain("shares", "a coroutine", -ENOMEM);
	}
	result = uos_executors_open(2);
	if (result != 2)
		return complain("shares", "an executor", result);
	for (uint64_t i = 0; tasks && i < count; i++)
		uos_join(tasks[i]);
	printf("%llu here, %llu elsewhere\n", (unsigned long long)here,
	       (unsigned long long)elsewhere);
	return 0;
}
