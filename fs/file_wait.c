/* Waiting until something can be done with a file: a coroutine's own watch. */
#include "fs/vfs.h"
#include "kernel/api/poll.h"

struct wait {
	struct poll_watch watch;
	struct waiter waiter;
	uint32_t told;			/* atomic */
	struct timer timer;
	uint32_t rung;			/* atomic */
};

static void told(struct poll_watch *watch, uint32_t events)
{
	struct wait *wait = CONTAINER_OF(watch, struct wait, watch);

	(void)events;
	waiter_wake_task(&wait->waiter);
	/* release: the last touch; pairs with the acquire in file_wait */
	__atomic_store_n(&wait->told, 1, __ATOMIC_RELEASE);
}

static void rung(struct timer *timer)
{
	struct wait *wait = CONTAINER_OF(timer, struct wait, timer);

	waiter_wake_task(&wait->waiter);
	__atomic_store_n(&wait->rung, 1, __ATOMIC_RELEASE);
}

/* A timer that is armed, or on its way to `rung`. */
static void stop(struct wait *wait)
{
	if (!timer_cancel(&wait->timer))
		while (!__atomic_load_n(&wait->rung, __ATOMIC_ACQUIRE))
			;
}

int file_wait(struct file *file, uint32_t events)
{
	return file_wait_until(file, events, ~0ul);
}

int file_wait_until(struct file *file, uint32_t events, uint64_t deadline_ns)
{
	struct poll_queue *queue;
	int error = 0;

	while (!error && !(file_poll(file, &queue) & (events | POLL_ALWAYS))) {
		struct wait wait = { .watch = { .events = events, .tell = told } };

		if (!queue)
			return -EBADF;
		if (deadline_ns != ~0ul && time_now_ns() >= deadline_ns)
			return -ETIME;
		waiter_init_current(&wait.waiter);
		timer_init(&wait.timer, rung);
		if (deadline_ns != ~0ul)
			timer_start(&wait.timer, deadline_ns);
		poll_watch(queue, &wait.watch);
		if (!(file_poll(file, &queue) & (events | POLL_ALWAYS)))
			error = task_wait(true);
		if (!poll_unwatch(queue, &wait.watch))
			while (!__atomic_load_n(&wait.told, __ATOMIC_ACQUIRE))
				;
		if (deadline_ns != ~0ul)
			stop(&wait);
	}
	return error;
}
