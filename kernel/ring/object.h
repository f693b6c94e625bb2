/*
 * The ring object, and what its parts ask of each other.
 *
 * TURN: whoever takes entries off the SQ (a thread in io_uring_enter, the ring's
 * server) or changes what submission reads (io_uring_register) holds the ring's
 * turn.  It may be held across suspensions and belongs to nobody in particular:
 * a server that is parted from its stack goes on with it.
 *
 * LOCK: ring->lock is a spinlock for completion: the CQ's tail, overflow, the
 * table of requests in flight.  Order: turn, ring->lock, then server_lock, a
 * timer's or a wait queue's lock, the heap's.
 *
 * END: the file's release closes the ring: no entry is taken any more, what is in
 * flight is cancelled and waited for, and then all of it is freed.  What a user has
 * mapped stays his, frame by frame.
 */
#ifndef KERNEL_RING_OBJECT_H
#define KERNEL_RING_OBJECT_H

#include "abi/io_uring.h"
#include "fs/vfs.h"
#include "kernel/api/base.h"
#include "kernel/api/lock.h"
#include "kernel/api/wait.h"
#include "kernel/process/process.h"
#include "kernel/ring/queue.h"
#include "kernel/ring/request.h"
#include "kernel/ring/ring.h"
#include "kernel/task/hart.h"
#include "kernel/task/task.h"

#define RING_REQUESTS_MAX	131072u		/* in flight or overflown, a ring */
#define RING_TABLE_BITS_MIN	6
#define RING_TABLE_BITS_MAX	12
#define RING_FREE_MAX		64u		/* records kept for the next requests */
#define RING_OWN_SQ_ENTRIES	256u
#define RING_OWN_CQ_ENTRIES	1024u
#define RING_OWN_IDLE_NS	1000000ul	/* the own ring's server polls this long */
#define RING_IDLE_NS		1000000000ul	/* SQPOLL with sq_thread_idle 0: Linux's second */
#define RING_FIXED_FILES_MAX	FILES_MAX
#define RING_FIXED_BUFFERS_MAX	16384u
#define RING_FIXED_BUFFER_BYTES_MAX	(1ul << 30)
#define PERSONALITY_WORDS	4u

enum { TURN_FREE, TURN_HELD, TURN_WANTED };

/* First come, first served; across suspensions; handed over, never stolen. */
struct turn {
	uint32_t state;			/* atomic: TURN_* */
	struct spinlock lock;		/* waiters */
	struct list waiters;
};

void turn_init(struct turn *turn);
void turn_wait(struct turn *turn);
void turn_hand_over(struct turn *turn);

/* turn.c argues why a swap and a decrement do. */
static inline void turn_take(struct turn *turn)
{
	if (UNLIKELY(__atomic_exchange_n(&turn->state, TURN_HELD, __ATOMIC_ACQUIRE) != TURN_FREE))
		turn_wait(turn);
}

static inline void turn_leave(struct turn *turn)
{
	if (UNLIKELY(__atomic_fetch_sub(&turn->state, 1, __ATOMIC_RELEASE) != TURN_HELD))
		turn_hand_over(turn);
}

enum server_state {
	SERVER_OFF,
	SERVER_ON,
	SERVER_LEAVING,			/* on its way to OFF */
	SERVER_CALLED_BACK,		/* LEAVING, but to start again at once */
};

struct fixed_file {
	struct file *file;		/* a reference; NULL: an empty slot */
	uint64_t tag;			/* completed when the slot is left; 0: none */
};

struct fixed_buffer {
	struct ring *ring;		/* whose slot it has or had: its tag completes there */
	uint64_t tag;			/* 0: none */
	uint32_t references;		/* atomic: the ring, each request that uses it */
	uint32_t pages;
	uint64_t address, bytes;	/* as the user named it */
	struct abi_iovec page[];	/* kernel addresses; each frame is pinned */
};

