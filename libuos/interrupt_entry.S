/*
 * Where a user interrupt arrives: void uos_interrupt_entry(void), with UIE = 0, uepc the
 * instruction that comes next, and all registers as they were (docs/uintr-isa.md, 2.2).
 *
 * sp is a stack, whatever was interrupted, with room for one frame below (stack.c); tp
 * may be another task's than sp, so the executor is in uscratch.  What C may clobber is
 * saved here, and the rest only to switch, which makes of the interrupted coroutine one
 * that yields: it goes on behind uos_switch_yield(), on whichever executor.
 *
 * No floating-point register is used on the way, but by a switch (a test reads the code).
 */
#include "abi/interrupt.h"

	.option arch, +zicsr

#define FRAME_CALLER	0		/* ra t0-t6 a0-a7 */
#define FRAME_UEPC	128
#define FRAME_S		136		/* s1-s11 */
#if defined(__riscv_float_abi_double) || defined(__riscv_flen)
#define FRAME_FCSR	224
#define FRAME_F		232
#define FRAME_BYTES	496
#else
#define FRAME_BYTES	224
#endif

	.macro EACH_CALLER op
	\op	ra, FRAME_CALLER(sp)
	\op	t0, FRAME_CALLER + 8(sp)
	\op	t1, FRAME_CALLER + 16(sp)
	\op	t2, FRAME_CALLER + 24(sp)
	\op	a0, FRAME_CALLER + 32(sp)
	\op	a1, FRAME_CALLER + 40(sp)
	\op	a2, FRAME_CALLER + 48(sp)
	\op	a3, FRAME_CALLER + 56(sp)
	\op	a4, FRAME_CALLER + 64(sp)
	\op	a5, FRAME_CALLER + 72(sp)
	\op	a6, FRAME_CALLER + 80(sp)
	\op	a7, FRAME_CALLER + 88(sp)
	\op	t3, FRAME_CALLER + 96(sp)
	\op	t4, FRAME_CALLER + 104(sp)
	\op	t5, FRAME_CALLER + 112(sp)
	\op	t6, FRAME_CALLER + 120(sp)
	.endm

	.macro EACH_OTHER op
	\op	s1, FRAME_S(sp)
	\op	s2, FRAME_S + 8(sp)
	\op	s3, FRAME_S + 16(sp)
	\op	s4, FRAME_S + 24(sp)
	\op	s5, FRAME_S + 32(sp)
	\op	s6, FRAME_S + 40(sp)
	\op	s7, FRAME_S + 48(sp)
	\op	s8, FRAME_S + 56(sp)
	\op	s9, FRAME_S + 64(sp)
	\op	s10, FRAME_S + 72(sp)
	\op	s11, FRAME_S + 80(sp)
	.endm

#ifdef FRAME_F
	.macro EACH_FLOAT op
	.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	\op	f\n, FRAME_F + 8 * \n(sp)
	.endr
	.endm
#endif

	.section .text.uos_interrupt_entry, "ax"
	.globl uos_interrupt_entry
	.type uos_interrupt_entry, @function
	.balign 4
uos_interrupt_entry:
	addi	sp, sp, -FRAME_BYTES
	EACH_CALLER sd
	csrr	a0, CSR_USCRATCH
	csrr	a1, CSR_UEPC
	/* before pending is read, else what is posted in between is lost */
	csrci	CSR_UIP, UIE_SOFTWARE
	.insn	r UIPI_OPCODE, UIPI_FUNCT3, UIPI_READ, a2, x0, x0
	/* (h): pending before the CQ; the kernel: the CQ before it posts */
	fence	i, r
	call	uos_interrupt
	bnez	a0, 1f
	EACH_CALLER ld
	addi	sp, sp, FRAME_BYTES
	.word	0x00200073		/* uret */

	/* a more urgent one is ready */
1:	csrr	t0, CSR_UEPC
	sd	t0, FRAME_UEPC(sp)
	EACH_OTHER sd
#ifdef FRAME_F
	EACH_FLOAT fsd
	frcsr	t0
	sd	t0, FRAME_FCSR(sp)
#endif
	csrsi	CSR_USTATUS, USTATUS_UIE
	call	uos_switch_yield
	csrci	CSR_USTATUS, USTATUS_UIE
	csrsi	CSR_USTATUS, USTATUS_UPIE
	ld	t0, FRAME_UEPC(sp)
	csrw	CSR_UEPC, t0
#ifdef FRAME_F
	ld	t0, FRAME_FCSR(sp)
	fscsr	t0
	EACH_FLOAT fld
#endif
	EACH_OTHER ld
	EACH_CALLER ld
	addi	sp, sp, FRAME_BYTES
	.word	0x00200073		/* uret */
	.size uos_interrupt_entry, . - uos_interrupt_entry

	.section .note.GNU-stack, "", @progbits
