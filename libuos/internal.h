/*
 * What the parts of libuos know of each other: executors, tasks and the words
 * that switch.S reads.  Programs never see it.
 *
 * An EXECUTOR runs the coroutines of one lane of the program's task pool, on a
 * kernel thread of its own, with a ring of its own.  There is one until the program
 * asks for more (executors.c), and what several share says below how.  Who runs
 * next is the payload's decision alone: each change of task is one call of its
 * next(), in switch.S.
 *
 * ALONE or SHARED: a program with one executor and no thread is ALONE; an executor
 * that is not has `wake`, `add`, `wait_limit` and `shared` set so that its ways lead
 * through executors.c.  So the ways of the first kind cost what they would if there were no
 * second kind.
 *
 * What moves: a coroutine goes on on any executor after it gave up its hart.  So
 * whoever calls something that may switch asks anew who its executor is.
 *
 * Where the current task and its executor are: in the two words below tp.  tp
 * is the coroutine's thread-local block, so both follow the coroutine.
 *
 *     stack ... | free link | owner | executor | task |tp-> thread-local variables | end of the slot
 */
#ifndef LIBUOS_INTERNAL_H
#define LIBUOS_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/sched.h"
#include "uos/ring.h"
#include "uos/task.h"

/* ---- tasks -------------------------------------------------------------------- */

/* uos_task.join: what stands there is one of these, or the joiner's task. */
#define TASK_UNJOINED		0ul
#define TASK_DONE		1ul
#define TASK_DETACHED		2ul

/* uos_task.waiting: one of these, or the address of an operation under way. */
#define WAITING_NOT		0ul	/* or in what cannot be ended */
#define WAITING_INTERRUPTIBLE	1ul
#define WAITING_CANCELLED	2ul	/* uos_cancel() has been here */
#define WAITING_KIND_MAX	15ul

struct uos_task {
	/* saved while it does not run; switch.S */
	uint64_t sp;
	uint64_t ra;
	uint64_t s0;
	uint64_t tp;
	/* fixed at birth */
	void (*entry)(void *argument);
	void *argument;
	uint32_t number;		/* the payload's; atomic: maker and task may both write it */
	uint32_t level;
	/* anybody, atomic */
	uintptr_t join;
	uintptr_t waiting;
	/* while it is free: executor.task_free, or its owner's task_returns */
	struct uos_task *free_next;
	struct uos_executor *owner;	/* fixed: whose free list it belongs to */
	uint64_t reserved[4];
};

/*
 * Relaxed loads and stores of words that others read or swap at the same time.  As
 * __atomic says it, this compiler makes a swap of a store, and both without offsets.
 */
#if defined(__riscv)
#define uos_load_relaxed(word)		(*(const volatile __typeof__(*(word)) *)(word))
#define uos_store_relaxed(word, value)	(*(volatile __typeof__(*(word)) *)(word) = (value))
#else
#define uos_load_relaxed(word)		__atomic_load_n(word, __ATOMIC_RELAXED)
#define uos_store_relaxed(word, value)	__atomic_store_n(word, value, __ATOMIC_RELAXED)
#endif

static inline uint32_t uos_task_number(const struct uos_task *task)
{
	return uos_load_relaxed(&task->number);
}

/* ---- executors ------------------------------------------------------------------ */

struct uos_shared;

/* What lies below tp. */
struct uos_stack_slot {
	struct uos_stack_slot *free_next;	/* executor.stack_free, stack_returns */
	struct uos_executor *owner;		/* fixed: whose list it belongs to */
	struct uos_executor *executor;
	struct uos_task *task;
};

/* An operation under way; client.c. */
struct uos_operation {
	struct uos_task *task;
	int32_t result;
	uint32_t done;			/* written by who reaps, released; read by the task */
};

