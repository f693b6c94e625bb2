/*
 * Coroutines that ask, wait for each other, cancel each other, begin and end, at
 * random: every result must be right, and in the end nothing may be left over.
 *
 *   coroutines [seed [rounds]]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "libuos/internal.h"
#include "uos/sync.h"

#define WORKERS		24
#define SENDERS		6
#define RECEIVERS	3

struct message {
	uint32_t sender;
	uint32_t number;
};

static uint64_t rounds;

/* ---- operations ---------------------------------------------------------------- */

static void operations(void *argument)
{
	(void)argument;
	for (uint64_t i = 0; i < rounds; i++) {
		int32_t wanted = fake_random(1000000), got = fake_operation(wanted, 0);

		if (got != wanted)
			fake_fail("an operation answered %d, not %d", got, wanted);
		if (!fake_random(4))
			uos_yield();
	}
}

/* ---- mutex ----------------------------------------------------------------------- */

static struct uos_mutex mutex;
static uint64_t counter;
static bool inside;

static void mutexes(void *argument)
{
	(void)argument;
	for (uint64_t i = 0; i < rounds; i++) {
		uint64_t before;

		if (fake_random(4) || !uos_mutex_try_lock(&mutex))
			uos_mutex_lock(&mutex);
		if (inside)
			fake_fail("two hold the mutex");
		inside = true;
		before = counter;
		if (!fake_random(3))
			uos_yield();
		if (!fake_random(8))
			fake_operation(1, 0);
		counter = before + 1;
		inside = false;
		uos_mutex_unlock(&mutex);
	}
}

/* ---- channel --------------------------------------------------------------------- */

static struct uos_channel *channel;
static uint32_t senders_left;
static uint64_t received;

static void sender(void *argument)
{
	struct message message = { (uint32_t)(uintptr_t)argument, 0 };

	for (; message.number < rounds; message.number++) {
		int result = fake_random(3) ? uos_channel_send(channel, &message) : -EAGAIN;

		while (result == -EAGAIN) {
			result = uos_channel_try_send(channel, &message);
			if (result == -EAGAIN)
				uos_yield();
		}
		if (result)
			fake_fail("send answered %d", result);
		if (!fake_random(8))
			fake_operation(1, 0);
	}
	if (!--senders_left)
		uos_channel_close(channel);
}

/* What one receiver gets of one sender comes in order. */
static void receiver(void *argument)
{
	uint32_t last[SENDERS];
	struct message message;
	int result;

	(void)argument;
	memset(last, 0xff, sizeof(last));
	while ((result = uos_channel_receive(channel, &message)) == 0) {
		if (last[message.sender] != UINT32_MAX && message.number <= last[message.sender])
			fake_fail("a message overtook another");
		last[message.sender] = message.number;
		received++;
		if (!fake_random(6))
			uos_yield();
	}
	if (result != -EPIPE)
		fake_fail("receive answered %d", result);
}

/* ---- cancel ---------------------------------------------------------------------- */

static struct uos_event never;
static struct uos_channel *empty;

static void waits_for_ever(void *argument)
{
	int32_t result;

	switch ((uintptr_t)argument) {
	case 0:
		result = fake_operation(5, 1);
		break;
	case 1:
		result = uos_event_wait(&never);
		break;
	case 2:
		result = uos_channel_receive(empty, &result);
		break;
	default:
		result = uos_join(uos_task_self()) == -EDEADLK ? -ECANCELED : 0;
	}
	if (result != -ECANCELED && !((uintptr_t)argument == 0 && result == 5))
		fake_fail("wait %d ended with %d", (int)(uintptr_t)argument, result);
}

static void cancels(void *argument)
{
	(void)argument;
	for (uint64_t i = 0; i < rounds; i++) {
		uintptr_t kind = fake_random(4);
		struct uos_task *task = uos_spawn(waits_for_ever, (void *)kind);

		for (int yields = fake_random(4); yields; yields--)
			uos_yield();
		if (kind == 3) {
			uos_join(task);
			continue;
		}
		while (uos_cancel(task) == -ENOENT)
			uos_yield();
		if (uos_join(task))
			fake_fail("join after cancel failed");
	}
}

/* A join that is cancelled can be made again. */
static struct uos_event go;

static void waits_for_go(void *argument)
{
	(void)argument;
	uos_event_wait(&go);
}

static int first_join;

static void joins(void *argument)
{
	first_join = uos_join(argument);
	if (first_join == -ECANCELED && uos_join(argument))
		fake_fail("the second join failed");
}

static void cancelled_join(void)
{
	struct uos_task *waiter = uos_spawn(waits_for_go, NULL);
	struct uos_task *joiner = uos_spawn(joins, waiter);

	while (uos_cancel(joiner) == -ENOENT)
		uos_yield();
	uos_event_set(&go);
	uos_join(joiner);
	if (first_join != -ECANCELED)
		fake_fail("a cancelled join answered %d", first_join);
}

/* ---- all of it -------------------------------------------------------------------- */

static void nothing(void *argument)
{
	(void)argument;
}

static void spawns(void *argument)
{
	(void)argument;
	for (uint64_t i = 0; i < rounds; i++) {
		struct uos_task *task = uos_spawn(nothing, NULL);

		if (!fake_random(3))
			uos_yield();
		if (fake_random(2))
			uos_detach(task);
		else
			uos_join(task);
	}
}

static void first(void *argument)
{
	static void (*const kinds[])(void *) = { operations, mutexes, cancels, spawns };
	struct uos_task *tasks[WORKERS + SENDERS + RECEIVERS];
	uint32_t count = 0;

	(void)argument;
	channel = uos_channel_create(3, sizeof(struct message));
	empty = uos_channel_create(1, sizeof(int32_t));
	senders_left = SENDERS;
	for (uintptr_t i = 0; i < WORKERS; i++)
		tasks[count++] = uos_spawn(kinds[i % 4], NULL);
	for (uintptr_t i = 0; i < SENDERS; i++)
		tasks[count++] = uos_spawn(sender, (void *)i);
	for (uintptr_t i = 0; i < RECEIVERS; i++)
		tasks[count++] = uos_spawn(receiver, NULL);
	while (count)
		if (uos_join(tasks[--count]))
			fake_fail("join failed");
	cancelled_join();
	uos_channel_destroy(channel);
	uos_channel_destroy(empty);
	fake_stop();
}

int main(int count, char **arguments)
{
	uint64_t seed = count > 1 ? strtoull(arguments[1], NULL, 0) : 1;
	struct uos_executor *executor = &uos_executor_first;

	rounds = count > 2 ? strtoull(arguments[2], NULL, 0) : 500;
	printf("coroutines: seed %llu, %llu rounds\n", (unsigned long long)seed,
	       (unsigned long long)rounds);
	fflush(stdout);
	fake_run(seed, first);
	if (counter != rounds * (WORKERS / 4))
		fake_fail("the mutex let %llu of its rounds be lost", (unsigned long long)counter);
	if (received != rounds * SENDERS)
		fake_fail("%llu messages arrived", (unsigned long long)received);
	if (fake_kernel_held())
		fake_fail("%u operations are left over", fake_kernel_held());
	if (executor->operations != executor->completions)
		fake_fail("operations and completions differ");
	return 0;
}
