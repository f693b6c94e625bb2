/* Waiting until something can be done with a file: a coroutine's own watch. */
#include "fs/vfs.h"
#include "kernel/api/poll.h"

struct wait {
	struct poll_watch watch;
	struct waiter waiter;
	uint32_t told;			/* atomic */
};

static void told(struct poll_watch *watch, uint32_t events)
{
	struct wait *wait = CONTAINER_OF(watch, struct wait, watch);

	(void)events;
	waiter_wake_task(&wait->waiter);
	/* release: the last touch; pairs with the acquire in file_wait */
	__atomic_store_n(&wait->told, 1, __ATOMIC_RELEASE);
}

int file_wait(struct file *file, uint32_t events)
{
	struct poll_queue *queue;
	int error = 0;

	while (!error && !(file_poll(file, &queue) & (events | POLL_ALWAYS))) {
		struct wait wait = { .watch = { .events = events, .tell = told } };

		if (!queue)
			return -EBADF;
		waiter_init_current(&wait.waiter);
		poll_watch(queue, &wait.watch);
		if (!(file_poll(file, &queue) & (events | POLL_ALWAYS)))
			error = task_wait(true);
		if (!poll_unwatch(queue, &wait.watch))
			while (!__atomic_load_n(&wait.told, __ATOMIC_ACQUIRE))
				;
	}
	return error;
}
