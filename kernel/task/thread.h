/*
 * A thread on a hart: loading and unloading what user mode needs beyond the trap
 * frame (root table, floating point, slice, view).
 */
#ifndef KERNEL_TASK_THREAD_H
#define KERNEL_TASK_THREAD_H

#include "kernel/api/base.h"

struct hart;
struct task;
struct thread;

/* A thread's task: its address alone, nothing is read. */
const struct task *thread_task(const struct thread *thread);

/* Makes `thread` the one that this hart returns to user mode for. */
void thread_enter_hart(struct hart *hart, struct thread *thread);
/* Whatever thread is loaded here leaves, with all of its state saved. */
void thread_leave_hart(struct hart *hart);
/* Both at once: the loaded one leaves, `next` comes. */
void thread_pass_hart(struct hart *hart, struct thread *next);
/* The hart idles, whose thread, if one is loaded, waits in the kernel: that is no time
 * that it runs.  And the end of that. */
void thread_rest_begin(struct hart *hart);
void thread_rest_end(struct hart *hart);
/* An instruction of the loaded thread was illegal.  True: it was its first of
 * floating point, which it now has; the instruction is to be tried again. */
bool thread_floating_point_begin(struct hart *hart, struct thread *thread);
/* The user interrupts of a thread that is loaded here come, or go; thread->uintr is there. */
void thread_interrupts_enter(struct hart *hart, struct thread *thread);
void thread_interrupts_leave(struct thread *thread);
/* Emulated: something was posted to it.  Whoever has it on a hart looks before it goes on in
 * user mode.  Any context; the thread is there. */
void thread_interrupts_tell(struct thread *thread);
/* A slice of `slice_ns` begins. */
void thread_slice_start(struct hart *hart, uint64_t slice_ns);

/* A record in another hart's lane for `self`, the thread that runs here and has left this
 * hart: its number, or -EAGAIN.  It may run there before this returns. */
int32_t thread_add_elsewhere(struct hart *hart, struct task *self, unsigned elsewhere);

/* Saves / loads the 32 registers and fcsr; trap/floating_point.S. */
void floating_point_save(uint64_t *f, uint64_t *fcsr);
void floating_point_load(const uint64_t *f, const uint64_t *fcsr);

#endif
