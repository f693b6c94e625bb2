/*
 * The scheduler payload's ABI: the image's header, its entries, and the layout
 * of what it works on.  One image, linked apart (sched-shared/), decides in the
 * kernel and in every process.
 *
 * Words: a POOL holds the tasks of one address space and is writable by its
 * owner (and the kernel) alone.  A LANE is what one executor works on: an
 * executor claims a lane and is then the only one that calls next() on it.  The
 * VIEW tells, read-only, how urgent the rest of the machine is.
 *
 * Protocol.  There is no lock anywhere, so an executor that is cut off at any
 * instruction holds nobody up but its own lane:
 *   - a lane's ready tasks (queues, heap) and its free list are written by its
 *     executor alone;
 *   - the inbox of a lane is a lock-free list: anybody pushes (compare and
 *     swap, release), its executor takes all (swap, acquire);
 *   - whatever the payload, its executor sees without a call that no other task of
 *     a lane is ready: queue[best] has no tail, ready_levels at most one bit, root
 *     and inbox are 0;
 *   - a task's `state` is changed by compare and swap: exactly one waker wins;
 *   - `last` is the task that the lane's executor gave up last (by YIELD, BLOCK or
 *     EXIT; PICK leaves it as it is): the executor may still stand on its stack,
 *     so it stays in that lane until the executor gives up another.
 * A pool is zero before init().  Levels: 0 is the most urgent, 63 the least.
 *
 * Which of the ready tasks is the best is what payloads differ in: `prio` takes
 * the lowest level and goes round within it, `fifo` the one that became ready
 * first, whatever its level, `edf` the one whose deadline is nearest.  Towards
 * other address spaces a lane is as urgent as the level of its best task; in fifo
 * every task has UOS_SCHED_LEVEL_DEFAULT.
 *
 * Deadlines are in ticks of the `time` counter.  A task has a relative one; each
 * time that it becomes ready (add, wake, yield) a job begins, and the relative
 * deadline from then on is the job's.  Payloads without deadlines ignore them.
 */
#ifndef ABI_SCHED_H
#define ABI_SCHED_H

#include <stdint.h>

#include "abi/check.h"

#define UOS_SCHED_MAGIC		0x64656863732d736full	/* "os-sched" */
#define UOS_SCHED_VERSION	3
#define UOS_SCHED_LEVELS	64
#define UOS_SCHED_LEVEL_DEFAULT	32
#define UOS_SCHED_LEVEL_NONE	64	/* 'nothing is ready' */
#define UOS_SCHED_VIEW_HARTS	64

/* ---- the view: one page, the kernel writes it, users read it ------------- */

struct uos_sched_view_hart {
	/* Level of the best task that waits for this hart outside the address
	 * space that runs there now; UOS_SCHED_LEVEL_NONE if none does.  0 when the
	 * slice is over: all are told to give way. */
	uint32_t best_elsewhere;
	/* Ticks of `time` in a second: the same in every hart's, fixed. */
	uint32_t timebase_hz;
	/* Hart 0's alone, for the whole machine: a hart idles, which a doorbell wakes at
	 * once (docs/uintr.md); a hint. */
	uint32_t doorbell_heard;
	uint32_t reserved[13];
};

struct uos_sched_view {
	struct uos_sched_view_hart hart[UOS_SCHED_VIEW_HARTS];
};

/* ---- a pool -------------------------------------------------------------- */

/* task.state: one of these in bits 7:0 ... */
#define UOS_SCHED_FREE		0u
#define UOS_SCHED_BLOCKED	1u
#define UOS_SCHED_READY		2u	/* among its lane's ready ones, or in an inbox */
#define UOS_SCHED_RUNNING	3u
#define UOS_SCHED_STATE_MASK	0xffu
/* ... and flags: */
#define UOS_SCHED_WOKEN		0x100u	/* woken while running: its next block returns at once */

/* 0 stands for 'none' in every link: task number 0 is never given out. */
struct uos_sched_task {
	uint32_t state;			/* atomic, see above; first: an AMO has no offset */
	uint32_t queue_next;		/* lane's executor; not of a queue's tail; a heap's left */
	uint32_t queue_previous;	/* lane's executor; not of a queue's head; a heap's right */
	uint32_t inbox_next;		/* whoever pushes it; then the lane's executor */
	uint64_t cookie;		/* owner's; what next() answers; above 15 */
	uint8_t level;			/* wanted */
	uint8_t queued_level;		/* as it stands among the ready ones; lane's executor */
	uint16_t lane;			/* that it belongs to */
	uint16_t birth_lane;		/* whose free list it returns to */
	uint16_t rank;			/* lane's executor; of a heap */
	/* of a payload that has deadlines; ticks */
	uint64_t relative_deadline;	/* wanted; atomic; 0: the level's default */
	uint64_t released;		/* when this job began; who made it ready */
	uint64_t deadline;		/* of this job; lane's executor */
	uint32_t order;			/* among equal deadlines; lane's executor */
	uint32_t parent;		/* lane's executor; in a heap */
};