struct uos_executor {
	/* switch.S; fixed at the start */
	struct uos_sched_pool *pool;
	uint64_t (*next)(struct uos_sched_pool *pool, uint32_t lane, uint32_t how);
	uint32_t *cq_tail;		/* the ring's word */
	uint32_t lane;
	uint32_t cq_reaped;		/* attend before a block when *cq_tail differs */
	struct uos_stack_slot *stack_free;	/* the one used last comes first */
	uint64_t sp;			/* its own stack: before main(), and to map stacks */
	/* attend before a yield when *cq_tail differs: cq_reaped, or while a knock is
	 * due that with its top bit turned, so that it always differs (client.c) */
	uint32_t cq_seen;
	uint32_t due;			/* an interrupt readied somebody where it could not switch */
	/* what tp points behind before a task has a stack of its own */
	struct uos_stack_slot no_slot;
	/* fixed at the start */
	uos_sched_add_fn *add;
	uos_sched_wake_fn *wake;
	uos_sched_set_priority_fn *set_priority;
	uos_sched_best_fn *best;
	uos_sched_hold_fn *hold;
	/* the executor alone */
	struct uos_task *task_free;
	struct uos_task *record_next;	/* slab.c: records that were never on a list */
	uint64_t records_left;
	struct uos_ring ring;
	uint32_t unknocked;		/* operations submitted while the kernel slept */
	uint32_t turns_unknocked;	/* yields since */
	uint64_t operations;
	uint64_t completions;
	uint64_t enters;
	uint64_t wait_limit;		/* who would wait for so many completions asks first; SHARED: 0 */
	const struct uos_shared *shared;	/* NULL: ALONE */
	/* a stack of another's, on which we may still stand: given back at the next end */
	struct uos_stack_slot *stack_leaving;
	uint32_t watches;		/* somebody sleeps: what is ready when a task yields may go */
	struct uos_operation message;	/* what a message of another's completes: nothing */
	struct uos_task nobody;		/* who waits for it */
	/* the executor and its interrupt handler (interrupt.c) */
	uint32_t busy;			/* the handler leaves the completions alone */
	uint32_t held;			/* wait lists locked: no interrupt may switch */
	uint32_t *cq_event;		/* the ring's word; NULL: it has no interrupt */
	struct uos_vector *vectors;	/* of the program; NULL: none */
	uint32_t urgent;		/* level of the most urgent whom its handlers woke ... */
	uint32_t wakes_by;		/* ... and by which lane: its own, or ANY_LANE */
	int doorbell;			/* one more than the sender to who serves the ring; 0: none */
	bool interrupts_asked;
	bool sleeps_in_wfi;
	bool listens;			/* others may interrupt it: to wait for nothing is right */
	uint64_t interrupts;
	uint64_t sleeps;
	/* anybody, atomic */
	struct uos_task *task_returns __attribute__((aligned(64)));	/* pushed; taken whole */
	struct uos_stack_slot *stack_returns;
	uint64_t asked;			/* bit per lane whose executor would like a task */
	uint64_t messages;		/* sent to it */
};

extern struct uos_executor uos_executor_first;
#if !defined(__riscv)
struct uos_executor *uos_host_executor(void);
#endif

static inline struct uos_executor *uos_executor_self(void)
{
#if defined(__riscv)
	struct uos_executor *executor;

	__asm__ volatile("ld %0, -16(tp)" : "=r"(executor));
	return executor;
#else
	return uos_host_executor();
#endif
}

/* Makes the task ready.  Any context that knows its executor. */
static inline void uos_wake(struct uos_executor *executor, uint32_t number)
{
	executor->wake(executor->pool, executor->lane, executor->lane, number);
}

/* What follows from the executor's ring. */
static inline void uos_executor_set_ring(struct uos_executor *executor)
{
	executor->cq_tail = executor->ring.cq_tail;
	executor->cq_reaped = executor->cq_seen = *executor->ring.cq_head;
	executor->wait_limit = executor->ring.cq_entries + 1ul;
	executor->no_slot.executor = executor;
	executor->message.task = &executor->nobody;
}

/* ---- interrupts (interrupt.c) ------------------------------------------------------ */

/* What the program wants done for a vector. */
struct uos_vector {
	void (*handler)(void *argument);
	void *argument;
};

/* From a handler: makes the task ready. */
void uos_interrupt_wake(struct uos_executor *executor, struct uos_task *task);

/* The executor whose handler runs; NULL: none does. */
struct uos_executor *uos_interrupted_executor(void);

