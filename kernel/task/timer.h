/* The clock's set-up and what the interrupt path needs of timers; the rest is in
 * kernel/api/wait.h. */
#ifndef KERNEL_TASK_TIMER_H
#define KERNEL_TASK_TIMER_H

#include "kernel/api/base.h"

struct hart;

/* Boot: frequency of `time`, and whether stimecmp is there (Sstc). */
void timer_boot(uint32_t hz, bool sstc);
uint64_t timer_timebase_hz(void);
/* Fires what is due on this hart, and programs the next. */
void timers_fire(struct hart *hart);
uint64_t timers_count(void);		/* armed now */

#endif
