/*
 * The kernel's own address space: the image, a direct map of RAM, device
 * registers, stacks.  And what of it a process's root table holds: with
 * isolation the trampoline page alone, without it everything.
 */
#ifndef KERNEL_MM_KERNEL_MAP_H
#define KERNEL_MM_KERNEL_MAP_H

#include "kernel/api/base.h"

/* Boot: builds the tables and switches this hart to them.  RAM is physical. */
void kernel_map_init(uint64_t ram_start, uint64_t ram_end, bool isolation);
uint64_t kernel_map_satp(void);
extern bool kernel_map_is_isolated;		/* fixed at boot */
static inline bool kernel_map_isolated(void)
{
	return kernel_map_is_isolated;
}
/* Fills the upper half of a process's root table. */
void kernel_map_share(uint64_t *root);
/* Clears it again. */
void kernel_map_unshare(uint64_t *root);
/* Maps a frame at a kernel address outside the direct map.  0 or -ENOMEM. */
int kernel_map_frame(uint64_t address, void *frame);
uint64_t *kernel_map_root(void);

#endif
