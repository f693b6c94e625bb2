/*
 * executors-end HOW: ends (exit, return, fault) while coroutines and threads of its own
 * compute, print, allocate and wait on four executors.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "program.h"

#define MS	1000000ull

static struct uos_event never = UOS_EVENT_INIT;
static const char *how;

static void busy(void *argument)
{
	uintptr_t kind = (uintptr_t)argument % 4;

	for (;;) {
		void *memory = malloc(1 + (uintptr_t)argument);

		if (kind == 0)
			uos_yield();
		else if (kind == 1)
			uos_sleep_ns(MS / 10);
		else if (kind == 2)
			uos_event_wait(&never);
		else
			printf("busy\n");
		free(memory);
	}
}

static void spin(void *argument)
{
	for (;;)
		(*(volatile uint64_t *)argument)++;
}

static void end(void *argument)
{
	(void)argument;
	uos_sleep_ns(20 * MS);
	printf("the end\n");
	if (strcmp(how, "exit") == 0)
		exit(21);
	if (strcmp(how, "fault") == 0)
		__asm__ volatile("sw zero, 16(zero)");
}

int main(int argc, char *argv[])
{
	static uint64_t count;
	struct uos_task *last;

	if (argc != 2)
		return usage("executors-end exit|return|fault");
	how = argv[1];
	if (uos_executors_open(4) != 4)
		return 1;
	for (uintptr_t i = 0; i < 16; i++)
		uos_detach(uos_spawn(busy, (void *)i));
	if (!uos_thread_create(spin, &count) || !uos_thread_create(busy, (void *)1))
		return 1;
	last = uos_spawn(end, NULL);
	uos_join(last);
	return 22;
}
