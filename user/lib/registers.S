/*
 * Registers filled and looked at again.  A register's value is seed + its
 * number; t0 and t1 are the scratch of the macros.
 */
#define FRAME_BYTES	240

	.text

/* fsN of the psABI, by their numbers: f8, f9, f18 to f27. */
.macro fill_float from, to
	.set number, \from
	.rept \to - \from + 1
	addi	t0, s1, number
	fill_one %number
	.set number, number + 1
	.endr
.endm

.altmacro
.macro fill_one n
	fmv.d.x	f\n, t0
.endm
.macro look_one n
	fmv.x.d	t1, f\n
.endm
.macro look_float from, to
	.set number, \from
	.rept \to - \from + 1
	addi	t0, s1, number
	look_one %number
	xor	t1, t1, t0
	snez	t1, t1
	add	a0, a0, t1
	.set number, number + 1
	.endr
.endm

/* Keeps ra, s0, s1 and the callee's floating-point registers on the stack. */
.macro enter
	addi	sp, sp, -FRAME_BYTES
	sd	ra, 0(sp)
	sd	s0, 8(sp)
	sd	s1, 16(sp)
	fsd	fs0, 24(sp)
	fsd	fs1, 32(sp)
	fsd	fs2, 40(sp)
	fsd	fs3, 48(sp)
	fsd	fs4, 56(sp)
	fsd	fs5, 64(sp)
	fsd	fs6, 72(sp)
	fsd	fs7, 80(sp)
	fsd	fs8, 88(sp)
	fsd	fs9, 96(sp)
	fsd	fs10, 104(sp)
	fsd	fs11, 112(sp)
.endm

.macro leave
	ld	ra, 0(sp)
	ld	s0, 8(sp)
	ld	s1, 16(sp)
	fld	fs0, 24(sp)
	fld	fs1, 32(sp)
	fld	fs2, 40(sp)
	fld	fs3, 48(sp)
	fld	fs4, 56(sp)
	fld	fs5, 64(sp)
	fld	fs6, 72(sp)
	fld	fs7, 80(sp)
	fld	fs8, 88(sp)
	fld	fs9, 96(sp)
	fld	fs10, 104(sp)
	fld	fs11, 112(sp)
	addi	sp, sp, FRAME_BYTES
	ret
.endm

/* uint64_t float_saved_check(uint64_t seed, void (*wait)(void *), void *argument) */
	.globl	float_saved_check
	.type	float_saved_check, @function
float_saved_check:
	enter
	mv	s1, a0
	fill_float 8, 9
	fill_float 18, 27
	mv	a0, a2
	jalr	a1
	li	a0, 0
	look_float 8, 9
	look_float 18, 27
	leave
	.size	float_saved_check, . - float_saved_check

/* uint64_t float_all_check(uint64_t seed, uint64_t until) */
	.globl	float_all_check
	.type	float_all_check, @function
float_all_check:
	enter
	mv	s1, a0
	frcsr	s0
	andi	t0, a0, 0x1f		/* any accrued flags, round to nearest */
	fscsr	t0
	fill_float 0, 31
1:	rdtime	t0
	bltu	t0, a1, 1b
	li	a0, 0
	look_float 0, 31
	frcsr	t1
	andi	t0, s1, 0x1f
	beq	t0, t1, 2f
	addi	a0, a0, 32
2:	fscsr	s0
	leave
	.size	float_all_check, . - float_all_check

/*
 * uint64_t trap_registers_check(uint64_t number, uint64_t argument, uint64_t *result)
 * Kept on the stack: ra, s0 to s11, gp, tp, result.  All x registers but sp, gp,
 * tp, a0 and a7 hold 0x100 + their number over the call.
 */
	.globl	trap_registers_check
	.type	trap_registers_check, @function
trap_registers_check:
	addi	sp, sp, -FRAME_BYTES
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
	sd	gp, 104(sp)
	sd	tp, 112(sp)
	sd	a2, 120(sp)
	sd	sp, 128(sp)
	mv	a7, a0
	sd	a7, 136(sp)
	mv	a0, a1
	.irp	n, 1, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16
	li	x\n, 0x100 + \n
	.endr
	.irp	n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	li	x\n, 0x100 + \n
	.endr
	ecall
	sd	a0, 144(sp)
	sd	t0, 152(sp)
	sd	t1, 160(sp)
	sd	t2, 168(sp)
	li	a0, 0
	.irp	n, 1, 8, 9, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	addi	t0, x\n, -0x100 - \n
	snez	t0, t0
	slli	t0, t0, \n
	or	a0, a0, t0
	.endr
	/* t0 to t2, which the lines above need, from where they were put */
	ld	t1, 152(sp)
	addi	t1, t1, -0x100 - 5
	snez	t1, t1
	slli	t1, t1, 5
	or	a0, a0, t1
	ld	t1, 160(sp)
	addi	t1, t1, -0x100 - 6
	snez	t1, t1
	slli	t1, t1, 6
	or	a0, a0, t1
	ld	t1, 168(sp)
	addi	t1, t1, -0x100 - 7
	snez	t1, t1
	slli	t1, t1, 7
	or	a0, a0, t1
	/* gp, tp, sp, a7 against what they were */
	ld	t1, 104(sp)
	xor	t1, t1, gp
	snez	t1, t1
	slli	t1, t1, 3
	or	a0, a0, t1
	ld	t1, 112(sp)
	xor	t1, t1, tp
	snez	t1, t1
	slli	t1, t1, 4
	or	a0, a0, t1
	ld	t1, 128(sp)
	xor	t1, t1, sp
	snez	t1, t1
	slli	t1, t1, 2
	or	a0, a0, t1
	ld	t1, 136(sp)
	xor	t1, t1, a7
	snez	t1, t1
	slli	t1, t1, 17
	or	a0, a0, t1
	ld	a1, 120(sp)
	ld	t1, 144(sp)
	sd	t1, 0(a1)
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
	addi	sp, sp, FRAME_BYTES
	ret
	.size	trap_registers_check, . - trap_registers_check
