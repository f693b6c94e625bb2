/*
 * Numbers that switch.S needs; executor.c asserts each against its struct.
 */
#ifndef LIBUOS_OFFSETS_H
#define LIBUOS_OFFSETS_H

#define TASK_SP			0
#define TASK_RA			8
#define TASK_S0			16
#define TASK_TP			24

#define EXECUTOR_POOL		0
#define EXECUTOR_NEXT		8
#define EXECUTOR_CQ_TAIL	16
#define EXECUTOR_LANE		24
#define EXECUTOR_CQ_REAPED	28
#define EXECUTOR_STACK_FREE	32
#define EXECUTOR_SP		40
#define EXECUTOR_CQ_SEEN	48
#define EXECUTOR_DUE		52

#define TASK_NUMBER		48

#define SLOT_FREE_NEXT		0
#define SLOT_EXECUTOR		16
#define SLOT_TASK		24
#define SLOT_BYTES		32

#define POOL_LANE_CURRENT	200	/* of lane 0 */
#define LANE_SHIFT		10

#define COOKIE_ANSWER_MAX	15	/* abi/sched.h: a cookie is above */

#if defined(__ASSEMBLER__)
#define UOS_SCHED_YIELD		0
#define UOS_SCHED_BLOCK		1
#define UOS_SCHED_EXIT		2
#define UOS_SCHED_PICK		3
#endif

#endif
