/*
 * Coroutines of this program.  Included by <uos.h>.
 */
#ifndef UOS_TASK_H
#define UOS_TASK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct uos_task;

/* Makes a coroutine that will run entry(argument), at the caller's priority and
 * behind those that are ready; it takes a stack when it first runs.  NULL: no
 * memory, or the task pool is full.  Any coroutine; does not wait.
 * Somebody must join or detach it. */
struct uos_task *uos_spawn(void (*entry)(void *argument), void *argument);

/* Nobody will join it: it is freed when it returns.  Does not wait. */
void uos_detach(struct uos_task *task);

/* Bytes of each coroutine's stack: a power of two, 8 KiB to 1 MiB.  64 KiB unless
 * the program defines it. */
extern const size_t uos_stack_bytes;

/* The coroutine that calls. */
#if defined(__riscv)
static inline struct uos_task *uos_task_self(void)
{
	struct uos_task *task;

	__asm__("ld %0, -8(tp)" : "=r"(task));
	return task;
}
#else
struct uos_task *uos_task_self(void);
#endif

/* Ends what the task waits for, if that can be ended: an ASYNC call or an
 * INTERRUPTIBLE wait returns -ECANCELED.  ASYNC itself if the task is in an ASYNC
 * call.  0: it has been told; -ENOENT: it waits for nothing that can be ended;
 * -EALREADY: its operation is past the point of return and will complete. */
int uos_cancel(struct uos_task *task);

/* Level 0 (most urgent) to 63; UOS_SCHED_LEVEL_DEFAULT (32) to begin with.
 * task NULL: the caller.  0 or -EINVAL.  Does not wait; counts from the next
 * switch on. */
int uos_task_set_priority(struct uos_task *task, unsigned int level);

/* How long after it became ready the task should have run, under a scheduler that
 * goes by deadlines (SCHED=edf); others ignore it.  0: (level + 1) milliseconds, as to
 * begin with.  Each wake-up and each yield begins a new time; nothing happens when it is
 * over but that others with a later one still wait.  task NULL: the caller.  0 or -errno.
 * Does not wait; a task that is ready is moved at once. */
int uos_task_set_deadline(struct uos_task *task, uint64_t deadline_ns);

/* ---- executors ---------------------------------------------------------------- */

/*
 * A program begins with one executor, which runs all coroutines, one at a time.
 * uos_executors_open(count) makes so many of them in all, each on a kernel thread of
 * its own with a ring of its own; the coroutines are shared among them.  From then on
 * two coroutines may run at the same time, on two harts, and a coroutine may go on on
 * another hart whenever it has waited or yielded.  What is in this header, in sync.h,
 * stdio and malloc are safe so; what the program shares itself needs a mutex.
 *
 * From a coroutine.  Does not wait, but traps.  How many there are now, at least
 * `count`; -EINVAL: 0, or more than uos_executors_max; -ENOMEM, -EAGAIN, -EMFILE:
 * there are as many as could be made.  They stay till the program ends.
 */
int uos_executors_open(unsigned int count);

/* The most that it may have: lanes of the task pool, 1 to 64.  8 unless the program
 * defines it; each is 1 KiB. */
extern const unsigned int uos_executors_max;

/* ---- threads -------------------------------------------------------------------- */

/*
 * For code that can't yield: a thread is cut off by the timer, so it holds up neither
 * the coroutines nor other threads, also on one hart.  It may make every call of this
 * library, by ring or trap: what WAITS or is ASYNC makes the thread wait and nobody
 * else.  Channels, events and mutexes work between threads and coroutines; errno,
 * thread-local variables and lines of output are its own.  But it has no coroutines:
 * uos_spawn() gives NULL there, uos_task_set_priority() and _deadline() -EINVAL, and uos_cancel()
 * does not reach what a thread asks the kernel.  Its stack is 256 KiB.
 */
struct uos_thread;

/* Runs entry(argument) in a thread of its own.  NULL: no memory, no descriptor for its
 * ring, or too many (docs/abi.md).  Traps, does not wait.  Somebody must join it. */
struct uos_thread *uos_thread_create(void (*entry)(void *argument), void *argument);

/* ASYNC.  0 when it has returned, and it is freed; -ECANCELED: it may be joined again.
 * One joiner only. */
int uos_thread_join(struct uos_thread *thread);

/* What the caller's executor has done so far.  `next_calls` counts the scheduler's
 * decisions; all but `pauses` of them answered a task. */
struct uos_executor_stats {
	uint64_t next_calls;
	uint64_t pauses;		/* told to idle or to give the hart up */
	uint64_t operations;		/* ASYNC calls submitted */
	uint64_t completions;		/* of these, seen complete */
	uint64_t enters;		/* traps into io_uring_enter */
	uint64_t stacks;		/* bound to a coroutine, or kept for the next one */
	uint64_t interrupts;		/* of the executor, taken by its handler */
	uint64_t sleeps;		/* in user mode, by wfi */
};
void uos_executor_stats(struct uos_executor_stats *stats);

/* Lets the other coroutines of the same or a higher priority run.  Returns when
 * it is the caller's turn again. */
#if defined(__riscv)
void uos_switch_yield(void);	/* these two have a calling convention of their own: */
void uos_switch_join(void);

/*
 * The callee-saved registers are declared lost, so the compiler keeps in memory
 * across the switch only what this very function still needs: in a loop that
 * yields, often nothing.  s0 is not in the list (it may be the frame pointer):
 * it is kept.
 */
#if defined(__riscv_float_abi_double)
#define UOS_SWITCH_CLOBBERS_FLOAT \
	, "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "ft8", "ft9", "ft10", "ft11", \
	"fa0", "fa1", "fa2", "fa3", "fa4", "fa5", "fa6", "fa7", \
	"fs0", "fs1", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11"
#else
#define UOS_SWITCH_CLOBBERS_FLOAT
#endif
#define UOS_SWITCH_CLOBBERS \
	"memory", "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", \
	"a1", "a2", "a3", "a4", "a5", "a6", "a7", \
	"s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11" \
	UOS_SWITCH_CLOBBERS_FLOAT

static inline void uos_yield(void)
{
	__asm__ volatile("call uos_switch_yield" : : : "a0", UOS_SWITCH_CLOBBERS);
}

/* WAITS until it has returned, and frees it.  INTERRUPTIBLE: -ECANCELED, and
 * then it may be joined again.  0; -EDEADLK for oneself.  One joiner only. */
static inline int uos_join(struct uos_task *task)
{
	register long a0 __asm__("a0") = (long)task;

	__asm__ volatile("call uos_switch_join" : "+r"(a0) : : UOS_SWITCH_CLOBBERS);
	return (int)a0;
}

#else
void uos_yield(void);
int uos_join(struct uos_task *task);
#endif

#ifdef __cplusplus
}
#endif
#endif
