/*
 * How a thread of the calling process is made: UOS_OP_THREAD / SYS_uos_thread.
 */
#ifndef ABI_THREAD_H
#define ABI_THREAD_H

#include <stdint.h>

#include "abi/check.h"

/*
 * It begins at `entry` with sp = stack, tp = tp and a0 = argument; every other
 * register is 0 (so entry sets gp).  It ends by `exit`; `exit_group` ends the process.
 */
struct uos_thread_start {
	uint64_t entry;
	uint64_t stack;			/* 16-byte aligned */
	uint64_t tp;
	uint64_t argument;
	/* uint32_t that becomes 0 when the thread has left user mode for good, and whose
	 * futex is woken then, as by set_tid_address; 0: none */
	uint64_t clear_tid;
	/* the struct uos_sched_lane that it works on: the kernel tells there which hart
	 * it has, and `ps` counts its switches; 64-byte aligned, or 0: none */
	uint64_t lane;
	uint32_t level;			/* or UOS_LEVEL_INHERIT: the process's */
	uint32_t flags;			/* 0 */
};

/* clone: what a thread has to share, and what may be asked for besides. */
#define CLONE_OF_THREAD		0x00010f00u	/* VM FS FILES SIGHAND THREAD */
#define CLONE_SETTLS		0x00080000u
#define CLONE_PARENT_SETTID	0x00100000u
#define CLONE_CHILD_CLEARTID	0x00200000u
#define CLONE_CHILD_SETTID	0x01000000u
#define CLONE_FLAGS		(CLONE_OF_THREAD | CLONE_SETTLS | CLONE_PARENT_SETTID | \
				 CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | \
				 0x00440000u /* SYSVSEM, DETACHED: without effect */)

ABI_CHECK(sizeof(struct uos_thread_start) == 56, "crosses the border");

#endif
