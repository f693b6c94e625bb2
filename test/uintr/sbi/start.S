/* SPDX-License-Identifier: MIT */
/*
 * The S-mode image under stock OpenSBI: entry, the way into U mode and back,
 * and the programs that U mode runs in pages of its own.
 */
#include "../guest/platform.h"
#include "layout.h"

	.section .text.start, "ax"
	.globl	_start
	/* void _start(ureg hart, const void *tree) */
_start:
	la	sp, boot_stack + 8192
	la	t0, bss_start
	la	t1, bss_end
1:	sd	zero, 0(t0)
	addi	t0, t0, 8
	bltu	t0, t1, 1b
	call	boot_main

	.globl	second_start
	/* void second_start(ureg hart, ureg opaque): SBI's hart_start */
second_start:
	la	sp, second_stack + 8192
	call	second_main
1:	wfi
	j	1b

	.bss
	.balign	16
boot_stack:
	.zero	8192
second_stack:
	.zero	8192

	.text
	/*
	 * void enter_user(ureg *saved, ureg pc, ureg argument): run U mode
	 * until it traps to S mode. SAVED is in sscratch meanwhile.
	 */
	.globl	enter_user
enter_user:
	sd	ra, 0(a0)
	sd	sp, 8(a0)
	sd	s0, 16(a0)
	sd	s1, 24(a0)
	sd	tp, 32(a0)
	.irp	n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	sd	s\n, (\n + 3) * 8(a0)
	.endr
	csrw	sscratch, a0
	csrw	sepc, a1
	li	t0, 0x100
	csrc	sstatus, t0
	mv	a0, a2
	sret

	/* Every trap to S mode ends enter_user(); scause and sepc say why. */
	.balign	4
	.globl	supervisor_entry
supervisor_entry:
	csrrw	a0, sscratch, a0
	ld	ra, 0(a0)
	ld	sp, 8(a0)
	ld	s0, 16(a0)
	ld	s1, 24(a0)
	ld	tp, 32(a0)
	.irp	n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
	ld	s\n, (\n + 3) * 8(a0)
	.endr
	ret

	/* --- what U mode sees: this section at USER_TEXT, data at USER_DATA */
	.section .user, "ax"

	/* Count, note the cause and pending in the data page, and go on. */
	.balign	4
	.globl	user_handler
user_handler:
	csrw	CSR_USCRATCH, t0
	li	t0, USER_DATA
	sd	t1, DATA_SAVED(t0)
	csrr	t1, CSR_UCAUSE
	sd	t1, DATA_CAUSE(t0)
	csrr	t1, CSR_UTVAL
	sd	t1, DATA_VALUE(t0)
	csrci	CSR_UIP, 1
	.insn	r 0x7b, 6, 1, t1, x0, x0
	sd	t1, DATA_PENDING(t0)
	ld	t1, DATA_COUNT(t0)
	addi	t1, t1, 1
	sd	t1, DATA_COUNT(t0)
	/* An exception would repeat: step over its 4-byte instruction. */
	csrr	t1, CSR_UCAUSE
	bltz	t1, 1f
	csrr	t1, CSR_UEPC
	addi	t1, t1, 4
	csrw	CSR_UEPC, t1
1:	ld	t1, DATA_SAVED(t0)
	csrr	t0, CSR_USCRATCH
	.word	URET_INSTRUCTION

	/* Do nothing much. */
	.globl	user_return
user_return:
	nop
	nop
	ecall

	/* Post to oneself by entry a0. */
	.globl	user_send
user_send:
	.insn	r 0x7b, 6, 0, x0, a0, x0
	nop
	ecall

	/*
	 * Sleep until the handler has run. With UIE (ustatus bit 0) clear while it
	 * looks, the interrupt can't come between the look and the wfi, which ends
	 * with it pending.
	 */
	.globl	user_sleep
user_sleep:
	li	t2, USER_DATA
1:	csrci	0x000, 1
	ld	t3, DATA_COUNT(t2)
	bnez	t3, 2f
	wfi
	csrsi	0x000, 1
	j	1b
2:	csrsi	0x000, 1
	ecall

	/* Load from where nothing is mapped. */
	.globl	user_fault
user_fault:
	li	t2, 0x7000000
	.option	push
	.option	norvc
	ld	t2, 0(t2)
	.option	pop
	ecall

	/* rdtime, which OpenSBI may have to emulate; a0 = the time */
	.globl	user_time
user_time:
	rdtime	a0
	ecall
