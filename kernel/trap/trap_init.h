/* Boot's part of the trap path. */
#ifndef KERNEL_TRAP_TRAP_INIT_H
#define KERNEL_TRAP_TRAP_INIT_H

#include "kernel/api/base.h"

/* Chooses the entry and exit for the machine; once. */
void trap_init(bool isolated, bool asids);
/* From now on this hart takes traps; each hart once. */
void trap_init_hart(void);
/* task.entry of every thread: to user mode. */
void thread_main(void *thread);

#endif