struct ring {
	/* fixed at setup */
	uint32_t setup_flags;		/* IORING_SETUP_*; R_DISABLED is cleared by ENABLE_RINGS */
	uint64_t issuer;		/* SINGLE_ISSUER: serial of the thread that may submit; 0: the
					 * first one that does */
	bool polls;			/* SQPOLL or own: a server takes the SQ's entries */
	bool is_special;		/* serving it needs a look at each entry: policy.c; only ever set */
	bool is_uncommon;		/* entering it needs a look: polled, disabled, one issuer */
	uint64_t idle_ns;
	struct file *file;		/* no reference: the file owns the ring */
	struct process *process;	/* that made it; a reference */
	struct list all;		/* every ring; rings_lock */
	uint32_t references;		/* atomic: the file, and who found it in the list */

	/* who holds the turn; across suspensions */
	struct turn turn;
	struct queues queues;		/* (but its CQ part) */
	uint32_t serve_start, serve_end;	/* SQ indices of the present serving */
	int32_t serve_error;		/* -EAGAIN: no memory for a record */
	struct process *serve_process;	/* in whose name */
	struct request *spare;
	struct request *current;	/* its issue is on the server's stack; ring->lock to hand over */
	struct request *chain_first, *chain_last;	/* being collected */
	bool chain_refused;
	bool holds;			/* `held` has been taken and not served yet */
	struct io_uring_sqe held;	/* between ring_serve_begin and _rest */
	struct file *held_file;		/* of the entry at hand, looked up already; a reference */
	bool unkicked;			/* transfers were started that the device may not know of */
	bool queueing;			/* a chain is open, or requests wait for IO_DRAIN: a hint */
	bool drain_next;		/* a chain drained in its midst: so does what follows it */
	struct fixed_file *fixed_files;	/* NULL: none registered; ring->lock too */
	uint32_t fixed_file_count;
	uint32_t fixed_file_alloc_start, fixed_file_alloc_end;
	struct fixed_buffer **fixed_buffers;
	uint32_t fixed_buffer_count;
	struct buffer_group *buffer_groups;	/* ring->lock too; provide.c */
	struct ring_restrictions *restrictions;	/* in force when the ring is enabled; NULL: none */
	uint64_t personalities[PERSONALITY_WORDS];	/* bit: registered */
	uint32_t worker_limits[2];	/* kept for who asks: there are no workers */

	/* lock (and the CQ part of queues) */
	struct spinlock lock __attribute__((aligned(64)));
	uint32_t timeouts_completed;	/* CQEs of TIMEOUT, ever */
	struct request *overflow_first, **overflow_last;
	uint32_t overflow_count;
	uint8_t post_level;		/* of the most urgent waiter of what was posted last; a hint */
	/* threads in io_uring_enter, timeouts that count, an interrupt, an eventfd, who polls
	 * the ring: whom a completion has to be told; read without the lock, too */
	uint32_t listeners;
	bool is_polled;			/* somebody has once looked for events: a listener from then on */
	uint32_t told_count;		/* completions ever, when they were last told of */
	bool tells_async;		/* the eventfd only of what completes later */
	struct file *eventfd;		/* a reference; NULL: none; changes with the turn too */
	uint32_t waiter_count;		/* threads in io_uring_enter */
	uint32_t wake_tail;		/* the nearest cq_tail that one of them waits for */
	struct wait_queue waiters;
	struct request *drain_first, **drain_last;	/* waiting for IOSQE_IO_DRAIN */
	uint32_t drain_count;
	struct list count_timeouts;	/* by target */
	struct uintr_context *interrupt;	/* whom completions interrupt; a reference; NULL: nobody */
	uint32_t interrupt_vector;
	struct sender *doorbell;	/* NULL: none; the turn's */
	uint32_t doorbell_vector;
	uint32_t cq_checked;		/* the tail at the last decision (interrupt.c) */
	uint64_t announcements, announced_completions;	/* ever, but for those in the process's */
	bool held_back;			/* the first of an overflow, which no decision has seen */
	bool ending_timeouts;
	struct request **table;		/* 2^table_bits chains, by user_data */
	uint32_t table_bits;
	uint32_t listed;
	uint32_t record_count;		/* given out: the spare, in flight, overflown */
	struct request *free_first;
	uint32_t free_count;

