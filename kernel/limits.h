/*
 * Every fixed limit of the kernel, and the places in the address space.
 * Derived ones are written as derivations.
 */
#ifndef KERNEL_LIMITS_H
#define KERNEL_LIMITS_H

#define HARTS_MAX		64	/* bits of a hart mask; slots of the scheduler's view */
#define HART_LIBC_TLS_BYTES	64

#define PID_MAX			4194303	/* Linux's */

#define KERNEL_STACK_BYTES	8192
/* a stack and, below it, as much that is never mapped */
#define KERNEL_STACK_SLOT_BYTES	(2 * KERNEL_STACK_BYTES)
#define SPARE_STACKS_MAX	16	/* kept by a hart; more go to all */

#define TASK_POOL_BYTES_MAX	0x800000ul	/* of the kernel's own: the longest run of frames */
#define SCHED_IMAGE_BYTES_MAX	0x10000ul	/* kept free for the scheduler's image */

#define SLICE_NS		10000000ul	/* an executor's turn before it is cut off */
#define SLICE_GRACE_NS		(SLICE_NS / 10)	/* to yield in, after it */
#define SLICE_ALONE_NS		(16 * SLICE_NS)	/* the longest turn while nobody waits */

/* ---- Sv39, kernel half ---- */
#define DIRECT_MAP_BASE		0xffffffc000000000ul	/* all RAM, writable, never executable */
#define STACKS_BASE		0xffffffe000000000ul
#define STACKS_END		0xffffffe040000000ul	/* 1 GiB: 65,536 stacks */
#define REGISTERS_BASE		0xfffffff000000000ul
#define REGISTERS_END		0xfffffff040000000ul
#define KERNEL_BASE		0xffffffff80200000ul	/* the image, linked here */
#define KERNEL_LOAD_BASE	0x80200000ul		/* where OpenSBI's payload lies */
#define KERNEL_OFFSET		(KERNEL_BASE - KERNEL_LOAD_BASE)

/* ---- Sv39, user half ---- */
#define USER_HALF_END		0x4000000000ul		/* Sv39: bit 38 is still 0 */
#define USER_BASE		0x1000ul
/* Below: the user's; above: what the kernel gives, close together, so that it
 * takes few tables. */
#define USER_END		0x3ffe000000ul
#define POOL_USER_BASE		0x3ffe000000ul
#define POOL_USER_BYTES		0x1000000ul		/* 16 MiB: 262,000 tasks, filled on demand */
/* supervisor-only, a page a thread, from the top: what lies between pool and payload */
#define TRAP_FRAMES_BASE	(POOL_USER_BASE + POOL_USER_BYTES)
#define TRAP_FRAMES_END		0x3ffff00000ul
#define PAYLOAD_USER_BASE	0x3ffff00000ul
#define VIEW_USER_BASE		0x3ffff80000ul
#define GIFTS_END		0x3fffffe000ul
#define THREADS_MAX		((TRAP_FRAMES_END - TRAP_FRAMES_BASE) / 4096)	/* 3,840 a process */
#define USER_STACK_BYTES	(256 * 1024ul)		/* of the initial stack, on demand */
#define LINUX_STACK_BYTES	(8 * 1024 * 1024ul)	/* likewise, of a program for Linux */
#define STACKS_FILLED_AHEAD	7u			/* first pages, at the fault of one */
#define MMAP_BASE		0x1000000000ul		/* where maps without an address go */

#define REGIONS_MAX		65530	/* maps of a process, Linux's vm.max_map_count: ENOMEM */
#define STRING_BYTES_MAX	(128 * 1024ul)		/* argv and envp of a new process */

#endif
