/*
 * What is known of the program and its machine once uos_start() has run.
 */
#ifndef LIBUOS_START_H
#define LIBUOS_START_H

#include <stdint.h>

struct uos_sched_header;

extern uint64_t uos_timebase_hz;	/* of rdtime */
extern const struct uos_sched_header *uos_sched_image;	/* the payload */

#endif
