/*
 * The slow half of a ring's turn: waiting for it, handing it over.
 *
 * Whoever finds the turn held comes here, and has perhaps made WANTED a HELD by
 * his swap; so under the lock he swaps WANTED in.  If the holder left in between
 * (HELD to FREE, seeing nobody), that swap finds FREE and gets the turn, and, since
 * it stays WANTED, hands it on to whoever queued before.  A holder that leaves a
 * WANTED turn makes it HELD by his decrement: nobody else can take it while he
 * looks for the next; if more wait he makes it WANTED again.
 */
#include "kernel/ring/object.h"

struct turn_waiter {
	struct list node;		/* turn->lock */
	struct task *task;
	uint32_t granted;		/* atomic */
};

void turn_init(struct turn *turn)
{
	*turn = (struct turn){ .state = TURN_FREE };
	list_init(&turn->waiters);
}

void turn_wait(struct turn *turn)
{
	struct turn_waiter self = { .task = task_current() };

	spinlock_acquire(&turn->lock);
	/* acquire: pairs with the release in turn_leave, if it became free */
	if (__atomic_exchange_n(&turn->state, TURN_WANTED, __ATOMIC_ACQUIRE) == TURN_FREE) {
		spinlock_release(&turn->lock);
		return;
	}
	list_push_back(&turn->waiters, &self.node);
	spinlock_release(&turn->lock);
	/* acquire: what the turn guards, pairs with the release in turn_hand_over */
	while (!__atomic_load_n(&self.granted, __ATOMIC_ACQUIRE))
		task_wait(false);
	/* whoever granted it wakes us with the lock held: let him be done first */
	spinlock_acquire(&turn->lock);
	spinlock_release(&turn->lock);
}

void turn_hand_over(struct turn *turn)
{
	struct list *node;

	spinlock_acquire(&turn->lock);
	node = list_pop_front(&turn->waiters);
	if (node) {
		struct turn_waiter *next = CONTAINER_OF(node, struct turn_waiter, node);
		struct task *task = next->task;

		/* the turn stays held; those who still wait were seen by nobody else */
		if (!list_empty(&turn->waiters))
			__atomic_store_n(&turn->state, TURN_WANTED, __ATOMIC_RELAXED);
		__atomic_store_n(&next->granted, 1, __ATOMIC_RELEASE);
		task_wake(task);
	} else {
		__atomic_store_n(&turn->state, TURN_FREE, __ATOMIC_RELEASE);
	}
	spinlock_release(&turn->lock);
}
