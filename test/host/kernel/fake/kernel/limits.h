/* kernel/limits.h on the host: the direct map lies where the host gave us memory. */
#ifndef TEST_HOST_KERNEL_LIMITS_H
#define TEST_HOST_KERNEL_LIMITS_H

#include_next "kernel/limits.h"

#include <stdint.h>

extern uint64_t fake_direct_map_base;

#undef DIRECT_MAP_BASE
#define DIRECT_MAP_BASE fake_direct_map_base

#endif
