/*
 * The kernel's use of the scheduler payload: its own pool, a lane per hart.
 * Only this file and task.c know that the payload exists.
 */
#ifndef KERNEL_TASK_SCHED_H
#define KERNEL_TASK_SCHED_H

#include "abi/sched.h"
#include "kernel/api/base.h"

struct sched_entries {
	uos_sched_init_fn *init;
	uos_sched_add_fn *add;
	uos_sched_remove_fn *remove;
	uos_sched_wake_fn *wake;
	uos_sched_next_fn *next;
	uos_sched_set_priority_fn *set_priority;
	uos_sched_best_fn *best;
};

extern struct sched_entries sched;		/* fixed after sched_init */
extern struct uos_sched_pool *sched_pool;	/* the kernel's; lane number = hart index */

#define SCHED_NAME_BYTES	64
#define SCHED_WHY_BYTES		160	/* of what is said about an image */

/* Whether it can be this kernel's scheduler; else `why`, of SCHED_WHY_BYTES. */
bool sched_image_check(const void *image, uint64_t bytes, char *why);

/* Boot, before kernel_map_init: puts the image in its place, if it is a good one.  It
 * is copied: `image` may lie anywhere. */
void sched_load(const char *name, const void *image, uint64_t bytes);
/* Or there is none. */
void sched_refuse(const char *name, const char *why);
/* Boot: makes the pool; panics if there is no image, with what was wrong. */
void sched_init(unsigned lanes, uint64_t ram_bytes);

/* The page that users read: best level ready per hart outside what runs there. */
struct uos_sched_view *sched_view(void);
/* The image in this kernel, and its pages for users. */
const struct uos_sched_header *sched_image(void);

static inline struct uos_sched_task *sched_records(void)
{
	return (struct uos_sched_task *)((char *)sched_pool + sched_pool->tasks_offset);
}

/* Whether levels say nothing of who is first. */
static inline bool sched_by_deadline(void)
{
	return sched_image()->flags & UOS_SCHED_BY_DEADLINE;
}

/* The level that a task counts as: not every payload takes the one that was wanted. */
static inline unsigned sched_level_of(uint32_t number)
{
	return READ_ONCE(sched_records()[number].level);
}

/*
 * Best level that is ready in a lane, its current task and its inbox not counted.
 * Exact on the lane's hart; a hint elsewhere.
 */
static inline unsigned sched_best_ready(const struct uos_sched_lane *lane)
{
	/* often nothing is: lane.best says so without a call */
	if (READ_ONCE(lane->best) == UOS_SCHED_LEVEL_NONE)
		return UOS_SCHED_LEVEL_NONE;
	return sched.best(sched_pool, (uint32_t)(lane - sched_pool->lane));
}

/* The same with the inbox.  For the lane's hart alone: what others push meanwhile goes in
 * front, and nobody takes anything out. */
unsigned sched_best_waiting(const struct uos_sched_lane *lane);

#endif
