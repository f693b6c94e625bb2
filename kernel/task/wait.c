/*
 * Wait queues, events, mutexes; see kernel/api/wait.h.
 *
 * A waker calls a waiter's wake() with the queue's lock held, and whoever waited
 * takes that lock in wait_queue_remove before it goes on: so the waiter, and its
 * task, exist until the waker is done with them.
 */
#include "kernel/api/wait.h"

#include "kernel/task/task.h"

/* event.state: one of these, or the address of the task that waits */
#define EVENT_CLEAR	0ul
#define EVENT_SETTING	1ul
#define EVENT_SET	2ul

void wait_queue_init(struct wait_queue *queue)
{
	queue->lock = (struct spinlock){ 0 };
	list_init(&queue->waiters);
}

void wait_queue_add(struct wait_queue *queue, struct waiter *waiter)
{
	spinlock_acquire(&queue->lock);
	list_push_back(&queue->waiters, &waiter->node);
	spinlock_release(&queue->lock);
	/* pairs with the fence in wake: the waiter is in before it looks at the
	 * condition again, the condition is changed before the queue is looked at */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

bool wait_queue_remove(struct wait_queue *queue, struct waiter *waiter)
{
	bool was_in;

	spinlock_acquire(&queue->lock);
	/* a zero node was never in any queue */
	was_in = waiter->node.next != NULL && !list_empty(&waiter->node);
	if (was_in)
		list_remove(&waiter->node);
	spinlock_release(&queue->lock);
	return was_in;
}

static unsigned wake(struct wait_queue *queue, unsigned most)
{
	unsigned count = 0;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (READ_ONCE(queue->waiters.next) == &queue->waiters)
		return 0;
	spinlock_acquire(&queue->lock);
	while (count < most && !list_empty(&queue->waiters)) {
		struct list *node = list_pop_front(&queue->waiters);
		struct waiter *waiter = CONTAINER_OF(node, struct waiter, node);

		waiter->wake(waiter);
		count++;
	}
	spinlock_release(&queue->lock);
	return count;
}

unsigned wait_queue_wake_one(struct wait_queue *queue)
{
	return wake(queue, 1);
}

unsigned wait_queue_wake_all(struct wait_queue *queue)
{
	return wake(queue, ~0u);
}

void waiter_wake_task(struct waiter *waiter)
{
	task_wake(waiter->task);
}

void waiter_init_current(struct waiter *waiter)
{
	list_init(&waiter->node);
	waiter->wake = waiter_wake_task;
	waiter->task = task_current();
}

/* ---- events ------------------------------------------------------------------- */

void event_init(struct event *event)
{
	event->state = EVENT_CLEAR;
}

void event_set(struct event *event)
{
	uint64_t before = __atomic_exchange_n(&event->state, EVENT_SETTING, __ATOMIC_ACQ_REL);

	ASSERT(before != EVENT_SET && before != EVENT_SETTING);
	if (before != EVENT_CLEAR)
		task_wake((struct task *)before);
	/* release: from here on the waiter, its task and the event may be gone */
	__atomic_store_n(&event->state, EVENT_SET, __ATOMIC_RELEASE);
}

void event_wait(struct event *event)
{
	uint64_t state = EVENT_CLEAR;

	if (!__atomic_compare_exchange_n(&event->state, &state, (uint64_t)task_current(), false,
					 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		ASSERT(state == EVENT_SETTING || state == EVENT_SET);
	while ((state = __atomic_load_n(&event->state, __ATOMIC_ACQUIRE)) != EVENT_SET)
		/* SETTING: another hart is a few instructions away from done */
		if (state != EVENT_SETTING)
			task_wait(false);
}

/* ---- mutexes ------------------------------------------------------------------- */

struct mutex_waiter {
	struct waiter waiter;
	bool granted;			/* queue.lock; atomic for the waiter's own look */
};

void mutex_init(struct mutex *mutex)
{
	wait_queue_init(&mutex->queue);
	mutex->held = false;
}

static void mutex_grant(struct waiter *waiter)
{
	struct mutex_waiter *self = CONTAINER_OF(waiter, struct mutex_waiter, waiter);

	__atomic_store_n(&self->granted, true, __ATOMIC_RELEASE);
	task_wake(waiter->task);
}

static int lock(struct mutex *mutex, bool interruptible)
{
	struct mutex_waiter self = { .granted = false };
	int result = 0;

	waiter_init_current(&self.waiter);
	self.waiter.wake = mutex_grant;
	spinlock_acquire(&mutex->queue.lock);
	if (!mutex->held) {
		mutex->held = true;
		spinlock_release(&mutex->queue.lock);
		return 0;
	}
	list_push_back(&mutex->queue.waiters, &self.waiter.node);
	spinlock_release(&mutex->queue.lock);
	while (!__atomic_load_n(&self.granted, __ATOMIC_ACQUIRE) && result == 0)
		result = task_wait(interruptible);
	/* also the hand-shake with the one who granted it: it is done with us */
	if (wait_queue_remove(&mutex->queue, &self.waiter))
		return result;
	if (result)
		mutex_unlock(mutex);
	return result;
}

void mutex_lock(struct mutex *mutex)
{
	lock(mutex, false);
}

int mutex_lock_interruptible(struct mutex *mutex)
{
	return lock(mutex, true);
}

void mutex_unlock(struct mutex *mutex)
{
	struct list *node;

	spinlock_acquire(&mutex->queue.lock);
	ASSERT(mutex->held);
	node = list_pop_front(&mutex->queue.waiters);
	if (node)
		mutex_grant(CONTAINER_OF(node, struct waiter, node));
	else
		mutex->held = false;
	spinlock_release(&mutex->queue.lock);
}
