/*
 * Waiters in a list; sync.c states the rules.  For sync.c and channel.c.
 */
#ifndef LIBUOS_WAITER_H
#define LIBUOS_WAITER_H

#include "libuos/internal.h"
#include "uos/sync.h"

#define WAITER_WAITS	1	/* uos_waiter.result: none yet */

struct uos_waiter {
	struct uos_waiter *next;
	struct uos_waiter *previous;
	struct uos_task *task;
	void *message;			/* a channel's */
	int32_t result;			/* 0 or less once the wait has ended */
};

void uos_wait_list_lock(struct uos_wait_list *list);
void uos_wait_list_unlock(struct uos_wait_list *list);

/* The same where tp is nobody's: the caller holds its executor. */
void uos_wait_list_lock_bare(struct uos_wait_list *list);
void uos_wait_list_unlock_bare(struct uos_wait_list *list);

/* Under the lock: the caller will wait in `list`. */
void uos_wait_list_append(struct uos_wait_list *list, struct uos_waiter *waiter);

/* Under the lock: ends another's wait. */
void uos_waiter_end(struct uos_wait_list *list, struct uos_waiter *waiter, int32_t result);

/* Without the lock. */
void uos_waiter_wait(struct uos_waiter *waiter);

/* Without it; `lock` is the one of the two lists that guards `list`.  The result
 * that ended the wait, or -ECANCELED. */
int32_t uos_waiter_wait_interruptible(struct uos_wait_list *list, struct uos_wait_list *lock,
				      struct uos_waiter *waiter);

#endif
