/*
 * Where a program begins: void _start(void), with sp at argc, as the kernel (and
 * Linux) leaves it: argc, argv, 0, envp, 0, auxiliary vector.
 */

#define NOTE_TYPE	1	/* UOS_NOTE_TYPE; start.c asserts both */
#define NOTE_VERSION	1	/* UOS_ABI_VERSION */

	.section .text.start, "ax"
	.globl _start
	.type _start, @function
_start:
	.option push
	.option norelax
	la	gp, __global_pointer$
	.option pop
	li	ra, 0
	mv	a0, sp
	andi	sp, sp, -16
	call	uos_start
	.size _start, . - _start

/* The mark by which the kernel gives the program a ring, a pool and the payload. */
	.section .note.uos, "a", @note
	.balign 4
	.word	2f - 1f			/* name's bytes */
	.word	4			/* content's bytes */
	.word	NOTE_TYPE
1:	.asciz	"uos"
2:	.balign 4
	.word	NOTE_VERSION

	.section .note.GNU-stack, "", @progbits
