/*
 * The second door: the trap path.  Same services, same handlers, only the way
 * in differs.
 */
#ifndef KERNEL_DOOR_DOOR_H
#define KERNEL_DOOR_DOOR_H

struct thread;
struct trap_frame;

/*
 * Serves one ecall of the current thread: number in frame->a7, arguments in
 * frame->a0 to a5; stores the result in frame->a0.  The pc already points behind
 * the ecall.  May suspend; may not return (exit).
 */
void door_syscall(struct thread *thread, struct trap_frame *frame);

/* Likewise of a process that is traced. */
void door_syscall_traced(struct thread *thread, struct trap_frame *frame);

#endif
