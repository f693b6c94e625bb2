/* SPDX-License-Identifier: MIT */
/*
 * Where harts enter, and where traps enter in each mode.
 *
 * Each mode's scratch CSR holds a frame of this hart (struct frame in
 * harness.h); a trap saves the registers there, gives them to the C handler
 * with tp = hart and a stack of the mode, and returns by the mode's xret.
 */
#include "platform.h"

	.section .text.start, "ax"
	.globl _start
	/* void _start(void): a2 and above are unused, interrupts are off. */
_start:
	csrr	tp, mhartid
	li	t0, HART_COUNT
	bgeu	tp, t0, park
	la	t1, monitor_stacks
	addi	t2, tp, 1
	slli	t2, t2, 14
	add	sp, t1, t2
	bnez	tp, 2f
	la	t0, bss_start
	la	t1, bss_end
1:	STORE_WORD zero, 0(t0)
	addi	t0, t0, WORD_BYTES
	bltu	t0, t1, 1b
	fence	rw, rw
	la	t0, bss_is_clear
	li	t1, 1
	sw	t1, 0(t0)
	j	3f
2:	la	t0, bss_is_clear
	lw	t1, 0(t0)
	beqz	t1, 2b
	fence	rw, rw
3:	mv	a0, tp
	call	hart_main
park:	wfi
	j	park

	/* In .data, since clearing .bss would race with the other harts. */
	.data
	.balign	4
bss_is_clear:
	.word	0

	.bss
	.balign	16
monitor_stacks:
	.zero	HART_COUNT << 14

	.text

	/* The handler of one mode; \from is its xret's encoding. */
	.macro	trap_entry name, scratch, handler, xret
	.balign	64
	.globl	\name
\name:
	csrrw	tp, \scratch, tp
	.irp	n, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
	STORE_WORD x\n, \n * WORD_BYTES(tp)
	.endr
	.irp	n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	STORE_WORD x\n, \n * WORD_BYTES(tp)
	.endr
	mv	a0, tp
	csrrw	t0, \scratch, tp
	STORE_WORD t0, 4 * WORD_BYTES(a0)
	LOAD_WORD tp, FRAME_HART * WORD_BYTES(a0)
	LOAD_WORD sp, FRAME_STACK * WORD_BYTES(a0)
	call	\handler
	csrr	tp, \scratch
	.irp	n, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
	LOAD_WORD x\n, \n * WORD_BYTES(tp)
	.endr
	.irp	n, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	LOAD_WORD x\n, \n * WORD_BYTES(tp)
	.endr
	LOAD_WORD tp, 4 * WORD_BYTES(tp)
	.word	\xret
	.endm

	trap_entry machine_entry, CSR_MSCRATCH, machine_trap, 0x30200073
	trap_entry supervisor_entry, CSR_SSCRATCH, supervisor_trap, 0x10200073
	trap_entry user_entry, CSR_USCRATCH, user_trap, URET_INSTRUCTION

	/*
	 * A table for utvec's vectored mode: entry n notes n in the frame and
	 * goes on as the direct entry does.
	 */
	.balign	64
	.option	push
	.option	norvc
	.globl	user_vectors
user_vectors:
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	j	user_vector_\n
	.endr
	.option	pop
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
user_vector_\n:
	csrrw	tp, CSR_USCRATCH, tp
	STORE_WORD t0, 5 * WORD_BYTES(tp)
	li	t0, \n
	STORE_WORD t0, FRAME_SLOT * WORD_BYTES(tp)
	LOAD_WORD t0, 5 * WORD_BYTES(tp)
	csrrw	tp, CSR_USCRATCH, tp
	j	user_entry
	.endr

	/*
	 * void run_enter(ureg *saved, ureg stack, ureg argument): save what the
	 * C caller keeps and enter the mode and pc of mstatus.MPP and mepc.
	 * run_leave(saved) returns from it.
	 */
	.globl	run_enter
run_enter:
	STORE_WORD ra, 0 * WORD_BYTES(a0)
	STORE_WORD sp, 1 * WORD_BYTES(a0)
	STORE_WORD s0, 2 * WORD_BYTES(a0)
	STORE_WORD s1, 3 * WORD_BYTES(a0)
	.irp	n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	STORE_WORD s\n, (\n + 2) * WORD_BYTES(a0)
	.endr
	mv	sp, a1
	mv	a0, a2
	la	ra, run_return
	mret

	/* Where code that run() called returns to, in its own mode. */
	.globl	run_return, run_return_call
run_return:
	li	a7, EXIT_CALL
run_return_call:
	ecall

	/* void run_leave(ureg *saved) */
	.globl	run_leave
run_leave:
	LOAD_WORD ra, 0 * WORD_BYTES(a0)
	LOAD_WORD sp, 1 * WORD_BYTES(a0)
	LOAD_WORD s0, 2 * WORD_BYTES(a0)
	LOAD_WORD s1, 3 * WORD_BYTES(a0)
	.irp	n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	LOAD_WORD s\n, (\n + 2) * WORD_BYTES(a0)
	.endr
	ret
