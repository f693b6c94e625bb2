/*
 * What every payload defines: the entries of abi/sched.h under these names, so
 * that header.S finds them and host tests can call them directly.
 */
#ifndef SCHED_SHARED_PAYLOAD_H
#define SCHED_SHARED_PAYLOAD_H

#include "abi/sched.h"

uos_sched_init_fn payload_init;
uos_sched_add_fn payload_add;
uos_sched_remove_fn payload_remove;
uos_sched_wake_fn payload_wake;
uos_sched_next_fn payload_next;
uos_sched_set_priority_fn payload_set_priority;
uos_sched_best_fn payload_best;

#endif
