/* Boot: finds the RAM and gives it to the frame allocator. */
#ifndef KERNEL_BOOT_MEMORY_H
#define KERNEL_BOOT_MEMORY_H

#include "kernel/boot/device_tree.h"

/* All RAM, from the lowest to the highest byte.  Panics if there is none. */
struct memory_range boot_memory_init(void);

#endif
