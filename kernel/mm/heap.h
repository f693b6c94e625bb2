/* The kernel heap's start, and its counters; kernel/api/memory.h has the calls. */
#ifndef KERNEL_MM_HEAP_H
#define KERNEL_MM_HEAP_H

#include "kernel/api/base.h"

void heap_init(void);
uint64_t heap_bytes_used(void);		/* asked for and not freed */
uint64_t heap_frames_held(void);

#endif
