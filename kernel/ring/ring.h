/*
 * Rings as the rest of the kernel sees them.  The object itself, its server and
 * its requests are in kernel/ring/; who calls what from outside is here.
 */
#ifndef KERNEL_RING_RING_H
#define KERNEL_RING_RING_H

#include "abi/io_uring.h"
#include "kernel/api/base.h"

struct process;
struct ring;
struct thread;
struct trap_frame;

/* What a program born with a ring is told of it. */
struct ring_birth {
	struct io_uring_params params;
	uint64_t rings_address, sqes_address;	/* in the process's address space */
};

/* Makes `process`'s own ring, maps it, and puts it behind UOS_RING_FD.  Coroutine
 * context, before the process runs.  0 or -errno. */
int ring_create_own(struct process *process, struct ring_birth *birth);

/*
 * The process is ending and no thread of it runs user code: cancels every
 * request made in its name, on any ring, and waits until the last one has
 * completed (a device may have to finish first).  Coroutine context.
 */
void ring_process_end(struct process *process);

/*
 * The process's executor has been cut off or has left its hart: if its own ring
 * holds submissions that nobody serves, its server is made ready.  Any context.
 */
void ring_look(struct process *process);

/*
 * A thread whose task starts anew while thread->enter.serving: its io_uring_enter
 * has been parted from its stack by an operation, and goes on here.
 */
void ring_enter_again(struct thread *thread) __attribute__((noreturn));
/* io_uring_enter of the current thread: its result; or HART_LOOK_ENTER is set. */
int64_t ring_enter(struct thread *thread, const struct trap_frame *frame);
/* HART_LOOK_ENTER: the second half of an io_uring_enter, with all of the thread's registers
 * in its frame, where it leaves the result.  May not return: see above. */
void ring_enter_rest(struct thread *thread);

uint64_t ring_count(void);		/* rings now */
uint64_t ring_request_count(void);	/* records of accepted SQEs now */
/* Wakes who waits for that word of the process's, `count` at most, in order, if they
 * share a bit.  How many.  Any context. */
int64_t ring_futex_wake(const struct process *process, uint64_t address, uint32_t count,
			uint32_t bits);
/* policy.c: what a process may ask for, by any ring and by trap.  A child gets what its parent
 * has, before it has a ring: 0 or -ENOMEM. */
bool policy_allows(const struct process *process, uint8_t opcode);
int policy_inherit(struct process *child, const struct process *parent);
void policy_free(struct process *process);
/* What the rings that it made have announced, ever. */
void ring_announced(const struct process *process, uint64_t *announcements,
		    uint64_t *completions);
/* Doorbells of these vectors were rung: servers that sleep are made ready.  Any context. */
void ring_bell(uint64_t vectors);
void ring_init(void);			/* boot */

#endif
