/*
 * How kernel code waits: wait queues, events, mutexes, sleep.  All of these
 * suspend the calling coroutine, never the hart; so they may be called in a
 * coroutine only (an op handler, a trap's handler, a server), with no spinlock
 * held.  The waking side may be called anywhere, interrupt handlers included,
 * also with spinlocks held.
 *
 * Interruptible waits end with -ECANCELED when the operation is cancelled or
 * its process is ended; the others (a device still writes to memory) do not.
 */
#ifndef KERNEL_API_WAIT_H
#define KERNEL_API_WAIT_H

#include "kernel/api/base.h"
#include "kernel/api/lock.h"

struct task;

/* ---- wait queue ----------------------------------------------------------- */

struct wait_queue {
	struct spinlock lock;		/* `waiters`, and each waiter's node */
	struct list waiters;		/* first in, first woken */
};

/*
 * One who waits.  `wake` is called once, with the queue's lock held and the
 * waiter already taken out; it must not touch the queue.  For a coroutine it is
 * waiter_wake_task; a record that is parked without a stack has its own.
 */
struct waiter {
	struct list node;
	void (*wake)(struct waiter *waiter);
	struct task *task;
};

#define WAIT_QUEUE_INIT(name) \
	{ .waiters = { .next = &(name).waiters, .previous = &(name).waiters } }

void wait_queue_init(struct wait_queue *queue);
/* Puts a waiter at the end / takes it out if it is still in.  Any context. */
void wait_queue_add(struct wait_queue *queue, struct waiter *waiter);
/* True if it was still in: its wake has not been, and will not be, called. */
bool wait_queue_remove(struct wait_queue *queue, struct waiter *waiter);
/* Wakes the first / all.  Any context.  Number woken. */
unsigned wait_queue_wake_one(struct wait_queue *queue);
unsigned wait_queue_wake_all(struct wait_queue *queue);

/* A waiter for the calling coroutine. */
void waiter_init_current(struct waiter *waiter);
void waiter_wake_task(struct waiter *waiter);

/*
 * Suspends the calling coroutine until somebody wakes it; may return for no
 * reason, so look again.  interruptible: -ECANCELED at once and whenever the
 * coroutine is cancelled; else 0.
 */
int task_wait(bool interruptible);

/*
 * Waits until `condition` holds, which is looked at again after each wake-up,
 * without a lock: it must be an atomic read, or be rechecked by the caller.
 * Value: 0, or -ECANCELED (interruptible only).
 */
#define WAIT_UNTIL(queue, condition, interruptible) ({			\
	int wait_result_ = 0;						\
	bool wait_met_;							\
	while (!(wait_met_ = (condition))) {				\
		struct waiter waiter_;					\
		waiter_init_current(&waiter_);				\
		wait_queue_add(queue, &waiter_);			\
		wait_met_ = (condition);				\
		if (!wait_met_)						\
			wait_result_ = task_wait(interruptible);	\
		if (!wait_queue_remove(queue, &waiter_) &&		\
		    (wait_met_ || wait_result_))			\
			/* woken, but it needs no waking: others look instead */ \
			wait_queue_wake_all(queue);			\
		if (wait_met_ || wait_result_)				\
			break;						\
	}								\
	wait_result_;							\
})

/* ---- event: happens once; one coroutine waits for it, uninterruptibly ------ */

struct event {
	uint64_t state;			/* atomic: 0, who waits, being set, set */
};

void event_init(struct event *event);
void event_set(struct event *event);	/* any context; the event may be gone right after */
void event_wait(struct event *event);

/* ---- mutex: held across suspensions, first come first served --------------- */

struct mutex {
	struct wait_queue queue;
	bool held;			/* queue.lock */
};

void mutex_init(struct mutex *mutex);
void mutex_lock(struct mutex *mutex);			/* uninterruptible */
int mutex_lock_interruptible(struct mutex *mutex);	/* 0 or -ECANCELED */
void mutex_unlock(struct mutex *mutex);

/* ---- time ------------------------------------------------------------------ */

/* Nanoseconds since boot.  Any context. */
uint64_t time_now_ns(void);
/* Interruptible.  0 when the time has come, or -ECANCELED. */
int task_sleep_until_ns(uint64_t deadline_ns);

/*
 * For work longer than a few thousand instructions: lets others run and takes
 * pending interrupts.  -ECANCELED if this work need not be finished.
 */
int task_breathe(void);

struct timer {
	uint64_t deadline_ns;
	void (*fire)(struct timer *timer);	/* interrupt context */
	/* the timer queue's own */
	struct timer *child, *sibling, *previous;
	uint32_t hart;
	uint32_t state;
};

void timer_init(struct timer *timer, void (*fire)(struct timer *timer));
/* Arms it; it must not be armed.  Any context. */
void timer_start(struct timer *timer, uint64_t deadline_ns);
/* True if it was still armed: `fire` was not, and will not be, called.  False:
 * it has fired, or is being fired on another hart right now. */
bool timer_cancel(struct timer *timer);

#endif
