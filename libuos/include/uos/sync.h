/*
 * Coroutines that wait for each other: mutexes, events, channels.  Nothing here
 * asks the kernel.  Waiters are served in the order in which they came.
 * Included by <uos.h>.
 */
#ifndef UOS_SYNC_H
#define UOS_SYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct uos_waiter;

/* Waiters in order, behind a lock that is held for a few instructions.  A part
 * of the structs below; programs do not touch it. */
struct uos_wait_list {
	uint32_t lock;
	uint32_t reserved;
	struct uos_waiter *first;
	struct uos_waiter *last;
};

/* ---- mutex ------------------------------------------------------------------ */

/* All bytes zero is an unlocked mutex: UOS_MUTEX_INIT, or uos_mutex_init(). */
struct uos_mutex {
	struct uos_wait_list waiters;
	uint32_t locked;
	uint32_t reserved;
};

#define UOS_MUTEX_INIT	{ { 0, 0, 0, 0 }, 0, 0 }

void uos_mutex_init(struct uos_mutex *mutex);

/* WAITS till it is the caller's.  Not interruptible, not recursive. */
void uos_mutex_lock(struct uos_mutex *mutex);

/* True if it is the caller's now.  Does not wait. */
bool uos_mutex_try_lock(struct uos_mutex *mutex);

/* Hands it to the one who has waited longest.  Does not wait. */
void uos_mutex_unlock(struct uos_mutex *mutex);

/* ---- event ------------------------------------------------------------------ */

/* A flag to wait for.  All bytes zero is one that is not set: UOS_EVENT_INIT,
 * or uos_event_init(). */
struct uos_event {
	struct uos_wait_list waiters;
	uint32_t set;
	uint32_t reserved;
};

#define UOS_EVENT_INIT	{ { 0, 0, 0, 0 }, 0, 0 }

void uos_event_init(struct uos_event *event);

/* Returns at once if it is set.  WAITS, INTERRUPTIBLE.  0 or -ECANCELED. */
int uos_event_wait(struct uos_event *event);

/* Sets it and wakes all who wait; it stays set until uos_event_clear().  Do not
 * wait; any coroutine may call them. */
void uos_event_set(struct uos_event *event);
void uos_event_clear(struct uos_event *event);

/* ---- channel ---------------------------------------------------------------- */

struct uos_channel;

/* A bounded queue of `slots` (1 or more) messages of `slot_bytes` bytes each,
 * for any number of senders and receivers.  NULL: no memory, or slots is 0. */
struct uos_channel *uos_channel_create(size_t slots, size_t slot_bytes);

/* Copies a message in, waiting while it is full.  WAITS, INTERRUPTIBLE.
 * 0, -EPIPE (closed), -ECANCELED. */
int uos_channel_send(struct uos_channel *channel, const void *message);

/* Copies the oldest message out, waiting while there is none.  What was sent
 * before the channel was closed is still received.  WAITS, INTERRUPTIBLE.
 * 0, -EPIPE (closed and empty), -ECANCELED. */
int uos_channel_receive(struct uos_channel *channel, void *message);

/* The same without waiting: -EAGAIN. */
int uos_channel_try_send(struct uos_channel *channel, const void *message);
int uos_channel_try_receive(struct uos_channel *channel, void *message);

/* No more sends; all who wait wake up.  Any number of times. */
void uos_channel_close(struct uos_channel *channel);

/* Frees it.  Nobody may be using it, or wait in it. */
void uos_channel_destroy(struct uos_channel *channel);

#ifdef __cplusplus
}
#endif
#endif
