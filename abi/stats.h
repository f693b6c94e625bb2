/*
 * What `ps`, `stats` and the tests' leak counts read: UOS_OP_STATS.
 *
 * A caller gives the size it knows; the kernel writes the smaller of that and
 * its own, so the structs may grow at their ends.
 */
#ifndef ABI_STATS_H
#define ABI_STATS_H

#include <stdint.h>

#include "abi/check.h"

#define UOS_STATS_SYSTEM	0	/* one struct uos_system_stats */
#define UOS_STATS_PROCESSES	1	/* array of struct uos_process_stats, pid >= off */
#define UOS_STATS_OPERATIONS	2	/* one struct uos_operation_stats, of pid off */

struct uos_system_stats {
	uint64_t uptime_ns;
	uint32_t harts;
	uint32_t isolation;		/* 1: the kernel has an address space of its own */
	/* what exists now; two equal readings mean that nothing leaked */
	uint64_t frames_total;
	uint64_t frames_free;
	uint64_t kernel_stacks;		/* bound to a coroutine */
	uint64_t kernel_tasks;
	uint64_t processes;
	uint64_t address_spaces;
	uint64_t open_files;
	uint64_t rings;
	uint64_t requests;		/* records of accepted SQEs */
	uint64_t heap_bytes;		/* kernel objects */
	uint64_t timers;
	/* what has happened since boot */
	uint64_t traps_syscall;
	uint64_t traps_fault;
	uint64_t traps_timer;
	uint64_t traps_external;
	uint64_t traps_software;
	uint64_t ring_operations;
	uint64_t ring_served_inline;	/* of these, inside io_uring_enter */
	uint64_t task_switches;		/* kernel coroutines and threads */
	uint64_t timeouts;		/* executors cut off at the end of a slice */
	uint64_t page_table_switches;
	uint64_t tlb_shootdowns;
	uint64_t block_requests;
	uint64_t block_interrupts;
	uint64_t traps_yield;		/* fast yields; not among traps_syscall */
	uint64_t turns;			/* that threads were given a hart */
	uint64_t penalties;		/* that threads had */
	uint64_t run_time_ns;		/* of all threads; the harts' other time is idle or the kernel's */
	/* user interrupts */
	uint64_t interrupts;		/* UOS_INTERRUPTS_* */
	uint64_t receivers;		/* that exist now, emulated ones too */
	uint64_t announcements;		/* interrupts sent for completions ... */
	uint64_t announced_completions;	/* ... of so many, in rings that have one */
	uint64_t emulated_instructions;	/* CSRs, uret, wfi, uipi.* in user mode */
	uint64_t emulated_deliveries;	/* what hardware delivers the kernel doesn't see */
	uint64_t parked_wakes;		/* waiting threads woken for a vector that came by hardware */
	uint64_t doorbells;		/* by hardware, to rings whose server slept */
	uint64_t frames_cached;		/* of frames_free: what is on a disk too, or soon will be */
	uint64_t idle_time_ns;		/* of all harts, waiting for an interrupt */
};

#define UOS_INTERRUPTS_NONE	0
#define UOS_INTERRUPTS_EMULATED	1
#define UOS_INTERRUPTS_HARDWARE	2

/*
 * How an address space's time was cut.  Switches within it: task_switches, which don't
 * trap.  Between it and others: turns, each with a slice of its own.  Of these so many
 * ended by time-out, with all registers saved: timeouts; the rest by a yield (traps_yield
 * is the fast one), by waiting, or because somebody more urgent came.  timeouts / turns
 * is near 0 for a program that does its part, and near 1 for one that never yields
 * though others wait.
 */
struct uos_process_stats {
	int32_t pid;
	int32_t parent_pid;
	char name[32];
	uint32_t state;			/* UOS_PROCESS_* */
	uint32_t level;
	uint64_t frames;		/* resident, of 4096 bytes */
	uint64_t open_files;
	uint64_t traps_syscall;
	uint64_t traps_fault;
	uint64_t traps_timer;
	uint64_t traps_external;	/* device and software interrupts that hit it */
	uint64_t ring_operations;
	uint64_t ring_enters;
	uint64_t task_switches;		/* as its pool counts them */
	uint64_t timeouts;		/* cut off at the end of a slice, while others waited */
	uint64_t page_table_switches;
	uint64_t run_time_ns;		/* till now */
	uint32_t threads;
	uint32_t reserved;
	uint64_t traps_yield;		/* fast yields; not among traps_syscall */
	uint64_t turns;			/* that a hart was given to one of its threads */
	uint32_t penalty;		/* levels less urgent than it would be: the worst thread's */
	uint32_t penalties;		/* that it had: slices used up while others waited, storms */
	/* user interrupts, as above */
	uint64_t announcements;
	uint64_t announced_completions;
	uint64_t emulated_instructions;
	uint64_t emulated_deliveries;
};

#define UOS_PROCESS_RUNNING	1
#define UOS_PROCESS_WAITING	2
#define UOS_PROCESS_ENDED	3	/* not waited for yet */

/*
 * What a process has asked for, as far as the kernel knows the operation, by any of its
 * rings; also of one that has ended and was not waited for yet.
 */
#define UOS_MISSING_MAX		8u

struct uos_operation_stats {
	int32_t pid;
	uint32_t missing_count;		/* of the following */
	uint64_t opcodes[4];		/* a bit per opcode that was submitted */
	uint64_t register_ops;		/* a bit per IORING_REGISTER_* not refused with -EINVAL */
	uint16_t missing[UOS_MISSING_MAX];	/* trap numbers that were -ENOSYS, the first ones */
};

ABI_CHECK(sizeof(struct uos_process_stats) % 8 == 0, "an array of these is packed");

#endif
