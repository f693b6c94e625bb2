/* Ends of streams; see fs/stream.h. */
#include "fs/stream.h"

struct stream_wait {
	struct list node;		/* end->waiting */
	struct waiter waiter;
	uint64_t need;
	bool granted;
};

void stream_end_init(struct stream_end *end,
		     bool (*ready)(const struct stream_end *end, uint64_t need))
{
	list_init(&end->waiting);
	end->busy = false;
	end->ready = ready;
}

void stream_grant(struct stream_end *end)
{
	struct stream_wait *first;

	if (end->busy || list_empty(&end->waiting))
		return;
	first = CONTAINER_OF(end->waiting.next, struct stream_wait, node);
	if (!end->ready(end, first->need))
		return;
	list_remove(&first->node);
	end->busy = true;
	first->granted = true;
	/* it takes the lock before it goes on: it outlives this call */
	waiter_wake_task(&first->waiter);
}

static int wait_for_turn(struct stream_end *end, struct spinlock *lock, struct stream_wait *self)
{
	int error = 0;

	while (!self->granted && !error) {
		spinlock_release(lock);
		error = task_wait(true);
		spinlock_acquire(lock);
	}
	if (self->granted)	/* and perhaps cancelled too late */
		return 0;
	list_remove(&self->node);
	/* who comes next may need less */
	stream_update(end);
	return error;
}

int stream_enter(struct stream_end *end, struct spinlock *lock, uint64_t need, bool may_wait)
{
	struct stream_wait self = { .need = need };

	if (stream_is_free(end) && end->ready(end, need)) {
		end->busy = true;
		return 0;
	}
	if (!may_wait)
		return -EAGAIN;
	waiter_init_current(&self.waiter);
	list_push_back(&end->waiting, &self.node);
	return wait_for_turn(end, lock, &self);
}

int stream_wait_again(struct stream_end *end, struct spinlock *lock, uint64_t need)
{
	struct stream_wait self = { .need = need };

	if (end->ready(end, need))
		return 0;
	waiter_init_current(&self.waiter);
	list_push_front(&end->waiting, &self.node);
	end->busy = false;
	return wait_for_turn(end, lock, &self);
}
