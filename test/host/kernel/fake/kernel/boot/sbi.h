/* kernel/boot/sbi.h on the host: the one call that the code under test makes. */
#ifndef TEST_HOST_KERNEL_SBI_H
#define TEST_HOST_KERNEL_SBI_H

#include "kernel/api/base.h"

void sbi_set_timer(uint64_t ticks);

#endif