	/* server_lock: a leaf */
	struct spinlock server_lock;
	uint32_t server_state;		/* enum server_state */
	bool server_serving;		/* the server itself: it holds the turn */
	struct request *deferred_first, **deferred_last;
	struct task server;
	unsigned server_hart;

	/* own lock */
	struct poll_queue changes;	/* completions are there */
	/* atomic */
	uint32_t announce_due;		/* by the server: see eventfd.c */
	/* any; only ever set */
	bool owner_gone;		/* ring->process has ended: nobody polls for it */
	bool closing;
	struct task closer;		/* closes it when its last file goes from within a ring */
};

/* ring->lock.  CQEs ever, the overflown included, but TIMEOUT's: what `count` of a
 * timeout counts. */
static inline uint32_t ring_sequence(const struct ring *ring)
{
	return ring->queues.cq_tail + ring->overflow_count - ring->timeouts_completed;
}

/* ---- serve.c: the SQ; turn held --------------------------------------------------- */

/*
 * Takes up to `limit` entries that are there.  Begin does what needs no stack of its own,
 * and so returns to its caller; false: there is more, for rest.  Rest returns when all
 * have been issued; the caller's task may have started anew meanwhile, and then goes on
 * with ring_serve_again.  ring_served and serve_error tell the result.
 */
bool ring_serve_begin(struct ring *ring, struct process *process, uint32_t limit);
void ring_serve_rest(struct ring *ring);
void ring_serve_again(struct ring *ring);
static inline uint32_t ring_served(const struct ring *ring)
{
	return ring->queues.sq_head - ring->serve_start;
}
/* Counts what has just been served. */
static inline void ring_account(struct ring *ring, bool inline_in_enter)
{
	struct hart_counters *counters = &hart_this()->counters;
	uint32_t count = ring_served(ring);

	counters->ring_operations += count;
	if (inline_in_enter)
		counters->ring_served_inline += count;
	__atomic_fetch_add(&ring->serve_process->counters.ring_operations, count,
			   __ATOMIC_RELAXED);
	ring->serve_start += count;
}

/* ---- server.c ------------------------------------------------------------------------ */

/* Makes the server run if it doesn't.  Any context.  0, or -EAGAIN: no task. */
int ring_server_wake(struct ring *ring);
/* Gives a request to the server: issue it again, or (DOOMED) cancel it with its chain. */
void ring_defer(struct ring *ring, struct request *request);
/* Turn held: runs what was deferred, as the ring's server or in its place. */
void ring_run_deferred(struct ring *ring);
static inline bool ring_has_deferred(const struct ring *ring)
{
	return READ_ONCE(ring->deferred_first) != NULL || READ_ONCE(ring->announce_due);
}
void ring_server_main(void *ring);
/* Waits until the server is off; it must have a reason to leave. */
void ring_server_join(struct ring *ring);

/* ---- wait.c ----------------------------------------------------------------------------- */

