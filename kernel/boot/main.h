/* Called by the first instructions; never returns. */
#ifndef KERNEL_BOOT_MAIN_H
#define KERNEL_BOOT_MAIN_H

#include "kernel/api/base.h"

void kernel_main(uint64_t hardware_id, uint64_t device_tree) __attribute__((noreturn));

#endif
