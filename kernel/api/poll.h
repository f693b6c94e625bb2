/*
 * Waiting for what becomes of a file, without a stack: a watch is a record in the
 * file's poll queue, which is told of events.
 *
 * A watch is told once: it is taken out of the queue, and then belongs to who tells
 * it, who calls `tell` with no lock held; that may end it or put it in again.  What a
 * watch is told of may be over: look at the file.  No event is lost if one puts the
 * watch in first and looks at the file then, and who changes a file does so before it
 * calls poll_tell.
 *
 * poll_watch and poll_unwatch may be called with ring->lock or another's own lock
 * held; poll_tell with none.  Any context.
 */
#ifndef KERNEL_API_POLL_H
#define KERNEL_API_POLL_H

#include "abi/poll.h"
#include "kernel/api/base.h"
#include "kernel/api/lock.h"

#define POLL_ALWAYS	(ABI_POLLERR | ABI_POLLHUP)
/* told, beside events: by the completions of a ring */
#define POLL_BY_RING	(1u << 27)
#define POLL_READABLE	(ABI_POLLIN | ABI_POLLRDNORM)
#define POLL_WRITABLE	(ABI_POLLOUT | ABI_POLLWRNORM)

struct poll_queue {
	struct spinlock lock;		/* a leaf */
	struct list watches;		/* first come, first told */
};

struct poll_watch {
	struct list node;		/* queue's lock */
	bool waits;			/* queue's lock: it is in the queue */
	uint32_t events;		/* wanted; POLL_ALWAYS besides */
	void (*tell)(struct poll_watch *watch, uint32_t events);
};

static inline void poll_queue_init(struct poll_queue *queue)
{
	queue->lock = (struct spinlock){ 0 };
	list_init(&queue->watches);
}

void poll_watch(struct poll_queue *queue, struct poll_watch *watch);
/* True: it was still in, and is the caller's.  False: it was not, or is being told. */
bool poll_unwatch(struct poll_queue *queue, struct poll_watch *watch);
void poll_tell_watches(struct poll_queue *queue, uint32_t events);

static inline void poll_tell(struct poll_queue *queue, uint32_t events)
{
	/* full fence: the file was changed before we look who watches, pairs with
	 * the one in poll_watch */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (UNLIKELY(READ_ONCE(queue->watches.next) != &queue->watches))
		poll_tell_watches(queue, events);
}

#endif
