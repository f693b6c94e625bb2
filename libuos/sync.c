/*
 * Mutexes and events, and the list of waiters under them and under channels.
 *
 * A waiter is a record on its coroutine's stack, in a list behind a lock that is
 * held for a few instructions and never over a switch.  Who ends the wait takes
 * the record out of the list, writes its result and wakes the task, all under the
 * lock; the result is the last word that is written, for after it the record may
 * be gone.  A waiter that is cancelled takes itself out, under the lock: if the
 * record is no longer there, its wait was ended first and that result stands.
 *
 * With one executor the lock is never found taken: a coroutine gives the hart up
 * only between critical sections.  With several, one that is cut off inside holds
 * up those alone who want the same lock: they give the hart up, and sleep a little
 * if that does not help, so that somebody less urgent gets it too.  An interrupt does not
 * switch while one is held (uos_hold()); it may come before the lock is known to be, so
 * nothing switches in this file (user.ld).
 */
#include "libuos/waiter.h"

#include <errno.h>

#include "uos/sync.h"
#include "uos/sys.h"

#define YIELDS		8u
#define LOCK_SLEEP_NS	100000u

void uos_wait_list_lock_bare(struct uos_wait_list *list)
{
	unsigned int tries = 0;

	while (__atomic_exchange_n(&list->lock, 1, __ATOMIC_ACQUIRE)) {
		if (++tries % YIELDS)
			uos_sys_yield();
		else
			uos_sys_sleep_ns(LOCK_SLEEP_NS);
	}
}

void uos_wait_list_unlock_bare(struct uos_wait_list *list)
{
	__atomic_store_n(&list->lock, 0, __ATOMIC_RELEASE);
}

void uos_wait_list_lock(struct uos_wait_list *list)
{
	uos_wait_list_lock_bare(list);
	uos_hold(uos_executor_self());
}

void uos_wait_list_unlock(struct uos_wait_list *list)
{
	uos_wait_list_unlock_bare(list);
	uos_let_go(uos_executor_self());
	uos_check_due();
}

void uos_wait_list_append(struct uos_wait_list *list, struct uos_waiter *waiter)
{
	waiter->task = uos_task_self();
	waiter->result = WAITER_WAITS;
	waiter->next = NULL;
	waiter->previous = list->last;
	if (list->last)
		list->last->next = waiter;
	else
		list->first = waiter;
	list->last = waiter;
}

static void wait_list_remove(struct uos_wait_list *list, struct uos_waiter *waiter)
{
	if (waiter->previous)
		waiter->previous->next = waiter->next;
	else
		list->first = waiter->next;
	if (waiter->next)
		waiter->next->previous = waiter->previous;
	else
		list->last = waiter->previous;
}

void uos_waiter_end(struct uos_wait_list *list, struct uos_waiter *waiter, int32_t result)
{
	uint32_t number = uos_task_number(waiter->task);

	wait_list_remove(list, waiter);
	__atomic_store_n(&waiter->result, result, __ATOMIC_RELEASE);
	uos_wake(uos_executor_self(), number);
}

static int32_t waiter_result(const struct uos_waiter *waiter)
{
	return __atomic_load_n(&waiter->result, __ATOMIC_ACQUIRE);
}

void uos_waiter_wait(struct uos_waiter *waiter)
{
	while (waiter_result(waiter) == WAITER_WAITS)
		uos_block();
}

int32_t uos_waiter_wait_interruptible(struct uos_wait_list *list, struct uos_wait_list *lock,
				      struct uos_waiter *waiter)
{
	struct uos_task *self = waiter->task;

	__atomic_store_n(&self->waiting, WAITING_INTERRUPTIBLE, __ATOMIC_RELAXED);
	while (waiter_result(waiter) == WAITER_WAITS) {
		if (__atomic_load_n(&self->waiting, __ATOMIC_RELAXED) != WAITING_CANCELLED) {
			uos_block();
			continue;
		}
		uos_wait_list_lock(lock);
		if (waiter->result == WAITER_WAITS) {
			wait_list_remove(list, waiter);
			waiter->result = -ECANCELED;
		}
		uos_wait_list_unlock(lock);
	}
	__atomic_store_n(&self->waiting, WAITING_NOT, __ATOMIC_RELAXED);
	return waiter_result(waiter);
}

/* ---- mutex ------------------------------------------------------------------------ */

void uos_mutex_init(struct uos_mutex *mutex)
{
	*mutex = (struct uos_mutex)UOS_MUTEX_INIT;
}

bool uos_mutex_try_lock(struct uos_mutex *mutex)
{
	return !__atomic_exchange_n(&mutex->locked, 1, __ATOMIC_ACQUIRE);
}

/* `locked` stays set while the mutex is handed on.  It is cleared under the list's
 * lock alone, so a waiter that found it set there is in the list before that. */
void uos_mutex_lock(struct uos_mutex *mutex)
{
	struct uos_waiter waiter;

	if (uos_mutex_try_lock(mutex))
		return;
	uos_wait_list_lock(&mutex->waiters);
	if (uos_mutex_try_lock(mutex)) {
		uos_wait_list_unlock(&mutex->waiters);
		return;
	}
	uos_wait_list_append(&mutex->waiters, &waiter);
	uos_wait_list_unlock(&mutex->waiters);
	uos_waiter_wait(&waiter);
}

void uos_mutex_unlock(struct uos_mutex *mutex)
{
	uos_wait_list_lock(&mutex->waiters);
	if (mutex->waiters.first)
		uos_waiter_end(&mutex->waiters, mutex->waiters.first, 0);
	else
		__atomic_store_n(&mutex->locked, 0, __ATOMIC_RELEASE);
	uos_wait_list_unlock(&mutex->waiters);
}

/* ---- event ------------------------------------------------------------------------ */

void uos_event_init(struct uos_event *event)
{
	*event = (struct uos_event)UOS_EVENT_INIT;
}

int uos_event_wait(struct uos_event *event)
{
	struct uos_waiter waiter;

	uos_wait_list_lock(&event->waiters);
	if (event->set) {
		uos_wait_list_unlock(&event->waiters);
		return 0;
	}
	uos_wait_list_append(&event->waiters, &waiter);
	uos_wait_list_unlock(&event->waiters);
	return uos_waiter_wait_interruptible(&event->waiters, &event->waiters, &waiter);
}

void uos_event_set(struct uos_event *event)
{
	uos_wait_list_lock(&event->waiters);
	event->set = 1;
	while (event->waiters.first)
		uos_waiter_end(&event->waiters, event->waiters.first, 0);
	uos_wait_list_unlock(&event->waiters);
}

void uos_event_clear(struct uos_event *event)
{
	uos_wait_list_lock(&event->waiters);
	event->set = 0;
	uos_wait_list_unlock(&event->waiters);
}