/* The calling thread's completions interrupt it from now on, if the kernel can do that: from
 * the first time that it has something to do with the kernel, so that who has nothing
 * does not pay for it.  Once. */
void uos_interrupts_begin(struct uos_executor *executor);

/* Takes the completions, from the handler: the level of the most urgent task that was
 * woken, or UOS_SCHED_LEVEL_NONE.  `by`: wake()'s. */
uint32_t uos_client_reap_interrupted(struct uos_executor *executor, uint32_t by);

/* With UIE = 0, since before the caller saw that there is nothing to do: sleeps till
 * something is pending, and takes what that is, but for the completions. */
void uos_interrupt_sleep(struct uos_executor *executor);

/* UIE, of an executor that has interrupts. */
void uos_interrupts_off(void);
void uos_interrupts_on(void);

/* Says and ends a part during which an interrupt must not switch: the executor's words are
 * in use.  The code between client.o and task.o is such a part anyway (user.ld); this is
 * for what it calls outside.  Nests. */
static inline void uos_hold(struct uos_executor *executor)
{
	executor->held++;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void uos_let_go(struct uos_executor *executor)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	executor->held--;
}

/* executor->due is set: gives way if a more urgent task is ready. */
void uos_executor_due(void);

/* At the end of a call that did not give the hart up. */
static inline void uos_check_due(void)
{
#if defined(__riscv)
	if (__builtin_expect(uos_load_relaxed(&uos_executor_self()->due), 0))
		uos_executor_due();
#endif
}

/* ---- switching (switch.S) -------------------------------------------------------- */

/*
 * Gives the hart up until somebody wakes this task.  It may also return without
 * a reason: each caller looks again whether what it waits for is there.
 */
#if defined(__riscv)
void uos_switch_block(void);

static inline void uos_block(void)
{
	__asm__ volatile("call uos_switch_block" : : : "a0", UOS_SWITCH_CLOBBERS);
}
#else
void uos_block(void);
#endif

/* The current task is gone; its stack is on the executor's list already. */
void uos_switch_exit(struct uos_executor *executor) __attribute__((noreturn));

/* Runs the first task; never returns. */
void uos_switch_start(struct uos_executor *executor) __attribute__((noreturn));

/* Gives the hart to who is more urgent elsewhere, or an equal. */
#if defined(__riscv)
void uos_switch_give_way(void);
#else
#define uos_switch_give_way uos_sys_yield
#endif

/* Where a task begins that has not run yet. */
void uos_switch_first(void);

/* ---- what switch.S calls ----------------------------------------------------------- */

/* The two halves of joining: 1: to be called again when the caller has been woken,
 * or the end: 0, -ECANCELED, -EDEADLK. */
int uos_join_begin(struct uos_task *task);
int uos_join_again(struct uos_task *task);

/* On its new stack. */
void uos_task_main(struct uos_task *task) __attribute__((noreturn));

/* More stacks on executor->stack_free: at least one, or the program ends. */
void uos_stack_grow(struct uos_executor *executor);

/* next() answered SWITCH or IDLE: waits; the cookie of the task to run. */
uint64_t uos_executor_pause(struct uos_executor *executor, uint64_t answer);

/* Completions may be there, or the kernel should be told of submissions.  `yields`:
 * the current task gives up its hart for the others only; it may be on another
 * executor afterwards. */
void uos_executor_attend(struct uos_executor *executor, bool yields);

/* ---- several executors (executors.c) --------------------------------------------------- */

#define UOS_EXECUTORS_LIMIT	64u	/* bits of a mask of lanes */

/* What the rest of libuos asks of executors.c, which a program that has one executor is
 * not linked with. */
struct uos_shared {
	/* Nothing to run: lets others know, and sleeps until a completion comes. */
	void (*wait)(struct uos_executor *executor);
	/* Another executor asked for work, or waits for what was promised. */
	void (*attend)(struct uos_executor *executor, bool yields);
	/* Cancels the operation on whichever executor's ring it is: as uos_cancel(). */
	int (*cancel)(uint64_t operation);
	/* Gives back what another executor owns. */
	void (*return_task)(struct uos_task *task);
	void (*return_stack)(struct uos_executor *executor, struct uos_stack_slot *slot);
	/* What others have given back, on the executor's own lists.  False: nothing. */
	bool (*take_tasks)(struct uos_executor *executor);
	bool (*take_stacks)(struct uos_executor *executor);
};

