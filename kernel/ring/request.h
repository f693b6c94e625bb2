/*
 * A request: the record of one accepted SQE, or of one trap.
 *
 * Life.  A ring keeps one spare record; an SQE whose operation completes where it
 * is served uses it and leaves it.  If the operation suspends, parks or waits in
 * a chain, the record goes with it and the next SQE gets another, before it is
 * looked at: so nothing after submission needs memory, and a completion that
 * finds the CQ full queues its own record (overflow).
 *
 * A record is freed when its CQE is in the CQ, its coroutine has left its stack,
 * and the server that issued it has seen that it went its own way; `state` and
 * ring->current, under ring->lock, tell.
 *
 * Chains.  `link` is the next request of a chain.  Requests behind the head wait
 * unlisted; the one before starts them, on its own stack if it has one.
 */
#ifndef KERNEL_RING_REQUEST_H
#define KERNEL_RING_REQUEST_H

#include <string.h>

#include "abi/sched.h"
#include "abi/uos_op.h"
#include "fs/vfs.h"
#include "kernel/api/base.h"
#include "kernel/api/cursor.h"
#include "kernel/api/poll.h"
#include "kernel/mm/address_space.h"
#include "kernel/process/process.h"
#include "kernel/ring/operation.h"
#include "kernel/task/task.h"

struct fixed_buffer;
struct dentry;
struct file;
struct ring;
struct spawn_strings;
struct uos_thread_start;

/* request.state; ring->lock once the request has left the hands of its issuer */
enum request_state {
	REQUEST_LISTED = 1 << 0,	/* in the ring's table: can be found and cancelled */
	REQUEST_COUNTED = 1 << 1,	/* in process->ring_requests */
	REQUEST_DONE = 1 << 2,		/* has completed */
	REQUEST_OVERFLOWED = 1 << 3,	/* in the ring's overflow queue */
	REQUEST_ON_STACK = 1 << 4,	/* somebody's stack still refers to it: its own coroutine's */
	REQUEST_REFUSED = 1 << 5,	/* prep failed with `early` */
	REQUEST_SKIPPED = 1 << 6,	/* no CQE, whatever comes */
	REQUEST_DOOMED = 1 << 7,	/* deferred only to be cancelled, with its chain */
	REQUEST_BREAKS = 1 << 8,	/* a success that breaks a chain: a short transfer */
	REQUEST_FORGIVEN = 1 << 9,	/* a failure that breaks no chain */
	REQUEST_LEVEL = 1 << 11,	/* `level` is its waiter's: ioprio said so */
	REQUEST_IN_DEVICE = 1 << 12,	/* parked in `transfer`: can't be cancelled */
	REQUEST_CQE_FLAGS = 1 << 14,	/* `cqe_flags` go with its CQE */
	REQUEST_KEEPS = 1 << 15,	/* rw.buffer, until its CQE is there: it has a tag */
	REQUEST_OVER = 1 << 13,		/* deferred only to be ended, with `result` */
	REQUEST_LATE_FILE = 1 << 10,	/* fixed file, or none yet: looked up at its turn */
};

/* What prep keeps for issue, by family. */
struct rw_arguments {
	uint64_t address;
	int64_t offset;
	union {
		struct abi_iovec *vectors;	/* READV, WRITEV; NULL: none */
		struct fixed_buffer *buffer;	/* READ_FIXED, WRITE_FIXED */
	};
	uint32_t length;		/* bytes, or number of vectors */
	uint32_t flags;			/* RWF_* */
};

struct open_arguments {
	struct dentry *start;
	char *path;
	uint32_t flags, mode;
	uint32_t slot;			/* fixed file + 1, or IORING_FILE_INDEX_ALLOC; 0: a descriptor */
};

struct name_arguments {
	struct dentry *start, *to_start;
	char *path, *to_path;
	uint32_t flags;
};

struct statx_arguments {
	struct dentry *start;
	char *path;
	uint64_t buffer;
	uint32_t flags, mask;
};

