/* What address_space.c and user_memory.c share. */
#ifndef KERNEL_MM_USER_MEMORY_H
#define KERNEL_MM_USER_MEMORY_H

#include "kernel/api/base.h"

struct address_space;

/* As address_space_fault, with space->lock held. */
int address_space_fault_locked(struct address_space *space, uint64_t address,
			       uint32_t protection);

#endif
