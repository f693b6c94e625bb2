/* The machine's harts: found in the device tree, started by HSM. */
#ifndef KERNEL_BOOT_HARTS_H
#define KERNEL_BOOT_HARTS_H

#include "kernel/api/base.h"

/* Numbers the harts, the one we are on first; sets up this one's struct. */
void harts_find(uint32_t boot_hardware_id);
/* Whether every hart has stimecmp. */
bool harts_have_sstc(void);
/* Starts the others: each goes to its executor. */
void harts_start(void);

#endif
