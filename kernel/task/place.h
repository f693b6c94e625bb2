/*
 * Which hart a task gets.  All of this is by hints that other harts may be
 * changing: a wrong answer costs time, never correctness.
 */
#ifndef KERNEL_TASK_PLACE_H
#define KERNEL_TASK_PLACE_H

#include "kernel/api/base.h"

struct hart;
struct task;

/* This hart is about to wait for work / has some. */
void place_idle_begin(const struct hart *hart);
void place_idle_end(const struct hart *hart);
/* A hart that idles and is of `allowed`, one without servers first; HARTS_MAX: none. */
unsigned place_idle_hart(uint64_t allowed);
/* For a task that was not in the pool: `wanted`, or for TASK_ANY_HART the one that
 * has least to do. */
unsigned place_new(unsigned wanted);
/*
 * Where a woken task runs, as a lane for the payload; `here` is the waker's hart.
 * A thread stays, unless its hart is taken and another idles.  The kernel's own
 * work is done where its wake-up came in, but for servers, which stay where they
 * were placed.
 */
unsigned place_woken(const struct task *task, unsigned here);

#endif
