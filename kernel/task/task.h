/*
 * Kernel coroutines: stackful tasks that the shared scheduler's payload picks,
 * an executor per hart.
 *
 * A task takes a stack when it first runs, and one that ends or goes back to
 * user mode leaves it to the next.  Nothing preempts a task in the kernel:
 * it runs until it suspends, yields or ends.  Waiting: kernel/api/wait.h.
 */
#ifndef KERNEL_TASK_TASK_H
#define KERNEL_TASK_TASK_H

#include "kernel/api/base.h"
#include "kernel/api/wait.h"

struct kernel_stack;
struct process;

struct task {
	/* the hart that runs it; when it runs nowhere, whoever wakes it */
	uint64_t *stack_pointer;	/* saved context; NULL: start at `entry` */
	struct kernel_stack *stack;	/* NULL: none bound */
	void (*entry)(void *argument);
	void *argument;
	struct task *parent;		/* while an operation borrows its server's turn */
	struct process *process;	/* whom it works for; NULL: the kernel */
	uint32_t number;		/* in the kernel's pool; 0: none */
	uint8_t level;
	bool cancelled;			/* atomic; sticky until task_cancel_clear */
	bool is_thread;			/* runs user code: preemptible, has a trap frame */
	bool waits_interruptibly;	/* a hint for others */
	bool pinned;			/* woken on the hart where it was started */
	uint32_t hart;			/* that runs it, or ran it last */
};

ABI_CHECK(sizeof(struct task) <= 128, "a coroutine without its stack: 128 bytes");

/* The task that runs here; NULL while the hart idles or boots. */
struct task *task_current(void);

/* Any context.  `entry` must not return: it ends in task_exit. */
void task_init(struct task *task, void (*entry)(void *), void *argument, uint8_t level);
/* Makes it ready, on hart `hart` or TASK_ANY_HART.  A thread's process is locked, so that
 * it can't end meanwhile.  -EAGAIN: no room for it. */
#define TASK_ANY_HART	(~0u)
int task_start(struct task *task, unsigned hart);
/* Makes it ready if it waits; else its next wait returns at once.  Any context. */
void task_wake(struct task *task);
/* Its interruptible waits end with -ECANCELED from now on.  Any context. */
void task_cancel(struct task *task);
void task_cancel_clear(struct task *task);
bool task_cancelled(void);		/* of the current one */
/* It is suspended in an interruptible wait right now: task_cancel ends it. */
bool task_waits_interruptibly(const struct task *task);

/* Lets equals and betters run; takes pending interrupts. */
void task_yield(void);
/* Ends the current task; then calls release(argument), which must not suspend and
 * may free the task. */
void task_exit(void (*release)(void *), void *argument) __attribute__((noreturn));
/* The current thread's user state is complete in its frame: it stays ready, gives
 * up this stack, and goes on at task.entry, perhaps on another hart. */
void task_leave_ready(void) __attribute__((noreturn));
/* The same for a thread that is loaded here, with nothing on this stack but its trap:
 * returns the thread, itself perhaps, that goes on on this stack, its frame complete and it
 * the current task, but not yet loaded.  Does not return if somebody else is next. */
struct task *task_pass_on(void);
/* A hart's loop; boot ends here. */
void executor_run(void) __attribute__((noreturn));
/* A new priority level, at once; on another hart when that is interrupted.  Any context. */
void task_set_level(struct task *task, uint8_t level);
/* Does that here for what other harts have told. */
struct hart;
void task_requeue_told(struct hart *hart);

/*
 * Design 3.3: a handler runs on its server's stack, and only if it suspends does
 * that stack become the operation's, while the server goes on with a fresh one.
 *
 * Between begin and end `operation` is the current task.  If it suspends, the
 * server (the task that called begin) becomes ready, to start anew at
 * `server->entry(server->argument)`: all that it must know by then is in memory.
 * end: true: it never suspended, and the caller is the server again; false: the
 * server has gone on, the caller is now `operation` and ends in task_exit.
 * Without memory for the parting, server and operation suspend together.
 */
void task_split_begin(struct task *operation);
bool task_split_end(struct task *operation);

/* Harts that run, numbered from 0; and the one we are on. */
unsigned hart_count(void);
unsigned hart_current(void);
/* The hart where a ring server disturbs least, if possible another than `not_here`;
 * task_unplace_server gives the place back. */
unsigned task_place_server(unsigned not_here);
void task_unplace_server(unsigned hart);
/* A hint: a thread runs on that hart, so that a server would have to wait for its slice. */
bool task_hart_is_taken(unsigned hart);

/* Another hart has nothing to do: a hint. */
bool task_idle_hart_elsewhere(void);
/* Another task or interrupt waits for this hart: a server off its turn stops polling. */
bool task_hart_wanted(void);

#endif
