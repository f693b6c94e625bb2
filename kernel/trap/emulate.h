/* User interrupts on a machine without them: instructions that trap. */
#ifndef KERNEL_TRAP_EMULATE_H
#define KERNEL_TRAP_EMULATE_H

#include "kernel/api/base.h"

struct thread;
struct trap_frame;

/*
 * `instruction` of the loaded thread was illegal, as the trap says; 0: it does not say.
 * True: it has been done, or waited for (the thread may be on another hart now).  All
 * registers are in the frame.
 */
bool trap_emulate(struct thread *thread, struct trap_frame *frame, uint32_t instruction);
/* On the way to user mode, the thread loaded: takes the interrupt that is to be taken. */
void trap_deliver(struct thread *thread, struct trap_frame *frame);

#endif
