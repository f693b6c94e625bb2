/*
 * Changing from one coroutine to another.
 *
 * uos_switch_yield and uos_switch_block are called by inline assembly alone,
 * which declares every register lost but sp, gp, tp and s0 (uos/task.h): so four
 * words are all that is saved here.  Between reading the decision and resuming
 * there is no other state: one call of the payload's next() is one switch.
 *
 * An interrupt may come between any two instructions (interrupt.c).  It finds a stack in
 * sp, always, but does not switch here: it sets the executor's `due`, which is looked at
 * when the decision has been carried out.  If it comes between that look and the last
 * instruction, in one of the parts from uos_switch_again_* to uos_switch_done_*, it goes
 * back to the part's beginning, which may be done twice.
 *
 * Registers, over the payload's call (which keeps s0 to s11):
 *	s1  where the coroutine resumes
 *	s2  struct uos_task of the one that gives up; 0: gone
 *	s3  struct uos_executor
 */
#include "abi/syscall.h"
#include "libuos/offsets.h"

	.text

/* A completion is there, or something is to be told: uos_executor_attend().  Who
 * yields may come back from it on another executor. */
	.macro ATTEND_UNLESS seen, yields
	ld	t0, EXECUTOR_CQ_TAIL(s3)
	lw	t1, \seen(s3)
	lw	t0, 0(t0)
	beq	t0, t1, .Lattended\@
	mv	a0, s3
	li	a1, \yields
	call	uos_executor_attend
	.if \yields
	ld	s3, SLOT_EXECUTOR - SLOT_BYTES(tp)
	.endif
.Lattended\@:
	.endm

/* a0: what becomes of the current task (UOS_SCHED_YIELD ...) -> the answer */
	.macro DECIDE how
	ld	a3, EXECUTOR_NEXT(s3)
	ld	a0, EXECUTOR_POOL(s3)
	lw	a1, EXECUTOR_LANE(s3)
	li	a2, \how
	jalr	a3
	.endm

/* Nobody else is to run. */
	.macro RETURN where
	.globl uos_switch_again_\where, uos_switch_done_\where
uos_switch_again_\where:
	lw	t0, EXECUTOR_DUE(s3)
	bnez	t0, return_due
	jr	s1
uos_switch_done_\where:
	.endm

/* void uos_switch_yield(void), with the convention above. */
	.globl uos_switch_yield
	.type uos_switch_yield, @function
	.balign 4
uos_switch_yield:
	ld	s3, SLOT_EXECUTOR - SLOT_BYTES(tp)
	ld	s2, SLOT_TASK - SLOT_BYTES(tp)
	mv	s1, ra
	ATTEND_UNLESS EXECUTOR_CQ_SEEN, 1
	DECIDE UOS_SCHED_YIELD
	bne	a0, s2, resume_other
	RETURN yield
	.size uos_switch_yield, . - uos_switch_yield

/* void uos_switch_block(void), with the convention above. */
	.globl uos_switch_block
	.type uos_switch_block, @function
	.balign 4
uos_switch_block:
	ld	s3, SLOT_EXECUTOR - SLOT_BYTES(tp)
	ld	s2, SLOT_TASK - SLOT_BYTES(tp)
	mv	s1, ra
	ATTEND_UNLESS EXECUTOR_CQ_REAPED, 0
	DECIDE UOS_SCHED_BLOCK
	bne	a0, s2, resume_other
	RETURN block
	.size uos_switch_block, . - uos_switch_block

/* int uos_switch_join(struct uos_task *task), likewise; a0 in and out. */
	.globl uos_switch_join
	.type uos_switch_join, @function
	.balign 4
uos_switch_join:
	addi	sp, sp, -16
	sd	ra, 8(sp)
	sd	a0, 0(sp)
	call	uos_join_begin
	blez	a0, 2f
1:	call	uos_switch_block
	ld	a0, 0(sp)
	call	uos_join_again
	bgtz	a0, 1b
2:	ld	ra, 8(sp)
	addi	sp, sp, 16
	ret
	.size uos_switch_join, . - uos_switch_join

/* a0: a task's cookie that is not s2, or SWITCH or IDLE. */
resume_other:
	li	t0, COOKIE_ANSWER_MAX
	bleu	a0, t0, pause
	.globl uos_switch_again_resume, uos_switch_done_resume
save_and_resume:
	sd	s1, TASK_RA(s2)
	sd	sp, TASK_SP(s2)
	sd	s0, TASK_S0(s2)
resume:
uos_switch_again_resume:
	ld	tp, TASK_TP(a0)
	ld	ra, TASK_RA(a0)
	ld	sp, TASK_SP(a0)
	ld	s0, TASK_S0(a0)
	sd	s3, SLOT_EXECUTOR - SLOT_BYTES(tp)
	lw	t0, EXECUTOR_DUE(s3)
	bnez	t0, resumed_due
	ret
