/* kernel/task/hart.h on the host: a thread says which hart it plays. */
#ifndef TEST_HOST_KERNEL_HART_H
#define TEST_HOST_KERNEL_HART_H

#define hart_this hart_this_by_register
#include_next "kernel/task/hart.h"
#undef hart_this

extern _Thread_local struct hart *fake_hart;

static inline struct hart *hart_this(void)
{
	return fake_hart;
}

#endif
