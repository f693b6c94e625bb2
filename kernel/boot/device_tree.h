/*
 * The device tree as boot reads it, through libfdt.  Boot hart only, until the
 * other harts run; drivers use kernel/api/device.h.
 */
#ifndef KERNEL_BOOT_DEVICE_TREE_H
#define KERNEL_BOOT_DEVICE_TREE_H

#include "kernel/api/base.h"
#include "kernel/api/device.h"

struct memory_range {
	uint64_t start, end;		/* physical */
};

/* Panics if there is no valid tree. */
void device_tree_open(uint64_t physical);
struct memory_range device_tree_range(void);		/* where the tree itself lies */
/* Range n of the RAM; of what firmware reserved in it; false: no more. */
bool device_tree_memory(unsigned n, struct memory_range *range);
bool device_tree_reserved(unsigned n, struct memory_range *range);
/* The initramfs; false: there is none. */
bool device_tree_initrd(struct memory_range *range);
const char *device_tree_command_line(void);		/* never NULL */
uint32_t device_tree_timebase_hz(void);
/* Hart n that is not disabled: its hardware number; false: no more.  sstc: it
 * names the extension. */
bool device_tree_hart(unsigned n, uint32_t *hardware_id, bool *sstc);
/* All of them name the extension of that letter. */
bool device_tree_harts_have(char letter);
/* Where the registers of a device are; false: there is none. */
bool device_tree_find(const char *compatible, struct memory_range *registers);
/* Calls the driver's probe for each node that it is compatible with; number of
 * devices that it took. */
unsigned device_tree_probe(const struct device_driver *driver);

#endif
