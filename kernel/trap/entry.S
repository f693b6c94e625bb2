/*
 * Where traps from user mode come in and go out.  RISC-V privileged, 4.1 and 12.
 *
 * This page is the only one of the kernel that a process's root table maps when
 * the kernel is isolated, and it has the same address there as in the kernel's
 * own tables: so execution goes on across the write of satp.  In user mode
 * sscratch holds the address of the thread's trap frame as the process's table
 * maps it; in the kernel it is 0, which tells a trap from S mode.
 *
 * A system call saves what C may clobber, and leaves s0 to s11 where they are:
 * C brings them back.  They go to the frame too before the thread may part
 * from its stack: when trap_syscall answers that something else has to be seen to.
 * Any other trap saves all.
 *
 * The fast yield (abi/syscall.h) saves what its caller keeps, and that is all.  The
 * way back is everybody's: what the frame holds besides is the thread's own, though
 * from another time.
 *
 * Three variants, chosen at boot: isolated with ASIDs, isolated without (a fence
 * at each satp write), and not isolated.
 */
#include "abi/syscall.h"
#include "asm_offsets.h"
#include "kernel/riscv.h"

/* What C may change, but sp, t0, a0 and the pc; and gp, which C leaves alone, but
 * which context_switch does not keep. */
.macro CLOBBERED op base
	\op	ra, 8(\base)
	\op	gp, 24(\base)
	\op	tp, 32(\base)
	\op	t1, 48(\base)
	\op	t2, 56(\base)
	\op	a1, 88(\base)
	\op	a2, 96(\base)
	\op	a3, 104(\base)
	\op	a4, 112(\base)
	\op	a5, 120(\base)
	\op	a6, 128(\base)
	\op	a7, 136(\base)
	\op	t3, 224(\base)
	\op	t4, 232(\base)
	\op	t5, 240(\base)
	\op	t6, 248(\base)
.endm

/* What C keeps. */
.macro KEPT op base
	\op	s0, 64(\base)
	\op	s1, 72(\base)
	\op	s2, 144(\base)
	\op	s3, 152(\base)
	\op	s4, 160(\base)
	\op	s5, 168(\base)
	\op	s6, 176(\base)
	\op	s7, 184(\base)
	\op	s8, 192(\base)
	\op	s9, 200(\base)
	\op	s10, 208(\base)
	\op	s11, 216(\base)
.endm

/* sp: the frame.  Leaves the function's address in t2, its first argument in a0. */
.macro TO_KERNEL satp_write fence function
	ld	tp, FRAME_KERNEL_TP(sp)
	ld	a0, FRAME_KERNEL_FRAME(sp)
	ld	t2, \function
	.if \satp_write
	ld	t1, FRAME_KERNEL_SATP(sp)
	ld	sp, FRAME_KERNEL_SP(sp)
	csrw	satp, t1
	.else
	ld	sp, FRAME_KERNEL_SP(sp)
	.endif
	.if \fence
	sfence.vma
	.endif
	jalr	t2
.endm

/* a0: the frame as it is mapped in the process's table, a1: that table's satp. */
.macro TO_USER satp_write fence kept
	.if \satp_write
	csrw	satp, a1
	.endif
	.if \fence
	sfence.vma
	.endif
	ld	t0, 0(a0)
	csrw	sepc, t0
	csrw	sscratch, a0
	.if \kept
	KEPT	ld, a0
	.endif
	CLOBBERED ld, a0
	ld	t0, 40(a0)
	ld	sp, 16(a0)
	ld	a0, 80(a0)
	sret
.endm

/*
 * The C functions answer what TO_USER takes:
 *   struct user_return trap_syscall(struct trap_frame *kernel_address)
 *	or 0 and the frame's kernel address, when trap_look has to be called;
 *   struct user_return trap_look(struct trap_frame *kernel_address)
 *   struct user_return trap_fast_yield(struct trap_frame *kernel_address);
 *   struct user_return trap_other(struct trap_frame *kernel_address, uint64_t cause)
 */
