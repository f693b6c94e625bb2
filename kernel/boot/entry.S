/*
 * The first instructions.  OpenSBI enters the boot hart here in S mode with
 * paging off: a0 the hart's number, a1 the device tree (SBI, and the boot
 * protocol of RISC-V Linux).  Others come by HSM at secondary_start.
 *
 * The boot tables map the image where it is linked, and the first 4 GiB of
 * physical memory both as it is and in the direct map; kernel_map_init replaces
 * them.  They are the one place where pages are writable and executable.
 */
#include "asm_offsets.h"
#include "kernel/limits.h"

#define LEAF	0xcf		/* D A X W R V */
#define GIGABYTE(n)	(((n) << 28) | LEAF)

	.section .text.start, "ax"

	.globl _start
_start:
	la	t0, boot_hart_came
	li	t1, 1
	amoswap.w t1, t1, (t0)
	bnez	t1, secondary_start
	csrw	sie, zero
	mv	s0, a0
	mv	s1, a1
	jal	enter_boot_tables
	la	t0, kernel_bss_start
	la	t1, kernel_bss_end
1:	sd	zero, 0(t0)
	addi	t0, t0, 8
	bltu	t0, t1, 1b
	la	sp, boot_stack_top
	la	tp, harts
	mv	a0, s0
	mv	a1, s1
	mv	ra, zero
	tail	kernel_main

/*
 * void secondary_start(hart number): its physical address is given to HSM.
 *
 * A started hart may come by _start all the same: OpenSBI up to 1.2 marks it
 * as started before it stores where to, and a hart that is awake just then takes
 * the address (and a1) of the first boot.  So only the number in a0 is
 * believed; harts[] is filled before anybody is started.  The hart's trap stack
 * serves until its executor has one.
 */
	.globl secondary_start
secondary_start:
	csrw	sie, zero
	mv	s0, a0
	jal	enter_boot_tables
	la	tp, harts
	li	t0, HARTS_MAX
	li	t1, HART_BYTES
1:	lwu	t2, HART_HARDWARE_ID(tp)
	beq	t2, s0, 2f
	add	tp, tp, t1
	addi	t0, t0, -1
	bnez	t0, 1b
3:	wfi			/* none of ours */
	j	3b
2:	ld	sp, HART_TRAP_STACK_TOP(tp)
	mv	ra, zero
	tail	secondary_main

/* Turns paging on and returns to the caller's linked address.  Uses t0 to t2. */
enter_boot_tables:
	li	t2, KERNEL_OFFSET
	add	ra, ra, t2
	la	t0, trap_entry_boot
	add	t0, t0, t2
	csrw	stvec, t0
	la	t0, boot_root
	srli	t0, t0, 12
	li	t1, 8 << 60
	or	t0, t0, t1
	sfence.vma
	csrw	satp, t0
	sfence.vma
	ret

	.section .data
	/* not in .bss, which the boot hart clears */
	.balign 8
boot_hart_came:
	.dword	0

	.balign 4096
boot_root:
	/* as it is: 0 to 4 GiB */
	.dword	GIGABYTE(0), GIGABYTE(1), GIGABYTE(2), GIGABYTE(3)
	.zero	8 * (256 - 4)
	/* direct map */
	.dword	GIGABYTE(0), GIGABYTE(1), GIGABYTE(2), GIGABYTE(3)
	.zero	8 * (510 - 260)
	/* the image: KERNEL_OFFSET + 2 GiB */
	.dword	GIGABYTE(2)
	.zero	8

	.section .bss
	.balign 16
	.zero	16384
boot_stack_top:
