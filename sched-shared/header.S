/*
 * The image's header: const struct uos_sched_header payload_header.
 * Written here because every entry is a difference of two symbols, which C
 * cannot put into 32 bits.  PAYLOAD_NAME comes from the make fragment; the
 * linker script defines image_bytes, text_offset, and the bytes of what may not be.
 */
#include "sched-shared/layout.h"

	.section .payload_header, "a"
	.globl payload_header
	.type payload_header, @object
payload_header:
	.ascii "os-sched"				/* UOS_SCHED_MAGIC */
	.word LAYOUT_VERSION
	.word LAYOUT_HEADER_BYTES
	.word image_bytes
	.word text_offset
	.word LAYOUT_POOL_HEADER_BYTES
	.word LAYOUT_LANE_BYTES
	.word LAYOUT_TASK_BYTES
	.word payload_init - payload_header
	.word payload_add - payload_header
	.word payload_remove - payload_header
	.word payload_wake - payload_header
	.word payload_next - payload_header
	.word payload_set_priority - payload_header
	.word payload_best - payload_header
	.word payload_hold - payload_header
	.word relocation_bytes
	.word address_bytes
	.word writable_bytes
	.word payload_flags
	.word 0						/* reserved */
1:	.ascii PAYLOAD_NAME
	.org 1b + 16					/* an error if the name is longer */
	.org payload_header + LAYOUT_HEADER_BYTES	/* an error if the layout grew */
	.size payload_header, . - payload_header