.macro VARIANT name satp_write fence
	.balign 4
	.globl	trap_entry_\name
trap_entry_\name:
	csrrw	sp, sscratch, sp
	beqz	sp, trap_in_kernel
	sd	t0, 40(sp)
	csrr	t0, scause
	addi	t0, t0, -CAUSE_ECALL_USER
	bnez	t0, 3f
	bltz	a7, 5f
0:	CLOBBERED sd, sp
	sd	a0, 80(sp)
	csrrw	t0, sscratch, zero
	csrr	t1, sepc
	sd	t0, 16(sp)
	sd	t1, 0(sp)
	TO_KERNEL \satp_write, \fence, FRAME_KERNEL_SYSCALL(sp)
	beqz	a0, 4f
	TO_USER	\satp_write, \fence, 0
3:	CLOBBERED sd, sp
	KEPT	sd, sp
	sd	a0, 80(sp)
	csrrw	t0, sscratch, zero
	csrr	t1, sepc
	csrr	a1, scause
	sd	t0, 16(sp)
	sd	t1, 0(sp)
	TO_KERNEL \satp_write, \fence, trap_other_address
	.globl	trap_exit_\name
trap_exit_\name:
	TO_USER	\satp_write, \fence, 1
4:	KEPT	sd, a1
	mv	a0, a1
	la	t2, trap_look
	jalr	t2
	j	trap_exit_\name
5:	addi	t0, a7, -SYS_uos_fast_yield
	bnez	t0, 0b
	sd	gp, 24(sp)
	sd	tp, 32(sp)
	sd	s0, 64(sp)
	csrrw	t0, sscratch, zero
	csrr	t1, sepc
	sd	t0, 16(sp)
	addi	t1, t1, 4
	sd	t1, 0(sp)
	TO_KERNEL \satp_write, \fence, trap_fast_yield_address
	j	trap_exit_\name
.endm

	.section .text.trampoline, "ax"

	VARIANT	isolated, 1, 0
	VARIANT	isolated_fence, 1, 1
	VARIANT	shared, 0, 0

	.balign 8
trap_fast_yield_address:
	.dword	trap_fast_yield
trap_other_address:
	.dword	trap_other

/*
 * A trap in S mode is a bug, always.  sscratch holds the interrupted sp; tp is the
 * hart's.  void trap_from_supervisor(struct panic_frame *)
 */
	.balign 4
	.globl trap_in_kernel
trap_in_kernel:
	ld	sp, HART_TRAP_STACK_TOP(tp)
	addi	sp, sp, -PANIC_FRAME_BYTES
	sd	ra, 8(sp)
	sd	gp, 24(sp)
	sd	tp, 32(sp)
	sd	t0, 40(sp)
	sd	t1, 48(sp)
	sd	t2, 56(sp)
	sd	s0, 64(sp)
	sd	s1, 72(sp)
	sd	a0, 80(sp)
	sd	a1, 88(sp)
	sd	a2, 96(sp)
	sd	a3, 104(sp)
	sd	a4, 112(sp)
	sd	a5, 120(sp)
	sd	a6, 128(sp)
	sd	a7, 136(sp)
	sd	s2, 144(sp)
	sd	s3, 152(sp)
	sd	s4, 160(sp)
	sd	s5, 168(sp)
	sd	s6, 176(sp)
	sd	s7, 184(sp)
	sd	s8, 192(sp)
	sd	s9, 200(sp)
	sd	s10, 208(sp)
	sd	s11, 216(sp)
	sd	t3, 224(sp)
	sd	t4, 232(sp)
	sd	t5, 240(sp)
	sd	t6, 248(sp)
	csrr	t0, sepc
	sd	t0, 0(sp)
	csrrw	t0, sscratch, zero
	sd	t0, 16(sp)
	mv	a0, sp
	la	t0, trap_from_supervisor
	jr	t0

/* Boot, before there are frames: every trap is the kernel's. */
	.balign 4
	.globl trap_entry_boot
trap_entry_boot:
	csrw	sscratch, sp
	j	trap_in_kernel
