/*
 * An end of a stream (a pipe's, an event counter's): operations on it come one at a
 * time, in the order in which they were asked for, each when there is something to
 * do for it.
 *
 * The stream's own spinlock guards all of it and is held in each call.  Whoever
 * changes the stream calls stream_update; that hands the end to the first who waits,
 * if it is ready for him, and nobody can come before him.
 */
#ifndef FS_STREAM_H
#define FS_STREAM_H

#include "kernel/api/base.h"
#include "kernel/api/lock.h"
#include "kernel/api/wait.h"

struct stream_end {
	struct list waiting;		/* struct stream_wait, in order */
	bool busy;			/* an operation has its turn */
	/* whether one that needs so much (bytes, room) could go on now */
	bool (*ready)(const struct stream_end *end, uint64_t need);
};

void stream_end_init(struct stream_end *end,
		     bool (*ready)(const struct stream_end *end, uint64_t need));

/* Its turn is here at once: it would neither wait nor overtake. */
static inline bool stream_is_free(const struct stream_end *end)
{
	return !end->busy && list_empty(&end->waiting);
}

/* Waits (letting go of the lock) until its turn is here and the end is ready.  0: it
 * is busy with the caller; -EAGAIN if it may not wait, -ECANCELED. */
int stream_enter(struct stream_end *end, struct spinlock *lock, uint64_t need, bool may_wait);
/* Whose turn it is waits again, in front of all others: 0, or -ECANCELED and it is
 * its turn no longer. */
int stream_wait_again(struct stream_end *end, struct spinlock *lock, uint64_t need);
/* The turn is over. */
static inline void stream_leave(struct stream_end *end)
{
	end->busy = false;
}
void stream_grant(struct stream_end *end);
static inline void stream_update(struct stream_end *end)
{
	if (UNLIKELY(!list_empty(&end->waiting)))
		stream_grant(end);
}

#endif
