/* Faults of user code: filled pages, or the end of the program. */
#ifndef KERNEL_TRAP_FAULT_H
#define KERNEL_TRAP_FAULT_H

#include "kernel/api/base.h"

struct thread;
struct trap_frame;

/* Makes the page available, or ends the process with a line that says why. */
void trap_fault(struct thread *thread, struct trap_frame *frame, uint64_t cause,
		uint64_t address);

#endif
