/* The clock's set-up and what the interrupt path needs of timers; the rest is in
 * kernel/api/wait.h. */
#ifndef KERNEL_TASK_TIMER_H
#define KERNEL_TASK_TIMER_H

#include "kernel/api/base.h"
#include "kernel/riscv.h"

struct hart;

/* Boot: frequency of `time`, and whether stimecmp is there (Sstc). */
void timer_boot(uint32_t hz, bool sstc);
uint64_t timer_timebase_hz(void);
/* Nanoseconds of a tick, 0 if that is no whole number; fixed at boot. */
extern uint64_t timer_tick_ns;
uint64_t timer_now_by_division_ns(void);

/* time_now_ns() (kernel/api/wait.h) for the hot paths. */
static inline uint64_t timer_now_ns(void)
{
	if (UNLIKELY(timer_tick_ns == 0))
		return timer_now_by_division_ns();
	return csr_read(time) * timer_tick_ns;
}
/* Fires what is due on this hart, and programs the next. */
void timers_fire(struct hart *hart);
uint64_t timers_count(void);		/* armed now */

#endif
