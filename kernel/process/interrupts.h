/* A thread's user interrupts: its context, thread->uintr, made when it first asks. */
#ifndef KERNEL_PROCESS_INTERRUPTS_H
#define KERNEL_PROCESS_INTERRUPTS_H

struct thread;

/* The calling thread has a context.  0 or -ENOMEM, -EOPNOTSUPP (switched off). */
int thread_interrupts(struct thread *thread);
/* ... and a receiver.  -ENOSPC: there is none left. */
int thread_receiver(struct thread *thread);

#endif