uos_switch_done_resume:

/* Somebody was readied meanwhile, who may be more urgent than the task that goes on
 * behind ra.  One that begins looks by itself, in uos_task_main(). */
return_due:
	mv	ra, s1
resumed_due:
	la	t0, uos_switch_first
	beq	ra, t0, 1f
	la	t0, uos_switch_first_elsewhere
	beq	ra, t0, 1f
	addi	sp, sp, -16
	sd	ra, 8(sp)
	call	uos_executor_due
	ld	ra, 8(sp)
	addi	sp, sp, 16
1:	ret

/* Nothing to run: wait, on the stack of the one that gave up. */
pause:
	mv	a1, a0
	mv	a0, s3
	call	uos_executor_pause
	beqz	s2, resume
	bne	a0, s2, save_and_resume
	j	uos_switch_again_yield

/*
 * void uos_switch_give_way(void): the fast yield, for uos_executor_pause() alone.  That
 * one was called from here, where no floating-point register is worth keeping.
 */
	.globl uos_switch_give_way
	.type uos_switch_give_way, @function
	.balign 4
uos_switch_give_way:
	addi	sp, sp, -96
	sd	ra, 0(sp)
	sd	s1, 8(sp)
	sd	s2, 16(sp)
	sd	s3, 24(sp)
	sd	s4, 32(sp)
	sd	s5, 40(sp)
	sd	s6, 48(sp)
	sd	s7, 56(sp)
	sd	s8, 64(sp)
	sd	s9, 72(sp)
	sd	s10, 80(sp)
	sd	s11, 88(sp)
	li	a7, SYS_uos_fast_yield
	ecall
	ld	ra, 0(sp)
	ld	s1, 8(sp)
	ld	s2, 16(sp)
	ld	s3, 24(sp)
	ld	s4, 32(sp)
	ld	s5, 40(sp)
	ld	s6, 48(sp)
	ld	s7, 56(sp)
	ld	s8, 64(sp)
	ld	s9, 72(sp)
	ld	s10, 80(sp)
	ld	s11, 88(sp)
	addi	sp, sp, 96
	ret
	.size uos_switch_give_way, . - uos_switch_give_way

/* void uos_switch_exit(struct uos_executor *executor) */
	.globl uos_switch_exit
	.type uos_switch_exit, @function
	.balign 4
uos_switch_exit:
	mv	s3, a0
	li	s2, 0
	DECIDE UOS_SCHED_EXIT
	li	t0, COOKIE_ANSWER_MAX
	bgtu	a0, t0, resume
	j	pause
	.size uos_switch_exit, . - uos_switch_exit

/* void uos_switch_start(struct uos_executor *executor) */
	.globl uos_switch_start
	.type uos_switch_start, @function
	.balign 4
uos_switch_start:
	mv	s3, a0
	sd	sp, EXECUTOR_SP(s3)
	li	s2, 0
	DECIDE UOS_SCHED_PICK
	li	t0, COOKIE_ANSWER_MAX
	bgtu	a0, t0, resume
	j	pause
	.size uos_switch_start, . - uos_switch_start

/*
 * Where a task begins, with a0 its record and s3 the executor: it takes a stack,
 * the one that was given back last.  tp and sp are nobody's yet.  Its maker may be
 * on another hart and not know its number yet: it is the lane's current task.
 */
	.globl uos_switch_first_elsewhere
	.type uos_switch_first_elsewhere, @function
	.balign 4
uos_switch_first_elsewhere:
	ld	t0, EXECUTOR_POOL(s3)
	lw	t1, EXECUTOR_LANE(s3)
	slli	t1, t1, LANE_SHIFT
	add	t0, t0, t1
	lw	t0, POOL_LANE_CURRENT(t0)
	sw	t0, TASK_NUMBER(a0)
	.size uos_switch_first_elsewhere, . - uos_switch_first_elsewhere

	.globl uos_switch_first
	.type uos_switch_first, @function
	.balign 4
uos_switch_first:
	ld	t0, EXECUTOR_STACK_FREE(s3)
	beqz	t0, 2f
1:	ld	t1, SLOT_FREE_NEXT(t0)
	addi	tp, t0, SLOT_BYTES
	sd	t1, EXECUTOR_STACK_FREE(s3)
	sd	s3, SLOT_EXECUTOR(t0)
	sd	a0, SLOT_TASK(t0)
	sd	tp, TASK_TP(a0)
	andi	sp, t0, -16
	tail	uos_task_main
2:	mv	s2, a0
	ld	sp, EXECUTOR_SP(s3)
	mv	a0, s3
	call	uos_stack_grow
	mv	a0, s2
	ld	t0, EXECUTOR_STACK_FREE(s3)
	j	1b
	.size uos_switch_first, . - uos_switch_first

	.section .note.GNU-stack, "", @progbits
