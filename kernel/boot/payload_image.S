/*
 * The scheduler's image, page-aligned: the kernel runs it from here, and users
 * from other mappings of the same frames.
 */
	.section .payload, "a"
	.balign 4096
	.globl payload_image_start
payload_image_start:
	.incbin PAYLOAD_IMAGE
	.balign 4096
	.globl payload_image_end
payload_image_end:
