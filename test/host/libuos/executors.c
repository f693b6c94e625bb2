/*
 * executors SEED: coroutines on four executors, each a thread of the host: mutexes,
 * channels, joins, operations and cancels; nothing is lost, and ThreadSanitizer sees
 * everything that two of them touch ordered.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <uos.h>

#include "fake.h"

#define EXECUTORS	4
#define WORKERS		24
#define ROUNDS		60
#define MESSAGES	300

#define CHECK(condition) do {						\
	if (!(condition))						\
		fake_fail("%s:%d: not so: %s", __FILE__, __LINE__, #condition); \
} while (0)

static struct uos_mutex mutex = UOS_MUTEX_INIT;
static struct uos_event never = UOS_EVENT_INIT;
static struct uos_channel *channel;
static unsigned inside, entered;	/* under the mutex, and nothing else */
static uint64_t sent, received, count;

/* Plain words that are written here and read by whoever joins. */
struct work {
	struct uos_task *task;
	int32_t number, result;
};

static void child(void *argument)
{
	struct work *work = argument;

	if (work->number % 3 == 0)
		uos_yield();
	work->result = fake_operation(work->number, 0);
}

static void locked(void)
{
	uos_mutex_lock(&mutex);
	CHECK(inside++ == 0);
	if (entered++ % 4 == 0)
		uos_yield();
	CHECK(--inside == 0);
	uos_mutex_unlock(&mutex);
}

static void worker(void *argument)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct work work = { .number = i + (int)(uintptr_t)argument };

		work.task = uos_spawn(child, &work);
		CHECK(work.task);
		locked();
		CHECK(uos_join(work.task) == 0);
		CHECK(work.result == work.number);
		if (i % 5 == 0)
			uos_yield();
	}
}

static void sender(void *argument)
{
	uint64_t message = (uint64_t)(uintptr_t)argument * 1000;

	for (int i = 0; i < MESSAGES; i++) {
		message++;
		__atomic_fetch_add(&sent, message, __ATOMIC_RELAXED);
		CHECK(uos_channel_send(channel, &message) == 0);
	}
}

static void receiver(void *argument)
{
	uint64_t message;

	(void)argument;
	while (uos_channel_receive(channel, &message) == 0) {
		__atomic_fetch_add(&received, message, __ATOMIC_RELAXED);
		__atomic_fetch_add(&count, 1, __ATOMIC_RELAXED);
	}
}

static void waits(void *argument)
{
	struct work *work = argument;

	work->result = work->number % 2 ? fake_operation(0, 1) : uos_event_wait(&never);
}

static void all(void (*entry)(void *argument), unsigned number)
{
	struct uos_task *tasks[64];

	for (uintptr_t i = 0; i < number; i++)
		tasks[i] = uos_spawn(entry, (void *)i);
	for (unsigned i = 0; i < number; i++)
		CHECK(uos_join(tasks[i]) == 0);
}

static void channels(void)
{
	struct uos_task *receivers[6];

	channel = uos_channel_create(3, sizeof(uint64_t));
	for (int i = 0; i < 6; i++)
		receivers[i] = uos_spawn(receiver, NULL);
	all(sender, 8);
	uos_channel_close(channel);
	for (int i = 0; i < 6; i++)
		CHECK(uos_join(receivers[i]) == 0);
	CHECK(count == 8 * MESSAGES && sent == received);
	uos_channel_destroy(channel);
}

static void cancels(void)
{
	struct work works[32];

	for (int i = 0; i < 32; i++) {
		works[i] = (struct work){ .number = i };
		works[i].task = uos_spawn(waits, &works[i]);
	}
	for (int i = 0; i < 32; i++) {
		int result;

		while ((result = uos_cancel(works[i].task)) == -ENOENT)
			uos_yield();
		CHECK(result == 0);
		CHECK(uos_join(works[i].task) == 0);
		CHECK(works[i].result == -ECANCELED);
	}
}

static void computes(void *argument)
{
	(void)argument;
	for (int i = 0; i < 500; i++)
		uos_yield();
}

static void first(void *argument)
{
	(void)argument;
	CHECK(uos_executors_open(EXECUTORS) == EXECUTORS);
	all(worker, WORKERS);
	CHECK(entered == WORKERS * ROUNDS);
	channels();
	all(computes, 16);
	cancels();
	all(worker, 3);
	puts("all well");
	fflush(stdout);
	fake_stop();
}

int main(int argc, char **argv)
{
	fake_run(argc > 1 ? strtoull(argv[1], NULL, 0) : 1, first);
	return 1;
}
