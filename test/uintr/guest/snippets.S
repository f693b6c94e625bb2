/* SPDX-License-Identifier: MIT */
/*
 * Code that cases run in U or S mode, where the address of the next
 * instruction matters: NAME_next is what an interrupt that NAME made takeable
 * must interrupt. Each is ureg NAME(ureg argument).
 */
#include "platform.h"

	.text

	.macro	snippet name
	.balign	4
	.globl	\name
\name:
	.endm

	.macro	next name
	.globl	\name\()_next
\name\()_next:
	addi	a0, a0, 1
	addi	a0, a0, 1
	ret
	.endm

	snippet	snippet_return
	addi	a0, a0, 1
	addi	a0, a0, 1
	addi	a0, a0, 1
	ret

	snippet	snippet_spin
1:	addi	a0, a0, 1
	j	1b

	snippet	snippet_ustatus_set
	csrs	CSR_USTATUS, a0
	next	snippet_ustatus_set

	snippet	snippet_uie_set
	csrs	CSR_UIE, a0
	next	snippet_uie_set

	snippet	snippet_uip_set
	csrs	CSR_UIP, a0
	next	snippet_uip_set

	/* uret to _next, with UPIE as it is */
	snippet	snippet_uret
	la	t0, snippet_uret_next
	csrw	CSR_UEPC, t0
	.word	URET_INSTRUCTION
	.word	0
	next	snippet_uret

	/* The same, with the bits of a0 added to the address */
	snippet	snippet_uret_low_bits
	la	t0, snippet_uret_low_bits_next
	or	t0, t0, a0
	csrw	CSR_UEPC, t0
	.word	URET_INSTRUCTION
	.word	0
	.balign	4
	next	snippet_uret_low_bits

	snippet	snippet_send
	.insn	r 0x7b, 6, 0, x0, a0, x0
	next	snippet_send

	snippet	snippet_write
	.insn	r 0x7b, 6, 2, x0, a0, x0
	next	snippet_write

	snippet	snippet_activate
	.insn	r 0x7b, 6, 3, x0, x0, x0
	next	snippet_activate

	snippet	snippet_wfi
	wfi
	next	snippet_wfi

	/* In S mode: delegate a0, then enter U mode at _next. */
	snippet	snippet_sret_after_sideleg
	la	t0, snippet_sret_after_sideleg_next
	csrw	sepc, t0
	li	t0, 0x100
	csrc	sstatus, t0
	csrw	CSR_SIDELEG, a0
	sret
	next	snippet_sret_after_sideleg

	/* The order without a lost wake-up: clear USIP, then read pending. */
	snippet	snippet_clear_then_read
	csrci	CSR_UIP, 1
	.insn	r 0x7b, 6, 1, a0, x0, x0
	.globl	snippet_clear_then_read_next
snippet_clear_then_read_next:
	ret

	/*
	 * ureg bench_self_post(ureg times[3]): the count of instructions before
	 * a post to oneself, at the handler's first instruction, and after it.
	 */
	snippet	bench_self_post
	li	t3, 0
	csrr	t0, CSR_INSTRET
	.insn	r 0x7b, 6, 0, x0, t3, x0
	csrr	t2, CSR_INSTRET
	STORE_WORD t0, 0(a0)
	STORE_WORD t1, WORD_BYTES(a0)
	STORE_WORD t2, 2 * WORD_BYTES(a0)
	ret

	/* The least that a handler does: clear, collect, return. */
	snippet	bench_handler
	csrr	t1, CSR_INSTRET
	csrci	CSR_UIP, 1
	.insn	r 0x7b, 6, 1, t4, x0, x0
	.word	URET_INSTRUCTION
