/*
 * sync-check: what coroutines of one program wait for: mutexes, events,
 * channels, each other; and what uos_cancel() ends.
 */
#include <stdio.h>
#include <uos.h>

#include "check.h"

#define SECOND		1000000000ull
#define PRODUCERS	4
#define CONSUMERS	3
#define MESSAGES	500

static struct uos_mutex mutex = UOS_MUTEX_INIT;
static unsigned inside, most_inside, entered;

static void mutex_user(void *argument)
{
	(void)argument;
	for (int i = 0; i < 100; i++) {
		uos_mutex_lock(&mutex);
		inside++;
		most_inside = inside > most_inside ? inside : most_inside;
		uos_yield();
		inside--;
		entered++;
		uos_mutex_unlock(&mutex);
	}
}

static void check_mutex(void)
{
	struct uos_task *tasks[8];

	for (int i = 0; i < 8; i++)
		tasks[i] = uos_spawn(mutex_user, NULL);
	for (int i = 0; i < 8; i++)
		uos_join(tasks[i]);
	check_equal("mutex: one at a time", most_inside, 1);
	check_equal("mutex: everybody had it", entered, 800);
	check_true("mutex: free again", uos_mutex_try_lock(&mutex));
	uos_mutex_unlock(&mutex);
}

static struct uos_channel *channel;
static uint64_t sent_sum, received_sum, received_count;
static int receive_end, send_end;

static void producer(void *argument)
{
	for (uint64_t i = 0; i < MESSAGES; i++) {
		uint64_t message = (uint64_t)(uintptr_t)argument * 1000003 + i;

		sent_sum += message;
		if (uos_channel_send(channel, &message) < 0)
			check_true("channel: send", false);
	}
}

static void consumer(void *argument)
{
	uint64_t message;

	(void)argument;
	while ((receive_end = uos_channel_receive(channel, &message)) == 0) {
		received_sum += message;
		received_count++;
		if (message % 5 == 0)
			uos_yield();
	}
}

static void check_channel(void)
{
	struct uos_task *producers[PRODUCERS], *consumers[CONSUMERS];

	channel = uos_channel_create(7, sizeof(uint64_t));
	for (uintptr_t i = 0; i < PRODUCERS; i++)
		producers[i] = uos_spawn(producer, (void *)i);
	for (int i = 0; i < CONSUMERS; i++)
		consumers[i] = uos_spawn(consumer, NULL);
	for (int i = 0; i < PRODUCERS; i++)
		uos_join(producers[i]);
	uos_channel_close(channel);
	for (int i = 0; i < CONSUMERS; i++)
		uos_join(consumers[i]);
	check_equal("channel: none lost", (int64_t)received_count, PRODUCERS * MESSAGES);
	check_equal("channel: none changed", (int64_t)received_sum, (int64_t)sent_sum);
	check_equal("channel: closed to receive", receive_end, -EPIPE);
	send_end = uos_channel_send(channel, &sent_sum);
	check_equal("channel: closed to send", send_end, -EPIPE);
	uos_channel_destroy(channel);
}

static struct uos_event event = UOS_EVENT_INIT;
static unsigned woken;

static void event_waiter(void *argument)
{
	(void)argument;
	woken += uos_event_wait(&event) == 0;
}

static void check_event(void)
{
	struct uos_task *tasks[5];

	for (int i = 0; i < 5; i++)
		tasks[i] = uos_spawn(event_waiter, NULL);
	uos_yield();
	check_equal("event: they wait", woken, 0);
	uos_event_set(&event);
	for (int i = 0; i < 5; i++)
		uos_join(tasks[i]);
	check_equal("event: all wake", woken, 5);
	check_equal("event: stays set", uos_event_wait(&event), 0);
}

static int sleep_result, wait_result;
static struct uos_event never = UOS_EVENT_INIT;

static void long_sleeper(void *argument)
{
	(void)argument;
	sleep_result = uos_sleep_ns(1000 * SECOND);
}

static void long_waiter(void *argument)
{
	(void)argument;
	wait_result = uos_event_wait(&never);
}

static void check_cancel(void)
{
	struct uos_task *sleeper = uos_spawn(long_sleeper, NULL);
	struct uos_task *waiter = uos_spawn(long_waiter, NULL);
	uint64_t start_ns = uos_clock_ns();

	uos_sleep_ns(SECOND / 100);
	check_equal("cancel: a sleep", uos_cancel(sleeper), 0);
	check_equal("cancel: a wait", uos_cancel(waiter), 0);
	uos_join(sleeper);
	uos_join(waiter);
	check_equal("cancel: the sleep's result", sleep_result, -ECANCELED);
	check_equal("cancel: the wait's result", wait_result, -ECANCELED);
	check_true("cancel: at once", uos_clock_ns() - start_ns < 5 * SECOND);
	check_equal("join: oneself", uos_join(uos_task_self()), -EDEADLK);
}

int main(void)
{
	check_mutex();
	check_channel();
	check_event();
	check_cancel();
	return check_summary();
}
