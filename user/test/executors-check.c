/*
 * executors-check [EXECUTORS [TASKS]]: coroutines on several executors at once, and
 * threads beside them: mutexes, channels, joins, sleeps, cancellation, who gets work.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "check.h"
#include "program.h"

#define MS		1000000ull
#define SECOND		1000000000ull
#define PRODUCERS	8
#define CONSUMERS	6
#define MESSAGES	400
#define TASKS_MAX	20000
#define SPINNERS	2

static uint64_t executors = 4, tasks = 1000;

/* ---- mutex -------------------------------------------------------------------------- */

static struct uos_mutex mutex = UOS_MUTEX_INIT;
static unsigned inside, most_inside, entered;

static void mutex_user(void *argument)
{
	(void)argument;
	for (int i = 0; i < 200; i++) {
		uos_mutex_lock(&mutex);
		inside++;
		if (inside > most_inside)
			most_inside = inside;
		if (i % 8 == 0)
			uos_yield();
		inside--;
		entered++;
		uos_mutex_unlock(&mutex);
		if (i % 16 == 0)
			uos_yield();
	}
}

static void check_mutex(void)
{
	struct uos_task *users[16];

	for (int i = 0; i < 16; i++)
		users[i] = uos_spawn(mutex_user, NULL);
	for (int i = 0; i < 16; i++)
		check_equal("mutex: join", uos_join(users[i]), 0);
	check_equal("mutex: one at a time", most_inside, 1);
	check_equal("mutex: everybody had it", entered, 16 * 200);
}

/* ---- channels: many senders, many receivers, some of them threads ------------------------- */

static struct uos_channel *channel;
static uint64_t sent_sum, received_sum, received_count, send_failures;

static void add(uint64_t *sum, uint64_t value)
{
	__atomic_fetch_add(sum, value, __ATOMIC_RELAXED);
}

static void producer(void *argument)
{
	for (uint64_t i = 0; i < MESSAGES; i++) {
		uint64_t message = (uint64_t)(uintptr_t)argument * 1000003 + i;

		add(&sent_sum, message);
		if (uos_channel_send(channel, &message) < 0)
			add(&send_failures, 1);
	}
}

static void consumer(void *argument)
{
	uint64_t message;

	(void)argument;
	while (uos_channel_receive(channel, &message) == 0) {
		add(&received_sum, message);
		add(&received_count, 1);
	}
}

static void check_channel(bool with_threads)
{
	struct uos_task *producers[PRODUCERS], *consumers[CONSUMERS];
	struct uos_thread *sender = NULL, *receiver = NULL;
	uint64_t wanted = PRODUCERS * MESSAGES;

	sent_sum = received_sum = received_count = 0;
	channel = uos_channel_create(4, sizeof(uint64_t));
	for (uintptr_t i = 0; i < CONSUMERS; i++)
		consumers[i] = uos_spawn(consumer, NULL);
	for (uintptr_t i = 0; i < PRODUCERS; i++)
		producers[i] = uos_spawn(producer, (void *)i);
	if (with_threads) {
		sender = uos_thread_create(producer, (void *)77);
		receiver = uos_thread_create(consumer, NULL);
		check_true("channel: threads", sender && receiver);
		wanted += MESSAGES;
		check_equal("channel: sender", uos_thread_join(sender), 0);
	}
	for (int i = 0; i < PRODUCERS; i++)
		uos_join(producers[i]);
	uos_channel_close(channel);
	for (int i = 0; i < CONSUMERS; i++)
		uos_join(consumers[i]);
	if (with_threads)
		check_equal("channel: receiver", uos_thread_join(receiver), 0);
	check_equal("channel: all came", (int64_t)received_count, (int64_t)wanted);
	check_equal("channel: what was sent", (int64_t)received_sum, (int64_t)sent_sum);
	check_equal("channel: sends", (int64_t)send_failures, 0);
	uos_channel_destroy(channel);
}

/* ---- many ---------------------------------------------------------------------------------- */

static uint64_t turns;

static void one_of_many(void *argument)
{
	uint64_t n = (uint64_t)(uintptr_t)argument;
	char *memory = malloc(1 + n % 100);

	for (unsigned i = 0; i < 5; i++) {
		uos_yield();
		if (n % 8 == i && uos_getpid() < 0)
			return;
		add(&turns, 1);
	}
	if (n % 16 == 0)
		uos_sleep_ns(n % 1000 * 1000);
	free(memory);
}

static void check_many(void)
{
	struct uos_task **all = calloc(tasks, sizeof(*all));

	for (uint64_t i = 0; i < tasks; i++)
		all[i] = uos_spawn(one_of_many, (void *)i);
	for (uint64_t i = 0; i < tasks; i++)
		check_equal("many: join", all[i] ? uos_join(all[i]) : -1, 0);
	check_equal("many: turns", (int64_t)turns, (int64_t)tasks * 5);
	free(all);
}

/* A maker whose tasks end elsewhere gets their records and stacks back. */
static void nothing(void *argument)
{
	(void)argument;
	uos_yield();
}

static void check_returns(void)
{
	struct uos_executor_stats before, after;

	for (int round = 0; round < 60; round++) {
		struct uos_task *some[64];

		if (round == 20)
			uos_executor_stats(&before);
		for (int i = 0; i < 64; i++)
			some[i] = uos_spawn(nothing, NULL);
		for (int i = 0; i < 64; i++)
			uos_join(some[i]);
	}
	uos_executor_stats(&after);
	check_true("returns: few new stacks", after.stacks - before.stacks <= 64 * executors);
}