/* Completions have been posted: tells who must know.  No lock held; any context. */
void ring_announce_slow(struct ring *ring, bool served_inline);
void ring_announce_urgency(struct ring *ring);
static inline void ring_announce(struct ring *ring)
{
	if (UNLIKELY(READ_ONCE(ring->process->lowered) != 0))
		ring_announce_urgency(ring);
	/* the one place where a completion becomes an event for its user: waiting
	 * threads, timeouts that count, a user interrupt, an eventfd */
	if (UNLIKELY(READ_ONCE(ring->listeners) != 0))
		ring_announce_slow(ring, false);
}
/* Likewise of what completed while it was submitted. */
static inline void ring_announce_served(struct ring *ring)
{
	if (UNLIKELY(READ_ONCE(ring->process->lowered) != 0))
		ring_announce_urgency(ring);
	if (UNLIKELY(READ_ONCE(ring->listeners) != 0))
		ring_announce_slow(ring, true);
}
/* Wakes its task; on that task's stack, so it must be over before the stack is. */
struct alarm {
	struct timer timer;
	struct task *task;
	bool armed;
	uint32_t rung;			/* atomic */
};
void alarm_set(struct alarm *alarm, uint64_t deadline_ns);	/* ~0: never */
void alarm_stop(struct alarm *alarm);
struct ring_patience {
	uint32_t count;			/* CQEs that it takes */
	uint64_t deadline_ns;		/* ~0: none */
	uint64_t fewer_at_ns;		/* from then on one is enough; ~0: never */
};
/* io_uring_enter's wait: 0, -ETIME, -EINTR. */
int ring_wait(struct ring *ring, const struct ring_patience *patience);
/* Waits until the SQ has room (IORING_ENTER_SQ_WAIT).  0 or -EINTR. */
int ring_wait_for_room(struct ring *ring);
/* ring->lock held: moves overflown requests to the CQ as far as there is room. */
void ring_flush_overflow(struct ring *ring);

/* ---- eventfd.c ------------------------------------------------------------------------------ */

/* Tells the eventfd, and who polls the ring.  No lock held; any context. */
void ring_tell_others(struct ring *ring, bool served_inline);
uint32_t ring_poll(struct file *file, struct poll_queue **queue);
int ring_eventfd_register(struct ring *ring, struct process *process, uint64_t address,
			  uint32_t count, bool async);
int ring_eventfd_unregister(struct ring *ring);

/* ---- cancel.c ------------------------------------------------------------------------------ */

/* Which requests: process and file NULL, IORING_ASYNC_CANCEL_*. */
#define CANCEL_FLAGS (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD | \
		      IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_FD_FIXED | \
		      IORING_ASYNC_CANCEL_USERDATA | IORING_ASYNC_CANCEL_OP)
struct cancel_match {
	const struct process *process;
	const struct file *file;
	uint64_t user_data;
	uint32_t flags;
	uint8_t opcode;
};
/* Cancels the first match, or all (ALL, ANY).  Number cancelled; of a single one
 * 0, -ENOENT or -EALREADY. */
int ring_cancel(struct ring *ring, const struct cancel_match *match);
/* ring->lock held; it is in the table.  0: it has been cancelled, and if it was parked it is
 * *owned, for request_end_parked(-ECANCELED); or -EALREADY. */
int request_cancel_locked(struct ring *ring, struct request *request, struct request **owned);
/* ring->lock held. */
struct request *table_find(struct ring *ring, uint64_t user_data, const struct operation *operation);
void table_grow(struct ring *ring);

static inline struct request **table_chain(const struct ring *ring, uint64_t user_data)
{
	return &ring->table[user_data * 0x9e3779b97f4a7c15ul >> (64 - ring->table_bits)];
}

static inline void table_chain_insert(struct request **chain, struct request *request)
{
	request->next = *chain;
	if (UNLIKELY(request->next != NULL))
		request->next->previous_next = &request->next;
	request->previous_next = chain;
	*chain = request;
}

static inline void table_insert(struct ring *ring, struct request *request)
{
	if (UNLIKELY(ring->listed++ > 4u << ring->table_bits) &&
	    ring->table_bits < RING_TABLE_BITS_MAX)
		table_grow(ring);
	table_chain_insert(table_chain(ring, request->user_data), request);
}

static inline void table_remove(struct ring *ring, struct request *request)
{
	ring->listed--;
	*request->previous_next = request->next;
	if (UNLIKELY(request->next != NULL))
		request->next->previous_next = request->previous_next;
}

/* ---- chain.c; turn held ------------------------------------------------------------------- */

