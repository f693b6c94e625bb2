/*
 * What is known of the program and its machine once uos_start() has run.
 */
#ifndef LIBUOS_START_H
#define LIBUOS_START_H

#include <stdint.h>

extern uint64_t uos_timebase_hz;	/* of rdtime */

#endif