/* ---- cancellation ------------------------------------------------------------------------------ */

static struct uos_event never = UOS_EVENT_INIT;
static int32_t results[64];
static uint32_t waiting;

static void wait_for_ever(void *argument)
{
	uintptr_t n = (uintptr_t)argument;

	__atomic_fetch_add(&waiting, 1, __ATOMIC_RELAXED);
	results[n] = n % 2 ? uos_sleep_ns(1000 * SECOND) : uos_event_wait(&never);
}

static void check_cancel(void)
{
	struct uos_task *sleepers[64];

	for (uintptr_t i = 0; i < 64; i++)
		sleepers[i] = uos_spawn(wait_for_ever, (void *)i);
	while (__atomic_load_n(&waiting, __ATOMIC_RELAXED) < 64)
		uos_yield();
	uos_sleep_ns(5 * MS);
	for (int i = 0; i < 64; i++) {
		int result;

		/* it may be on its way into the wait still */
		while ((result = uos_cancel(sleepers[i])) == -ENOENT)
			uos_yield();
		check_equal("cancel", result, 0);
	}
	for (int i = 0; i < 64; i++) {
		check_equal("cancel: join", uos_join(sleepers[i]), 0);
		check_equal("cancelled", results[i], -ECANCELED);
	}
}

/* ---- who gets work --------------------------------------------------------------------------------- */

static uint64_t compute_state;

static void compute(void *argument)
{
	uint64_t value = (uint64_t)(uintptr_t)argument;

	for (int i = 0; i < 200; i++) {
		for (int j = 0; j < 2000; j++)
			value = value * 6364136223846793005u + 1;
		uos_yield();
	}
	add(&compute_state, value | 1);
}

/* They never wait, so an executor without work has to ask for it. */
static void check_asking(void)
{
	struct uos_task *computers[32];

	for (uintptr_t i = 0; i < 32; i++)
		computers[i] = uos_spawn(compute, (void *)i);
	for (int i = 0; i < 32; i++)
		uos_join(computers[i]);
	check_true("asking", compute_state);
}

/* ---- threads ------------------------------------------------------------------------------------------ */

static volatile uint32_t stop;
static uint64_t spins[SPINNERS], beats;
static int thread_errno, thread_spawned;

static void spin(void *argument)
{
	uint64_t *count = argument;

	while (!stop)
		(*(volatile uint64_t *)count)++;
}

static void beat(void *argument)
{
	(void)argument;
	for (int i = 0; i < 10; i++) {
		uos_sleep_ns(MS);
		add(&beats, 1);
	}
}

static void thread_work(void *argument)
{
	struct uos_event *event = argument;
	char *memory = malloc(1000);

	errno = 4711;
	printf("a thread's line\n");
	uos_sleep_ns(MS);
	uos_mutex_lock(&mutex);
	uos_mutex_unlock(&mutex);
	thread_spawned = uos_spawn(nothing, NULL) != NULL;
	uos_yield();
	free(memory);
	thread_errno = errno;
	uos_event_set(event);
}

static void check_threads(void)
{
	struct uos_event event = UOS_EVENT_INIT;
	struct uos_thread *threads[SPINNERS], *worker;
	struct uos_task *beaters[100];

	worker = uos_thread_create(thread_work, &event);
	check_equal("thread: event", uos_event_wait(&event), 0);
	check_equal("thread: join", uos_thread_join(worker), 0);
	check_equal("thread: errno", thread_errno, 4711);
	check_equal("thread: no coroutines", thread_spawned, 0);
	for (int i = 0; i < SPINNERS; i++)
		threads[i] = uos_thread_create(spin, &spins[i]);
	for (int i = 0; i < 100; i++)
		beaters[i] = uos_spawn(beat, NULL);
	for (int i = 0; i < 100; i++)
		uos_join(beaters[i]);
	for (int i = 0; i < SPINNERS; i++)
		while (!*(volatile uint64_t *)&spins[i])
			uos_sleep_ns(MS);
	stop = 1;
	for (int i = 0; i < SPINNERS; i++) {
		check_equal("thread: spinner", uos_thread_join(threads[i]), 0);
		check_true("thread: spun", spins[i] > 0);
	}
	check_equal("thread: coroutines went on", (int64_t)beats, 1000);
}

static void check_many_threads(void)
{
	struct uos_thread *threads[20];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 20; i++)
			threads[i] = uos_thread_create(nothing, NULL);
		for (int i = 0; i < 20; i++)
			check_equal("threads", threads[i] ? uos_thread_join(threads[i]) : -1, 0);
	}
}

int main(int argc, char *argv[])
{
	if (argc > 3 || (argc > 1 && !number_parse(argv[1], 64, &executors)) ||
	    (argc > 2 && !number_parse(argv[2], TASKS_MAX, &tasks)))
		return usage("executors-check [EXECUTORS [TASKS]]");
	check_equal("none", uos_executors_open(0), -EINVAL);
	check_equal("too many", uos_executors_open(uos_executors_max + 1), -EINVAL);
	check_equal("open", uos_executors_open((unsigned int)executors), (int64_t)executors);
	check_equal("fewer", uos_executors_open(1), (int64_t)executors);
	check_mutex();
	check_channel(false);
	check_many();
	check_returns();
	check_cancel();
	check_asking();
	check_channel(true);
	check_threads();
	check_many_threads();
	return check_summary();
}