struct timeout_arguments {
	uint64_t deadline_ns;
	union {
		struct list node;	/* ring->count_timeouts */
		struct request *limited;	/* LINK_TIMEOUT: what it ends; ring->lock */
	};
	uint32_t flags;
	uint32_t count;			/* completions to wait for; 0: none */
	union {
		uint32_t target;	/* ... until ring's count is this */
		uint32_t repeats;	/* of a multishot one; 0: for ever */
	};
};

struct cancel_arguments {
	uint64_t user_data;
	uint64_t deadline_ns;		/* TIMEOUT_REMOVE with UPDATE */
	uint32_t flags;
	int32_t fd;
	uint8_t opcode;
};

struct poll_arguments {
	struct poll_queue *queue;	/* of the file; NULL: it never changes */
	uint32_t events;		/* wanted */
	int32_t result;			/* is_over */
	bool multishot;
	bool is_over;			/* who runs it: to be ended with `result` */
	/* ring->lock */
	bool runs;			/* somebody looks at the file, or ends it */
	bool again;			/* something happened meanwhile */
	bool once;			/* ... by a ring's completion: its last */
	bool armed;			/* the watch is in, or somebody is on the way to tell it */
	bool is_ending;			/* cancelled while it ran */
};

struct poll_remove_arguments {
	uint64_t user_data, new_user_data;
	uint32_t flags, events;
};

/* for families with a few plain words */
struct plain_arguments {
	uint64_t address, bytes, offset;
	uint32_t words[4];
};

struct restrict_arguments {
	uint64_t allowed[4];
};

struct spawn_arguments {
	struct spawn_strings *strings;
};

struct thread_arguments {
	struct uos_thread_start *start;
};

struct futex_arguments {
	uint64_t address;
	uint64_t deadline_ns;		/* of a trap; ~0: none */
	uint32_t value;			/* expected; of WAKE: how many */
	uint32_t bits;
};

/* One who waits for a futex; op_futex.c. */
struct futex_wait {
	struct list node;		/* bucket's lock */
	bool waits;			/* bucket's lock: it is in the table */
	struct task *task;		/* NULL: a parked request */
	const struct process *process;
	uint64_t address;
	uint32_t bits;
};

struct request {
	/* fixed at submission */
	const struct operation *operation;
	struct ring *ring;		/* NULL: it came through the trap door */
	struct process *process;	/* in whose name */
	struct file *file;		/* a reference; NULL: none */
	struct request *link;		/* next of the chain */
	uint64_t user_data;
	union {
		struct {
			uint8_t opcode;
			uint8_t sqe_flags;	/* IOSQE_* */
			uint16_t state;		/* enum request_state */
			int32_t early;		/* errno that issue would find at once
						 * (rows with OP_SUSPENDS only), or
						 * REQUEST_REFUSED's */
		};
		uint64_t head;			/* all of these, set in one go */
	};
	/* since it left its issuer */
	struct task *runner;		/* the coroutine it runs in */
	int64_t result;			/* overflow: res; REQUEST_LATE_FILE: the fd */
	uint8_t level;			/* REQUEST_LEVEL; in the scheduler's scale */
	bool unsettled;			/* REQUEST_IN_DEVICE, deferred: its file has to settle it */
	uint32_t cqe_flags;		/* REQUEST_CQE_FLAGS: IORING_CQE_F_* */
	/* ring->lock: free list, table, overflow: one at a time */
	struct request *next;
	struct request *deferred_next;	/* server_lock; it may stand in the table too */
	struct request **previous_next;	/* table */
	union {
		struct rw_arguments rw;
		struct open_arguments open;
		struct name_arguments name;
		struct statx_arguments statx;
		struct timeout_arguments timeout;
		struct cancel_arguments cancel;
		struct poll_arguments poll;
		struct poll_remove_arguments poll_remove;
		struct plain_arguments plain;
		struct restrict_arguments restriction;
		struct spawn_arguments spawn;
		struct thread_arguments thread;
		struct futex_arguments futex_arguments;
	};
	union {
		struct task task;	/* a coroutine without its stack */
		struct {		/* parked: neither task nor stack */
			struct timer timer;
			struct waiter waiter;
		};
		struct futex_wait futex;	/* parked */
		struct file_transfer transfer;	/* parked: REQUEST_IN_DEVICE */
		struct poll_watch watch;	/* parked */
	};
};

