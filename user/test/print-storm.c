/*
 * print-storm [LINES [EXECUTORS]]: 32 coroutines print lines, allocate, free and set errno,
 * long enough to be cut off in the midst of it.  A reader of the output finds
 * each line whole, and once; the program itself finds its memory and errno as
 * it left them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "program.h"

#define TASKS		32
#define LINES_MAX	100000
#define HELD		8		/* allocations that each keeps */
#define BYTES_MAX	3000

static uint64_t lines = 20, executors = 1;
static unsigned damaged, strange_errno;

static uint32_t random_next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static bool filled_with(const unsigned char *memory, size_t bytes, unsigned char value)
{
	for (size_t i = 0; i < bytes; i++)
		if (memory[i] != value)
			return false;
	return true;
}

static void storm(void *argument)
{
	unsigned number = (unsigned)(uintptr_t)argument;
	uint32_t random = number + 1;
	unsigned char *memory[HELD] = { 0 };
	size_t bytes[HELD] = { 0 };

	for (unsigned line = 0; line < lines; line++) {
		unsigned slot = random_next(&random) % HELD;

		errno = (int)(1000 + number);
		if (memory[slot] && !filled_with(memory[slot], bytes[slot], (unsigned char)number))
			__atomic_fetch_add(&damaged, 1, __ATOMIC_RELAXED);
		free(memory[slot]);
		bytes[slot] = 1 + random_next(&random) % BYTES_MAX;
		memory[slot] = malloc(bytes[slot]);
		if (!memory[slot])
			__atomic_fetch_add(&damaged, 1, __ATOMIC_RELAXED);
		else
			memset(memory[slot], (int)number, bytes[slot]);
		if (line % 4 == 0)
			uos_yield();
		else if (line % 4 == 1)
			uos_sleep_ns(random_next(&random) % 100000);
		if (errno != (int)(1000 + number))
			__atomic_fetch_add(&strange_errno, 1, __ATOMIC_RELAXED);
		printf("storm %02u line %05u %s end\n", number, line,
		       "abcdefghijklmnopqrstuvwxyz0123456789" + number % 30);
	}
	for (unsigned slot = 0; slot < HELD; slot++)
		free(memory[slot]);
}

int main(int argc, char *argv[])
{
	struct uos_task *tasks[TASKS];

	if (argc > 3 || (argc > 1 && !number_parse(argv[1], LINES_MAX, &lines)) ||
	    (argc > 2 && !number_parse(argv[2], 64, &executors)))
		return usage("print-storm [LINES [EXECUTORS]]");
	if (uos_executors_open((unsigned int)executors) != (int)executors)
		return 1;
	for (unsigned i = 0; i < TASKS; i++)
		tasks[i] = uos_spawn(storm, (void *)(uintptr_t)i);
	for (unsigned i = 0; i < TASKS; i++)
		uos_join(tasks[i]);
	printf("%u damaged, %u strange errno\n", damaged, strange_errno);
	return damaged || strange_errno;
}
