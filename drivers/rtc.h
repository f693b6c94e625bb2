/*
 * Wall-clock time.
 */
#ifndef DRIVERS_RTC_H
#define DRIVERS_RTC_H

#include "kernel/api/base.h"

/* Nanoseconds since 1970-01-01 UTC; 0 if the machine has no clock.  The clock
 * is read once, at boot; from there on time_now_ns counts.  Any context. */
uint64_t rtc_now_ns(void);

#endif