struct uos_sched_queue {
	uint32_t head;			/* when there is a tail */
	uint32_t tail;			/* 0: empty */
};

struct uos_sched_lane {
	/* the lane's executor alone */
	uint64_t ready_levels;		/* bit n: level n may have a task; of a payload with levels */
	uint32_t current;		/* the task that runs; 0: none */
	uint32_t last;			/* the one given up last: see above */
	uint32_t free_head;		/* free records, linked by inbox_next */
	uint32_t best;			/* its best task is no more urgent; LEVEL_NONE: there is none */
	uint64_t next_calls;		/* of next() */
	uint64_t pauses;		/* of these, answered by SWITCH or IDLE; the others by a task */
	uint64_t timeouts;		/* the owner of the pool counts its cut-offs here */
	/* written by the kernel when it gives the executor a hart */
	uint32_t hart;
	/* the lane's executor alone */
	uint32_t root;			/* of the heap of a payload that has one; 0: empty */
	/* anybody, atomic: own cache line */
	uint32_t inbox __attribute__((aligned(64)));
	uint32_t returns;		/* records freed by other lanes, linked by inbox_next */
	uint32_t reserved[14];
	/* one more than levels: that of LEVEL_NONE is always empty */
	struct uos_sched_queue queue[UOS_SCHED_LEVELS + 1];
	uint32_t order;			/* the lane's executor: of what is put into its heap */
	uint32_t reserved32;
	uint64_t reserved2[46];		/* a power of two in all: a shift finds the lane */
};

struct uos_sched_pool {
	/* written by init() alone */
	uint64_t magic;			/* UOS_SCHED_MAGIC once init() is done */
	uint32_t version;
	uint32_t lane_count;
	uint64_t bytes;			/* of the whole pool */
	uint32_t task_capacity;		/* records, number 0 included */
	uint32_t tasks_offset;		/* from the pool's start to record 0 */
	uint64_t view;			/* address of struct uos_sched_view, as the owner sees it */
	uint64_t level_ticks;		/* level n has (n + 1) times this as its relative deadline */
	uint64_t reserved0[2];
	/* the one word that the kernel samples: best ready level of all lanes
	 * but the running tasks, a hint; own cache line */
	uint32_t summary __attribute__((aligned(64)));
	uint32_t reserved1[15];
	/* anybody, atomic */
	uint32_t task_fresh;		/* first record never used */
	uint32_t reserved2[15];
	struct uos_sched_lane lane[];
};

/* ---- entries ------------------------------------------------------------- */

/* What becomes of the current task of the lane, next()'s third argument. */
#define UOS_SCHED_YIELD		0u	/* ready, behind its equals */
#define UOS_SCHED_BLOCK		1u	/* blocked until wake(); if woken meanwhile it goes on at
					 * once, or yields to what lies in the inbox */
#define UOS_SCHED_EXIT		2u	/* gone: its record is free */
#define UOS_SCHED_PICK		3u	/* there is none: after SWITCH or IDLE */

/* next()'s answer: a task's cookie, or one of these. */
#define UOS_SCHED_IDLE		0ull	/* nothing is ready here or, as the view says, elsewhere */
#define UOS_SCHED_SWITCH	1ull	/* give the hart up: somebody elsewhere is more urgent, or an
					 * equal whose turn it is, or nothing is ready here and
					 * something is elsewhere */

#define UOS_SCHED_ANY_LANE	(~0u)	/* add(), wake(): the task's own lane / lane 0 */

