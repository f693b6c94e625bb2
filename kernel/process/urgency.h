/*
 * How urgent a thread is in the kernel's pool.
 *
 * One scale for all: a thread's level there is that of the best task ready in its
 * process, never more urgent than its own base (the level that its parent or
 * SET_PRIORITY gave), and worse by its penalty:
 *
 *	level = min(max(base, urgency) + penalty, 63)
 *
 * urgency is sampled from the pool's summary word when the thread gives way by itself;
 * a completion raises it to the level of who waits for it.  A thread that is cut off
 * counts as its base: what it runs is not the kernel's to know.
 *
 * The penalty is for executors that do not do their part: one level more for each
 * slice that is used up while others wait, and for each in which it yields
 * without end though nobody waits.  It wears off with time.  Its slices are shorter too,
 * SLICE_NS / (1 + penalty): to a scheduler without levels that is all it means.
 *
 * base, urgency and penalty are under the thread's level_lock, a leaf; task.level
 * follows them there.
 */
#ifndef KERNEL_PROCESS_URGENCY_H
#define KERNEL_PROCESS_URGENCY_H

#include "abi/sched.h"
#include "kernel/process/process.h"

#define PENALTY_MAX		8u
#define PENALTY_WEARS_OFF_NS	50000000ul	/* one level */
#define YIELDS_PER_SLICE_MAX	4096u		/* to nobody; more is a storm; a power of two */

/* A thread's life begins with `base`, and ends.  The hart that runs it, or before it
 * runs. */
void urgency_begin(struct thread *thread, uint8_t base);
void urgency_end(struct thread *thread);

/* Another base.  Any context. */
void urgency_set_base(struct thread *thread, uint8_t base);

/* Its process has been ended: nothing but the way out is left to it, so no penalty holds
 * it up, and it is as urgent as `level` at least.  Under the process's lock; any context. */
void urgency_hasten(struct thread *thread, uint8_t level);

/* The loaded thread gives way of itself, and its pool's best is `best` (any number:
 * the word is hostile). */
void urgency_sample_slow(struct thread *thread, uint32_t best);
static inline void urgency_sample(struct thread *thread)
{
	const struct uos_sched_pool *pool = thread->process->pool;
	uint32_t best, base = thread->base;

	if (UNLIKELY(!pool))
		return;
	best = READ_ONCE(pool->summary);
	/* nothing but the usual: it has nothing ready, or nothing worse than its base */
	if (UNLIKELY(best - base - 1 < UOS_SCHED_LEVELS - 1u - base || thread->urgency))
		urgency_sample_slow(thread, best);
}

/* Somebody who waits in the process at `level` can go on: its threads that stand below
 * rise.  No lock held; any context. */
void urgency_raise(struct process *process, uint8_t level);

/* The loaded thread used its slice up while others waited, or yielded without end. */
void urgency_penalize(struct thread *thread);

#endif
