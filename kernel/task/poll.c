/* Poll queues; see kernel/api/poll.h. */
#include "kernel/api/poll.h"

void poll_watch(struct poll_queue *queue, struct poll_watch *watch)
{
	spinlock_acquire(&queue->lock);
	watch->waits = true;
	list_push_back(&queue->watches, &watch->node);
	spinlock_release(&queue->lock);
	/* full fence: the watch is in before the file is looked at, pairs with the
	 * one in poll_tell */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool poll_unwatch(struct poll_queue *queue, struct poll_watch *watch)
{
	bool was;

	spinlock_acquire(&queue->lock);
	was = watch->waits;
	if (was)
		list_remove(&watch->node);
	watch->waits = false;
	spinlock_release(&queue->lock);
	return was;
}

void poll_tell_watches(struct poll_queue *queue, uint32_t events)
{
	struct list told, *node, *following;

	list_init(&told);
	spinlock_acquire(&queue->lock);
	LIST_FOR_EACH_SAFE(node, following, &queue->watches) {
		struct poll_watch *watch = CONTAINER_OF(node, struct poll_watch, node);

		if (!((watch->events | POLL_ALWAYS) & events))
			continue;
		list_remove(node);
		watch->waits = false;
		list_push_back(&told, node);
	}
	spinlock_release(&queue->lock);
	while ((node = list_pop_front(&told)) != NULL) {
		struct poll_watch *watch = CONTAINER_OF(node, struct poll_watch, node);

		watch->tell(watch, events);
	}
}
