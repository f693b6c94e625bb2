/* See the header. */
#include "interrupts.h"

#include "raw_ring.h"
#include "trap.h"

/* 16 integer registers, 20 of floating point, fcsr. */
__asm__(".text\n"
	"	.option push\n"
	"	.option arch, +zicsr\n"
	"	.balign 4\n"
	"	.globl interrupts_entry\n"
	"interrupts_entry:\n"
	"	addi sp, sp, -304\n"
	"	.set at, 0\n"
	"	.irp r, ra, t0, t1, t2, t3, t4, t5, t6, a0, a1, a2, a3, a4, a5, a6, a7\n"
	"	sd \\r, at(sp)\n"
	"	.set at, at + 8\n"
	"	.endr\n"
#ifdef __riscv_flen
	"	.irp r, 0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31\n"
	"	fsd f\\r, at(sp)\n"
	"	.set at, at + 8\n"
	"	.endr\n"
	"	frcsr t0\n"
	"	sd t0, at(sp)\n"
#endif
	"	csrci 0x044, 1\n"		/* uip.USIP, before what it stands for */
	"	.insn r 0x7b, 6, 1, a1, x0, x0\n"
	"	fence i, r\n"			/* (h) */
	"	csrr a0, 0x040\n"
	"	ld t0, 8(a0)\n"
	"	addi t0, t0, 1\n"
	"	sd t0, 8(a0)\n"
	"	ld t0, 0(a0)\n"
	"	jalr t0\n"
	"	.set at, 0\n"
	"	.irp r, ra, t0, t1, t2, t3, t4, t5, t6, a0, a1, a2, a3, a4, a5, a6, a7\n"
	"	.if at <> 8\n"
	"	ld \\r, at(sp)\n"
	"	.endif\n"
	"	.set at, at + 8\n"
	"	.endr\n"
#ifdef __riscv_flen
	"	.irp r, 0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31\n"
	"	fld f\\r, at(sp)\n"
	"	.set at, at + 8\n"
	"	.endr\n"
	"	ld t0, at(sp)\n"
	"	fscsr t0\n"
#endif
	"	ld t0, 8(sp)\n"
	"	addi sp, sp, 304\n"
	"	.word 0x00200073\n"		/* uret */
	"	.option pop\n");

int ring_interrupt_register(struct ring_interrupt *interrupt, struct raw_ring *ring,
			    uint32_t vector)
{
	struct uos_register_interrupt wanted = { .vector = vector };
	int64_t result = trap6(SYS_io_uring_register, (uint64_t)ring->fd, UOS_REGISTER_INTERRUPT,
			       (uint64_t)&wanted, 1, 0, 0);

	if (result < 0)
		return (int)result;
	interrupt->ring = ring;
	interrupt->cq_event = (uint32_t *)(ring->rings + wanted.cq_event_offset);
	interrupt->flags = wanted.flags;
	return 0;
}
