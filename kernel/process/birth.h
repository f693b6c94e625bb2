/* What stands in a new process's memory when it takes its first step. */
#ifndef KERNEL_PROCESS_BIRTH_H
#define KERNEL_PROCESS_BIRTH_H

#include "kernel/api/base.h"

struct elf_image;
struct process;
struct spawn_request;

/*
 * Maps what the kernel gives every program born with a ring: the payload, the
 * view, the task pool, the ring.  Then the stack with arguments, environment and
 * auxiliary vector.  *sp receives the first stack pointer.  0 or -errno.
 */
int birth_prepare(struct process *process, const struct elf_image *image,
		  const struct spawn_request *request, uint64_t *sp);

#endif
