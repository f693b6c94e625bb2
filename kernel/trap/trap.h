/*
 * The trap frame: a user thread's registers while it is not in user mode.  One
 * page a thread, mapped for S alone at the same place in its address space, so
 * that the trap entry can reach it before it has left the user's root table.
 */
#ifndef KERNEL_TRAP_TRAP_H
#define KERNEL_TRAP_TRAP_H

#include "kernel/api/base.h"

struct trap_frame {
	/* x1 to x31 at 8 * n; slot 0 is the pc */
	uint64_t pc;
	uint64_t ra, sp, gp, tp;
	uint64_t t0, t1, t2;
	uint64_t s0, s1;
	uint64_t a0, a1, a2, a3, a4, a5, a6, a7;
	uint64_t s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
	uint64_t t3, t4, t5, t6;
	/* what the entry needs to get to the kernel; written before each return to user */
	uint64_t kernel_satp;
	uint64_t kernel_sp;
	uint64_t kernel_tp;		/* struct hart */
	uint64_t kernel_frame;		/* this frame's kernel address */
	uint64_t user_satp;
	uint64_t kernel_syscall;	/* what serves its calls: trap_syscall_begin */
	uint64_t reserved[2];
	/* floating point, saved when the thread leaves a hart with it dirty */
	uint64_t f[32];
	uint64_t fcsr;
};

struct thread;

/* A new thread's frame: whether its calls are traced is so from the start. */
void trap_syscall_begin(struct trap_frame *frame, bool traced);

/* Goes to user mode with the current thread's frame.  Never returns. */
void trap_return_to_user(struct thread *thread) __attribute__((noreturn));

#endif
