/*
 * A machine-mode program without a kernel: the payload's image as it is loaded,
 * and a C main() that counts its instructions (cost.c).
 */
	.section .text.start, "ax"
	.globl _start
_start:
	la	sp, stack_end
	call	cost_main
1:	j	1b

	.section .rodata
	.balign 4096
	.globl payload_image
payload_image:
	.incbin PAYLOAD_IMAGE
	.balign 4096

	.bss
	.balign 16
	.space 16384
stack_end:
