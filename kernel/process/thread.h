/*
 * A process's threads: made, started, ended.  struct thread is in process.h.
 *
 * Each has a trap frame, a page that only S reaches, in a slot of its own at the top
 * of the address space (limits.h); so a process has at most THREADS_MAX, and as many
 * as there is memory for.  Frame and slot are free again when the thread has ended.
 */
#ifndef KERNEL_PROCESS_THREAD_H
#define KERNEL_PROCESS_THREAD_H

#include "abi/thread.h"
#include "kernel/api/base.h"

struct process;
struct thread;
struct trap_frame;

/* A thread of `process` that does not run yet: 0; -ENOMEM; -EAGAIN: all slots taken;
 * -EFAULT: no lane there.  start->level is a level, and allowed. */
int thread_create(struct process *process, const struct uos_thread_start *start,
		  struct thread **result);
/* Runs it, on `hart` or TASK_ANY_HART.  -EAGAIN: no room among the tasks;
 * -ECANCELED: the process is ending; the thread is still the caller's then. */
int thread_begin(struct thread *thread, unsigned hart);
/* It never ran. */
void thread_abandon(struct thread *thread);

/* What a user asked for, checked: -EINVAL, -EPERM (above the ceiling); resolves
 * UOS_LEVEL_INHERIT. */
int thread_check(const struct process *process, struct uos_thread_start *start);
/* A new thread of `process`, running.  Its id, or -errno as above.  Any context that
 * works for the process. */
int thread_start(struct process *process, const struct uos_thread_start *start);

/* clone's arguments in the frame's a0 to a4, all other registers too: a thread that goes on
 * from there with 0 in a0, floating point fresh.  Its id, or as thread_start; -EFAULT. */
int thread_clone(struct thread *parent, const struct trap_frame *frame);

#endif