/* So that finish is right whatever prep did. */
static inline void request_clear_arguments(struct request *request)
{
	const size_t start = offsetof(struct request, rw);

	memset((char *)request + start, 0, offsetof(struct request, task) - start);
}

ABI_CHECK(sizeof(struct request) <= 256, "design 3.3: a parked record");

/* ---- prepare.c: prep's common part and its helpers; 0 or -errno -------------------- */

/* ring and process are set.  Checks what all operations share, calls prep, finds the
 * file.  A request that is refused has been finished. */
int request_prepare(struct request *request, const struct io_uring_sqe *sqe);
ABI_CHECK(offsetof(struct io_uring_sqe, flags) == 1 && offsetof(struct io_uring_sqe, ioprio) == 2 &&
	  offsetof(struct io_uring_sqe, personality) == 42, "words_are_common knows them");

/* Nothing but an opcode's own fields is set: opcode, flags, ioprio and fd are word
 * 0, buf_index, personality and file_index word 5. */
static inline bool words_are_common(uint64_t word0, uint64_t word5)
{
	/* shifts of 32-bit words: no large constants */
	return !(((uint32_t)word0 >> 8 & ~(uint32_t)IOSQE_ASYNC) | (uint32_t)word5 >> 16);
}

static inline bool sqe_is_common(const struct io_uring_sqe *sqe)
{
	const uint64_t *words = (const uint64_t *)sqe;

	return words_are_common(words[0], words[5]);
}
/* The descriptor's file; it is none, or a ring: see prepare.c. */
void request_refuse_file(struct request *request, struct file *file);
extern const struct file_ops ring_file_ops;
/* What a descriptor led to, its reference included. */
static inline void request_give_file(struct request *request, struct file *file)
{
	request->file = file;
	if (UNLIKELY(!file) || UNLIKELY(file->ops == &ring_file_ops && request->ring))
		request_refuse_file(request, file);
}
static inline void request_take_file(struct request *request, int32_t fd)
{
	request_give_file(request, files_get(request->process->files, fd));
}
/* Uncommon: of a fixed file, or in a chain. */
void request_find_first_file(struct request *request, int32_t fd);
int request_refuse(struct request *request, int error);
/* A policy does not allow it: nothing of it is looked at. */
int request_forbid(struct request *request, const struct io_uring_sqe *sqe, int error);

/* What every request starts from. */
static inline void request_set(struct request *request, const struct operation *operation,
			       const struct io_uring_sqe *sqe)
{
	request->operation = operation;
	request->file = NULL;
	request->link = NULL;
	request->user_data = sqe->user_data;
	request->head = sqe->opcode | sqe->flags << 8;
}

static inline int request_prep(struct request *request, const struct operation *operation,
			       const struct io_uring_sqe *sqe)
{
	int error;

	request_set(request, operation, sqe);
	if (UNLIKELY(operation->finish != NULL))
		request_clear_arguments(request);
	error = operation->prep(request, sqe);
	return LIKELY(!error) ? 0 : request_refuse(request, error);
}

/* An SQE of the common kind, not in a chain. */
static inline int request_prepare_common(struct request *request,
					 const struct operation *operation,
					 const struct io_uring_sqe *sqe)
{
	int error = request_prep(request, operation, sqe);

	if (operation->flags & OP_FILE && LIKELY(!error))
		request_take_file(request, sqe->fd);
	return error;
}
/* The waiter's urgency where Linux has an I/O priority; it has none of class 7. */
static inline bool priority_is_level(uint16_t priority)
{
	return (priority & ~(UOS_SCHED_LEVELS - 1)) == UOS_IOPRIO_LEVEL(0);
}
/* Who waits for it has level `level`: what is announced next is that urgent. */
static inline uint8_t request_level(const struct request *request)
{
	return request->state & REQUEST_LEVEL ? request->level : 0;
}
/* The file at the turn of a REQUEST_LATE_FILE; fills `early`. */
void request_find_file(struct request *request);
/* A path of the user's in kernel memory; -ENOENT if it is empty and may not be. */
int request_take_path(struct request *request, uint64_t address, bool may_be_empty,
		      char **path);
