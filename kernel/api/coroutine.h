/*
 * Coroutines of the kernel's own, for drivers and file systems that work without
 * being asked: write-back, housekeeping.
 */
#ifndef KERNEL_API_COROUTINE_H
#define KERNEL_API_COROUTINE_H

#include "kernel/api/base.h"

/*
 * Starts entry(argument) in a coroutine that works for no process; it ends when
 * `entry` returns.  Any context.  0, -ENOMEM, or -EAGAIN (no room for it).
 */
int coroutine_start(void (*entry)(void *argument), void *argument);

#endif
