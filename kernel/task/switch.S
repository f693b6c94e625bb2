/*
 * Changing stacks.  A suspended coroutine's registers lie on its own stack; what
 * a C function may expect to find unchanged is saved, nothing else.
 */
#include "asm_offsets.h"

	.text

/*
 * void context_switch(uint64_t **save, uint64_t *load);
 * Pushes the callee-saved registers, stores the stack pointer in *save, and goes
 * on where `load` was saved.  RISC-V psABI: ra, sp, s0 to s11.
 */
	.globl context_switch
context_switch:
	addi	sp, sp, -CONTEXT_BYTES
	sd	ra, 0(sp)
	sd	s0, 8(sp)
	sd	s1, 16(sp)
	sd	s2, 24(sp)
	sd	s3, 32(sp)
	sd	s4, 40(sp)
	sd	s5, 48(sp)
	sd	s6, 56(sp)
	sd	s7, 64(sp)
	sd	s8, 72(sp)
	sd	s9, 80(sp)
	sd	s10, 88(sp)
	sd	s11, 96(sp)
	sd	sp, 0(a0)
	mv	a0, a1
	/* fall through */

/*
 * void context_load(uint64_t *load);
 * Goes on where `load` was saved; the stack that we stand on is forgotten.
 */
	.globl context_load
context_load:
	mv	sp, a0
	ld	ra, 0(sp)
	ld	s0, 8(sp)
	ld	s1, 16(sp)
	ld	s2, 24(sp)
	ld	s3, 32(sp)
	ld	s4, 40(sp)
	ld	s5, 48(sp)
	ld	s6, 56(sp)
	ld	s7, 64(sp)
	ld	s8, 72(sp)
	ld	s9, 80(sp)
	ld	s10, 88(sp)
	ld	s11, 96(sp)
	addi	sp, sp, CONTEXT_BYTES
	ret

/*
 * void context_start(uint64_t **save, uint64_t top, void (*function)(void));
 * Saves as context_switch does, then calls function on an empty stack; save NULL:
 * there is nobody to come back to.  function does not return.
 */
	.globl context_start
context_start:
	beqz	a0, 1f
	addi	sp, sp, -CONTEXT_BYTES
	sd	ra, 0(sp)
	sd	s0, 8(sp)
	sd	s1, 16(sp)
	sd	s2, 24(sp)
	sd	s3, 32(sp)
	sd	s4, 40(sp)
	sd	s5, 48(sp)
	sd	s6, 56(sp)
	sd	s7, 64(sp)
	sd	s8, 72(sp)
	sd	s9, 80(sp)
	sd	s10, 88(sp)
	sd	s11, 96(sp)
	sd	sp, 0(a0)
1:	mv	sp, a1
	mv	ra, zero	/* where a backtrace ends */
	jr	a2