void request_free_path(char *path);
/* Lets go of all names and where they start: `finish` of operations on names (op_name.c). */
void request_finish_name(struct request *request);
/* Where a relative path starts, with a reference.  What is wrong with `fd` is
 * issue's to say: it goes to request->early. */
int request_take_start(struct request *request, int32_t fd, const char *path,
		       struct dentry **start);
/* A timespec of the user's; -EFAULT, -EINVAL if negative. */
int request_take_time(struct request *request, uint64_t address, uint64_t *time_ns);

/* TIMEOUT's and LINK_TIMEOUT's prep: flags and time. */
int request_take_timeout(struct request *request, const struct io_uring_sqe *sqe);
/* A time of the user's (TIMEOUT's flags) on the clock of timers; in the past: 0. */
uint64_t deadline_of_time(uint64_t time_ns, uint32_t flags);

/* ---- request.c: running and ending ------------------------------------------------- */

/* issue and finish, on the current stack.  May answer REQUEST_PARKED. */
int64_t request_issue(struct request *request);
/* Lets go of the file and of what prep took. */
void request_finish(struct request *request);

/*
 * A parked request ends, in any context; not to be touched afterwards.  What is
 * chained to it goes to the ring's server.
 */
void request_end_parked(struct request *request, int64_t result);
/*
 * ring->lock held: the request is parked from here on, and can be found.  What
 * ends it must be armed under the same lock, and not if nobody wants it any more
 * (its process or its ring is ending).
 */
void request_park_locked(struct request *request);
bool request_is_unwanted(const struct request *request);
/* ring->lock held: ends REQUEST_ON_STACK, with which one may look at a parked
 * request. */
void request_let_go_locked(struct request *request);
/* A parked request needs its issue called again, by a coroutine.  Any context. */
void request_unpark(struct request *request);

/* A completion of a request that goes on: false if there is no room for it in the CQ. */
bool request_post_more(struct request *request, int32_t res, uint32_t flags);

/* Before it is issued: a LINK_TIMEOUT behind it begins to count.  When it is over: that
 * is over too. */
void limit_arm(struct request *request);
void limit_end(struct request *request);
static inline bool request_is_limited(const struct request *request)
{
	const struct request *link = READ_ONCE(request->link);

	return UNLIKELY(link != NULL) && link->operation == &op_link_timeout;
}

/* Runs a chain (or one request) whose turn has come; the caller holds the ring's
 * turn and, if it is a server that can start anew, may do so. */
void request_run(struct ring *ring, struct request *request);
/* Likewise one alone, not ended: its result.  May answer REQUEST_PARKED; does not
 * return if the operation suspended. */
int64_t request_issue_here(struct ring *ring, struct request *request);
/* Ends one that completed where it was served and has nothing chained to it. */
void request_end_inline(struct request *request, int64_t result);
/* Ends all of a chain that never started. */
void request_cancel_chain(struct ring *ring, struct request *request, bool skip);
/* The operation that ring->current names went its own way. */
void request_parted(struct ring *ring);
/* A record, initialized, or NULL.  Turn held (but for a message). */
struct request *request_alloc(struct ring *ring);
/* The entry of every operation's coroutine; never started. */
void request_coroutine(void *argument);
/* Its `task` can be parted from a server: task_split_begin sets the rest. */
static inline void request_init_task(struct request *request)
{
	request->task.entry = request_coroutine;
	request->task.pinned = false;
	request->task.hart = 0;
}
/* ring->lock held: the record is nobody's any more. */
void request_free_locked(struct ring *ring, struct request *request);

#endif
