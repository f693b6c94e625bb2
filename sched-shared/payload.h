/*
 * What every payload defines: the entries of abi/sched.h under these names, so
 * that header.S finds them and host tests can call them directly.
 */
#ifndef SCHED_SHARED_PAYLOAD_H
#define SCHED_SHARED_PAYLOAD_H

#include "abi/sched.h"

/* The header's flags, if there are any. */
#define PAYLOAD_TEXT_(text)	#text
#define PAYLOAD_TEXT(text)	PAYLOAD_TEXT_(text)
#define PAYLOAD_HEADER_FLAGS(flags) \
	__asm__(".globl payload_flags\n.set payload_flags, " PAYLOAD_TEXT(flags))

uos_sched_init_fn payload_init;
uos_sched_add_fn payload_add;
uos_sched_remove_fn payload_remove;
uos_sched_wake_fn payload_wake;
uos_sched_next_fn payload_next;
uos_sched_set_priority_fn payload_set_priority;
uos_sched_best_fn payload_best;
uos_sched_hold_fn payload_hold;

#endif
