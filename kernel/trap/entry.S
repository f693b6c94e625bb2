/*
 * Where traps from user mode come in and go out.  RISC-V privileged, 4.1 and 12.
 *
 * This page is the only one of the kernel that a process's root table maps when
 * the kernel is isolated, and it has the same address there as in the kernel's
 * own tables: so execution goes on across the write of satp.  In user mode
 * sscratch holds the address of the thread's trap frame as the process's table
 * maps it; in the kernel it is 0, which tells a trap from S mode.
 *
 * Three pairs, chosen at boot: isolated with ASIDs, isolated without (a fence at
 * each satp write), and not isolated.
 */
#include "asm_offsets.h"

.macro SAVE_ALL
	csrrw	sp, sscratch, sp
	beqz	sp, trap_in_kernel
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
	csrrw	t0, sscratch, zero
	sd	t0, 16(sp)
	csrr	t0, sepc
	sd	t0, 0(sp)
.endm

/* a0: the frame where it is mapped now */
.macro RESTORE_ALL
	ld	t0, 0(a0)
	csrw	sepc, t0
	csrw	sscratch, a0
	ld	ra, 8(a0)
	ld	sp, 16(a0)
	ld	gp, 24(a0)
	ld	tp, 32(a0)
	ld	t0, 40(a0)
	ld	t1, 48(a0)
	ld	t2, 56(a0)
	ld	s0, 64(a0)
	ld	s1, 72(a0)
	ld	a1, 88(a0)
	ld	a2, 96(a0)
	ld	a3, 104(a0)
	ld	a4, 112(a0)
	ld	a5, 120(a0)
	ld	a6, 128(a0)
	ld	a7, 136(a0)
	ld	s2, 144(a0)
	ld	s3, 152(a0)
	ld	s4, 160(a0)
	ld	s5, 168(a0)
	ld	s6, 176(a0)
	ld	s7, 184(a0)
	ld	s8, 192(a0)
	ld	s9, 200(a0)
	ld	s10, 208(a0)
	ld	s11, 216(a0)
	ld	t3, 224(a0)
	ld	t4, 232(a0)
	ld	t5, 240(a0)
	ld	t6, 248(a0)
	ld	a0, 80(a0)
	sret
.endm

/* struct user_return trap_from_user(struct trap_frame *kernel_address): a0 and a1 are
 * then what the exit takes.  t2: its address */
.macro TO_KERNEL
	ld	tp, FRAME_KERNEL_TP(sp)
	ld	a0, FRAME_KERNEL_FRAME(sp)
	ld	t1, FRAME_KERNEL_SATP(sp)
	ld	t2, trap_from_user_address
	ld	sp, FRAME_KERNEL_SP(sp)
.endm

	.section .text.trampoline, "ax"

	.balign 4
	.globl trap_entry_isolated
trap_entry_isolated:
	SAVE_ALL
	TO_KERNEL
	csrw	satp, t1
	jalr	t2
	/*
	 * void trap_exit_*(uint64_t frame_in_user, uint64_t user_satp): to user mode
	 * with that frame.
	 */
	.globl trap_exit_isolated
trap_exit_isolated:
	csrw	satp, a1
	RESTORE_ALL

	.balign 4
	.globl trap_entry_isolated_fence
trap_entry_isolated_fence:
	SAVE_ALL
	TO_KERNEL
	csrw	satp, t1
	sfence.vma
	jalr	t2
	.globl trap_exit_isolated_fence
trap_exit_isolated_fence:
	csrw	satp, a1
	sfence.vma
	RESTORE_ALL

	.balign 4
	.globl trap_entry_shared
trap_entry_shared:
	SAVE_ALL
	TO_KERNEL
	jalr	t2
	.globl trap_exit_shared
trap_exit_shared:
	RESTORE_ALL

	.balign 8
trap_from_user_address:
	.dword	trap_from_user

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