/* Whether a request with these flags, or whatever comes now, joins a chain. */
bool chain_is_wanted(struct ring *ring, uint8_t sqe_flags);
/* Adds to the chain that is being collected, and starts it when it is complete. */
void chain_add(struct ring *ring, struct request *request, int refused);
void chain_issue(struct ring *ring);

/* ---- drain.c ------------------------------------------------------------------------------------ */

/* A chain is complete, counted, and not started.  True: it waits in the queue. */
bool drain_queue(struct ring *ring, struct request *first);
/* ring->lock held, and the queue is not empty: a record has become free. */
void drain_look_locked(struct ring *ring);
/* Takes what `process` has there out of the queue, to be cancelled. */
void drain_doom(struct ring *ring, const struct process *process);

/* ---- op_futex.c ---- */

void futex_init(void);			/* boot */

/* ---- transfer.c: parked in a device; turn held -------------------------------------------- */

/* By the server: what its completion had to leave. */
void transfer_end_deferred(struct request *request);
/* The devices learn of what was started, before anything waits. */
void transfers_kick(struct ring *ring);
static inline void ring_kick(struct ring *ring)
{
	if (UNLIKELY(ring->unkicked))
		transfers_kick(ring);
}

/* ---- request.c ---- */

/* A completion that no request of the ring's has: 0 or -EOVERFLOW (no record to keep
 * it in while the CQ is full). */
int ring_post_message(struct ring *ring, uint64_t user_data, int32_t res, uint32_t flags);

/* ---- close.c --------------------------------------------------------------------------------- */

extern struct spinlock rings_lock;
extern struct list rings;
extern struct wait_queue ring_quiet_queue;
extern uint32_t ring_quiet_waiters;	/* atomic */
/* A request is gone: tells who waits for the last. */
static inline void ring_tell_quiet(void)
{
	/* full fence: the count went down before we look, pairs with the one in
	 * close.c between saying that somebody waits and looking at the count
	 * (quiet in test/model/litmus.py) */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (UNLIKELY(__atomic_load_n(&ring_quiet_waiters, __ATOMIC_RELAXED)))
		wait_queue_wake_all(&ring_quiet_queue);
}
void ring_release(struct file *file);
void ring_put(struct ring *ring);

/* ---- setup.c ----------------------------------------------------------------------------------- */

extern const struct file_ops ring_file_ops;
static inline struct ring *ring_of(const struct file *file)
{
	return file->ops == &ring_file_ops ? file->private : NULL;
}
/* What mmap of the ring's file at `offset` asks for: fills kind, object, frame_at.
 * -EINVAL: no such area, or larger than it. */
struct region_request;
int ring_map_request(struct ring *ring, uint64_t offset, uint64_t bytes,
		     struct region_request *request);
int64_t ring_setup(struct process *process, uint32_t entries, uint64_t params);

/* ---- interrupt.c ---------------------------------------------------------------------------------- */

/* The decision whether what was posted is announced.  No lock held; any context. */
void ring_announce_interrupt(struct ring *ring);
/* UOS_REGISTER_* and their like; turn held. */
int ring_interrupt_register(struct ring *ring, struct process *process, uint32_t opcode,
			    uint64_t address, uint32_t count);
/* 0, or -ENXIO: it had none.  Any context. */
int ring_interrupt_unregister(struct ring *ring);
/* The ring closes, and is in no list: it announces nothing any more. */
void ring_interrupt_end(struct ring *ring);

/* ---- enter.c, register.c -------------------------------------------------------------------------- */

int64_t ring_register(struct process *process, int32_t fd, uint32_t opcode,
		      uint64_t address, uint32_t count);

#include "kernel/ring/registered.h"

/* ---- op_trace.c ---------------------------------------------------------------------- */

/* The ring is traced: what it is asked for goes to its trace. */
void ring_trace_submission(struct ring *ring, const struct io_uring_sqe *sqe);

#endif