/*
 * init: makes a pool of `bytes` at `pool` (zeroed, 64-byte aligned) with
 *   `lanes` lanes.  0, or -EINVAL if not one task would fit.
 * add: a new task, ready, at `level` in `lane`, with the level's deadline; `by` is
 *   the caller's lane, or UOS_SCHED_ANY_LANE from an interrupt handler or a hart
 *   without a lane.  Its number (>= 1), or -EAGAIN when the pool is full, which
 *   ANY_LANE finds as soon as every record has been used once.
 * remove: frees a task that is blocked, or ready in lane `by`.  0, -EINVAL if
 *   it is neither, -ESRCH if there is no such task.
 * wake: makes a blocked task ready, in `lane` (or its own, ANY_LANE, and always
 *   its own while it is that lane's last), or marks a running one so that its
 *   next block returns.  1: made ready; 0: it was ready or is running; -ESRCH.
 *   Callable from any hart, and from an interrupt of the lane's own executor
 *   with `by` = ANY_LANE.
 * next: decides for `lane`.  SWITCH if somebody elsewhere is more urgent than the
 *   best task here, or is its equal and the task that yields would be its own
 *   successor.  Calls equal switches: an executor calls it once for
 *   each time it changes tasks, and nowhere keeps a queue of its own.
 * set_priority: level and relative deadline; 0 stands for the level's default.  A
 *   task that is ready in lane `by` is moved at once, its job's deadline counted
 *   from the job's beginning; else both count from its next job on.  0; -EINVAL
 *   for a level above 63; -ESRCH.
 * hold: takes the best of `lane`'s ready tasks out, the inbox not counted: it is blocked
 *   from now on, so wake() puts it where it is wanted.  Its number; 0: there is none, or
 *   it bears the mark of a wake.  For the lane's executor, while a task of it runs.
 * best: level of the best task that is ready in `lane`, its inbox and its current
 *   task not counted; UOS_SCHED_LEVEL_NONE.  Only reads.  Exact for the lane's
 *   executor, a hint for others.
 *
 * Cost: each is O(1) but in edf, where it is O(log n) in the lane's ready tasks.
 */
typedef int32_t uos_sched_init_fn(struct uos_sched_pool *pool, uint64_t bytes,
				  uint32_t lanes, const struct uos_sched_view *view);
typedef int32_t uos_sched_add_fn(struct uos_sched_pool *pool, uint32_t by, uint32_t lane,
				 uint32_t level, uint64_t cookie);
typedef int32_t uos_sched_remove_fn(struct uos_sched_pool *pool, uint32_t by, uint32_t task);
typedef int32_t uos_sched_wake_fn(struct uos_sched_pool *pool, uint32_t by, uint32_t lane,
				  uint32_t task);
typedef uint64_t uos_sched_next_fn(struct uos_sched_pool *pool, uint32_t lane, uint32_t how);
typedef int32_t uos_sched_set_priority_fn(struct uos_sched_pool *pool, uint32_t by,
					  uint32_t task, uint32_t level,
					  uint64_t relative_deadline_ticks);
typedef uint32_t uos_sched_best_fn(const struct uos_sched_pool *pool, uint32_t lane);
typedef int32_t uos_sched_hold_fn(struct uos_sched_pool *pool, uint32_t lane);

enum uos_sched_entry {
	UOS_SCHED_ENTRY_INIT,
	UOS_SCHED_ENTRY_ADD,
	UOS_SCHED_ENTRY_REMOVE,
	UOS_SCHED_ENTRY_WAKE,
	UOS_SCHED_ENTRY_NEXT,
	UOS_SCHED_ENTRY_SET_PRIORITY,
	UOS_SCHED_ENTRY_BEST,
	UOS_SCHED_ENTRY_HOLD,
	UOS_SCHED_ENTRY_COUNT,
};

/* header.flags: who is first follows from deadlines, so a worse level is no reason to be
 * passed over. */
#define UOS_SCHED_BY_DEADLINE	1

/*
 * The image: page 0 (and as many more as its constants need) is this header and
 * read-only data, readable by users; from text_offset on it is code, execute-only
 * for users.  No relocations, no absolute addresses: it runs wherever its pages
 * are mapped side by side.
 */
struct uos_sched_header {
	uint64_t magic;
	uint32_t version;
	uint32_t header_bytes;		/* sizeof(struct uos_sched_header) */
	uint32_t image_bytes;		/* whole pages */
	uint32_t text_offset;		/* bytes from here to the first page of code */
	uint32_t pool_header_bytes;	/* sizeof(struct uos_sched_pool) */
	uint32_t lane_bytes;
	uint32_t task_bytes;
	uint32_t entry_offset[UOS_SCHED_ENTRY_COUNT];	/* bytes from here */
	/* What the linker found that must not be there; each 0, else the image is refused. */
	uint32_t relocation_bytes;	/* places that somebody would have to fill in */
	uint32_t address_bytes;		/* tables of addresses */
	uint32_t writable_bytes;	/* variables, thread-local ones included */
	uint32_t flags;			/* UOS_SCHED_BY_DEADLINE */
	uint32_t reserved;
	char name[16];			/* "prio", ... */
};

ABI_CHECK(sizeof(struct uos_sched_view) == 4096, "one page");
ABI_CHECK(sizeof(struct uos_sched_task) == 64, "64 bytes a task is the promise");
ABI_CHECK(sizeof(struct uos_sched_lane) == 1024, "a shift finds the lane");
ABI_CHECK(sizeof(struct uos_sched_pool) % 64 == 0, "lanes start on a cache line");
ABI_CHECK(sizeof(struct uos_sched_header) == 104, "crosses the border");

#endif
