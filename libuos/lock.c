/*
 * picolibc's locks, as coroutine mutexes that their owner may take again.
 * One is for the library as a whole (malloc, atexit); each FILE that fopen()
 * makes has another.
 */
#include <stdlib.h>
#include <sys/lock.h>
#include <uos.h>

struct __lock {
	struct uos_mutex mutex;
	struct uos_task *owner;		/* written by the owner alone */
	uint32_t depth;
};

struct __lock __lock___libc_recursive_mutex;

/* A failure shows itself as a null lock, which the calls below pass over: a FILE
 * without memory for its lock works, for one coroutine at a time. */
void __retarget_lock_init(_LOCK_T *lock)
{
	*lock = calloc(1, sizeof(struct __lock));
}

void __retarget_lock_close(_LOCK_T lock)
{
	free(lock);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
	struct uos_task *self = uos_task_self();

	if (!lock)
		return;
	if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != self || !lock->depth) {
		uos_mutex_lock(&lock->mutex);
		__atomic_store_n(&lock->owner, self, __ATOMIC_RELAXED);
	}
	lock->depth++;
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
	struct uos_task *self = uos_task_self();

	if (!lock)
		return 1;
	if (__atomic_load_n(&lock->owner, __ATOMIC_RELAXED) != self || !lock->depth) {
		if (!uos_mutex_try_lock(&lock->mutex))
			return 0;
		__atomic_store_n(&lock->owner, self, __ATOMIC_RELAXED);
	}
	lock->depth++;
	return 1;
}

void __retarget_lock_release(_LOCK_T lock)
{
	if (!lock || --lock->depth)
		return;
	__atomic_store_n(&lock->owner, NULL, __ATOMIC_RELAXED);
	uos_mutex_unlock(&lock->mutex);
}

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
	__retarget_lock_init(lock);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
	__retarget_lock_close(lock);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
	__retarget_lock_acquire(lock);
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
	return __retarget_lock_try_acquire(lock);
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
	__retarget_lock_release(lock);
}