static inline bool uos_program_is_shared(void)
{
	return uos_executor_first.shared != NULL;
}

/* The program is SHARED from here on.  Called by a coroutine of the only executor, or
 * without effect. */
void uos_shared_begin(void);

/* What a thread's executor has of all that. */
extern const struct uos_shared uos_shared;

/* A task of number `number`, in the pool of the executors, is made ready by who has
 * no lane.  wake()'s result. */
int32_t uos_shared_wake_from_outside(uint32_t number);

/* The task's first steps on an executor that did not make it. */
void uos_switch_first_elsewhere(void);

/* add()'s answer when the task may already run elsewhere: it knows its number. */
#define UOS_ADDED_ELSEWHERE	(-1000)

/* The kernel's entry of an executor's thread; a0: executor. */
void uos_executor_entry(void);

/* ---- threads (thread.c) ---------------------------------------------------------------- */

/* A thread's number, where a task's would stand. */
#define UOS_THREAD_NUMBER	0x80000000u
int32_t uos_thread_wake(uint32_t number);

/* ---- tasks, stacks, records --------------------------------------------------------- */

struct uos_task *uos_task_make(struct uos_executor *executor, void (*entry)(void *argument),
			       void *argument, uint32_t level);

/* A record, zero but for what it was before; NULL: no memory. */
struct uos_task *uos_task_record_more(struct uos_executor *executor);

/* Thread-local variables: bytes, rounded up so that tp is aligned. */
size_t uos_tls_bytes(void);

/* From the linker script; all are multiples of 8. */
extern const uint64_t __tls_start[], __tls_data_end[], __tls_end[];

static inline void uos_tls_init(uint64_t *block)
{
	const uintptr_t start = (uintptr_t)__tls_start;
	uint64_t *data_end = block + ((uintptr_t)__tls_data_end - start) / sizeof(*block);
	uint64_t *end = block + ((uintptr_t)__tls_end - start) / sizeof(*block);

	for (const uint64_t *from = __tls_start; block != data_end; block++)
		*block = *from++;
	while (block != end)
		*block++ = 0;
}

/* Stacks bound to a coroutine or kept for the next one. */
uint64_t uos_stacks_made(void);

/* Says so on descriptor 2 and ends the program with status 127. */
void uos_fatal(const char *message) __attribute__((noreturn));

/* ---- operations (client.c) ------------------------------------------------------------ */

/*
 * Submits an SQE to the own ring and waits: the operation's result.  The words
 * are the SQE's of 8 bytes: 0 opcode and fd, 1 offset, 2 address, 3 length and
 * flags, 5 buf_index and file_index, 6 addr3.  They come in registers, so that a
 * call of <uos.h> is a few moves and a jump.
 */
int32_t uos_operation(uint64_t word0, uint64_t offset, uint64_t address, uint64_t word3,
		      uint64_t word5, uint64_t word6);

/* Words 0 and 3, and the file_index of word 5. */
static inline uint64_t operation_on(uint8_t opcode, int fd)
{
	return opcode | (uint64_t)(uint32_t)fd << 32;
}

static inline uint64_t operation_length(uint32_t length, uint32_t flags)
{
	return length | (uint64_t)flags << 32;
}

static inline uint64_t operation_file_index(uint32_t file_index)
{
	return (uint64_t)file_index << 32;
}

/* Completions that are there are taken, and those who wait for them are woken. */
void uos_client_reap(struct uos_executor *executor);

/* The executor has nothing to run: tells the kernel and waits for completions. */
void uos_client_wait(struct uos_executor *executor);

/* Whether attend() is to be called at the next yield. */
void uos_client_update_seen(struct uos_executor *executor);

/* Waits for one completion, whatever is under way. */
void uos_client_sleep(struct uos_executor *executor);

/* Tells a sleeping kernel that there are submissions. */
void uos_client_knock(struct uos_executor *executor);

#endif
