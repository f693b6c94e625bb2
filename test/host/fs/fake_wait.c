/*
 * kernel/api/wait.h on the host, for one thread: locks are counted, and whoever
 * would have to wait fails the test.
 */
#include "fake.h"
#include "kernel/api/coroutine.h"
#include "kernel/api/wait.h"

static uint64_t now_ns;

void mutex_init(struct mutex *mutex)
{
	wait_queue_init(&mutex->queue);
	mutex->held = false;
}

void mutex_lock(struct mutex *mutex)
{
	CHECK(!mutex->held, "would wait for a mutex for ever");
	mutex->held = true;
}

int mutex_lock_interruptible(struct mutex *mutex)
{
	mutex_lock(mutex);
	return 0;
}

void mutex_unlock(struct mutex *mutex)
{
	CHECK(mutex->held);
	mutex->held = false;
}

void wait_queue_init(struct wait_queue *queue)
{
	list_init(&queue->waiters);
}

void wait_queue_add(struct wait_queue *queue, struct waiter *waiter)
{
	list_push_back(&queue->waiters, &waiter->node);
}

bool wait_queue_remove(struct wait_queue *queue, struct waiter *waiter)
{
	(void)queue;
	list_remove(&waiter->node);
	return true;
}

unsigned wait_queue_wake_all(struct wait_queue *queue)
{
	CHECK(list_empty(&queue->waiters));
	return 0;
}

unsigned wait_queue_wake_one(struct wait_queue *queue)
{
	return wait_queue_wake_all(queue);
}

/* Write-back: it never gets a turn here, nor does its time come. */
int coroutine_start(void (*entry)(void *argument), void *argument)
{
	(void)entry;
	(void)argument;
	return 0;
}

void timer_init(struct timer *timer, void (*fire)(struct timer *timer))
{
	timer->fire = fire;
}

void timer_start(struct timer *timer, uint64_t deadline_ns)
{
	timer->deadline_ns = deadline_ns;
}

void waiter_init_current(struct waiter *waiter)
{
	*waiter = (struct waiter){ .task = NULL };
}

void waiter_wake_task(struct waiter *waiter)
{
	(void)waiter;
}

int task_wait(bool interruptible)
{
	CHECK(interruptible, "would wait for ever");
	return -ECANCELED;		/* somebody gives up for us */
}

int task_breathe(void)
{
	return 0;
}

void event_init(struct event *event)
{
	event->state = 0;
}

void event_set(struct event *event)
{
	event->state = 1;
}

void event_wait(struct event *event)
{
	CHECK(event->state == 1, "would wait for an event for ever");
}

uint64_t time_now_ns(void)
{
	return now_ns += 1000;
}
