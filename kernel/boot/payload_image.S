/*
 * Where the scheduler's image is loaded: pages of the kernel's own, so that they
 * are read-only and executable as its code is, by every name.  The kernel runs it
 * from here, and users from other mappings of the same frames.
 */
#include "kernel/limits.h"

	.section .payload, "a", @nobits
	.balign 4096
	.globl payload_image_start
payload_image_start:
	.zero SCHED_IMAGE_BYTES_MAX
	.globl payload_image_end
payload_image_end:
