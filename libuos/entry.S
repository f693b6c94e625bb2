/*
 * Where kernel threads begin: a0 is what they were started with, and sp and tp are as
 * they should be.  Apart from switch.S, so that a program without them is not linked
 * with what they need.
 */
	.macro ENTRY name, main
	.section .text.\name, "ax"
	.globl \name
	.type \name, @function
	.balign 4
\name:
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	li	ra, 0
	tail	\main
	.size \name, . - \name
	.endm

/* void uos_executor_entry(struct uos_executor *executor) */
	ENTRY	uos_executor_entry, uos_executor_main

/* void uos_thread_entry(struct uos_thread *thread) */
	ENTRY	uos_thread_entry, uos_thread_main

	.section .note.GNU-stack, "", @progbits
