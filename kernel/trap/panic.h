/* What a trap in the kernel leaves for panic. */
#ifndef KERNEL_TRAP_PANIC_H
#define KERNEL_TRAP_PANIC_H

#include "kernel/api/base.h"

struct panic_frame {
	uint64_t x[32];			/* x[0] is the pc */
};

/* Symbol that an address of the kernel's text lies in; NULL: none. */
const char *kernel_symbol(uint64_t address, uint64_t *offset);
/* Called by the trap entry on a trap from S mode: always a bug. */
void trap_from_supervisor(struct panic_frame *frame) __attribute__((noreturn));
/* True once some hart has panicked: the others stop when they see it. */
bool panic_in_progress(void);
void panic_stop_hart(void) __attribute__((noreturn));

#endif
