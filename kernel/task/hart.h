/*
 * What one hart owns.  `tp` points to it in the kernel, always; it is reached
 * by hart_this().  Another hart's may be read where the field says so.
 */
#ifndef KERNEL_TASK_HART_H
#define KERNEL_TASK_HART_H

#include "abi/stats.h"
#include "kernel/api/base.h"
#include "kernel/api/lock.h"
#include "kernel/limits.h"

struct kernel_stack;
struct task;
struct thread;
struct timer;
struct uos_sched_lane;

/* hart.look */
#define HART_LOOK_READY		(1u << 0)	/* a task became ready here */
#define HART_LOOK_SLICE		(1u << 1)	/* the slice is over, or the thread idled */
#define HART_LOOK_RESUMED	(1u << 2)	/* it suspended meanwhile, or was called: all may
						 * have changed, its process be ending */
#define HART_LOOK_YIELD		(1u << 3)	/* the thread asked to give way */
#define HART_LOOK_ENTER		(1u << 5)	/* the thread's io_uring_enter is to go on */
#define HART_LOOK_CLONE		(1u << 6)	/* the thread asked for another like itself */
#define HART_LOOK_INTERRUPT	(1u << 4)	/* a user interrupt may be to be delivered */

/* Event counts since boot; each written by its hart alone, summed by readers. */
struct hart_counters {
	uint64_t traps_syscall, traps_yield, traps_fault, traps_timer, traps_external, traps_software;
	uint64_t ring_operations, ring_served_inline;
	uint64_t task_switches, timeouts, page_table_switches, tlb_shootdowns;
	uint64_t announcements, announced_completions;
	uint64_t idle_ns;		/* in wfi */
	uint64_t emulated_instructions, emulated_deliveries, doorbells;
};

struct hart {
	/* picolibc's thread-local words: string and format functions may write
	 * errno; the linker script asserts that they fit */
	uint8_t libc_tls[HART_LIBC_TLS_BYTES];
	/* this hart alone */
	uint32_t index;
	uint32_t hardware_id;
	struct task *current;		/* NULL: it idles */
	struct thread *thread;		/* whose registers and root table are loaded; NULL: none */
	struct kernel_stack *stack;	/* that we stand on */
	struct uos_sched_lane *lane;	/* of the kernel's pool; fixed */
	uint32_t *best_elsewhere;	/* its word of the view; fixed; wakers lower it too */
	uint64_t trap_stack_top;	/* where traps from S and panics run */
	uint64_t satp;			/* root table loaded when not in user mode */
	struct kernel_stack *spare_stacks;
	uint32_t spare_stack_count;
	struct thread *floating_point;	/* whose registers the FPU holds */
	uint64_t programmed_ns;		/* deadline in the timer */
	uint64_t slice_end_ns;		/* of `thread` while it runs; ~0 without one */
	uint64_t slice_ns;		/* its length; wakers read it: a long one is to be cut short */
	bool in_grace;			/* the slice is over, its executor has been told, and may yet yield */
	uint32_t look;			/* HART_LOOK_*: what to see to before user mode */
	struct hart_counters counters;
	/* any hart, atomic */
	uint32_t idle __attribute__((aligned(64)));
	uint32_t serves;		/* a ring server runs here now */
	uint32_t servers;		/* ring servers placed here */
	uint32_t requeue;		/* number of a task here whose level another hart set; ~0: several */
	bool looks_for_parked;		/* uintr_look before it picks, and at each slice */
	uint32_t online;		/* the firmware is done with it: it runs our code */
	/* timer_lock */
	struct spinlock timer_lock;
	struct timer *timers;		/* pairing heap, earliest on top */
	uint64_t timer_count;
	/* penalty_lock; process/urgency.c */
	struct spinlock penalty_lock;
	struct list penalized;
	/* this hart alone */
	bool wearing_off;		/* its timer is set */
	uint32_t announcing;		/* rings that tell each other, one within the other */
};

static inline struct hart *hart_this(void)
{
	struct hart *hart;

	/* volatile: a coroutine may go on on another hart after a suspension */
	__asm__ volatile("mv %0, tp" : "=r"(hart));
	return hart;
}

extern struct hart harts[HARTS_MAX];

/* Harts that run, numbered from 0. */
unsigned hart_count(void);

/* Wakes it from wfi, or makes it trap if it runs user code.  Any context. */
void hart_interrupt(unsigned index);

/*
 * Takes what is pending: timers, devices, calls from other harts.  Scheduling
 * points and idle loops call it; nothing else in S mode ever sees an interrupt.
 */
void hart_poll_interrupts(void);

/* Programs the timer for the nearest of the slice's end and the first timer. */
void hart_program_timer(struct hart *hart);

#endif
