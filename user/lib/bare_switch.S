/*
 * What libuos does to go from one coroutine to another, without asking a scheduler: the
 * caller of either declares all other registers lost (uos/task.h).
 */
#define BARE_RA		0
#define BARE_SP		8
#define BARE_S0		16
#define BARE_TP		24
#define BARE_OTHER	32

	.text

/* a0: struct bare_context of the one that gives up. */
	.globl bare_switch_to_other
	.type bare_switch_to_other, @function
	.balign 4
bare_switch_to_other:
	ld	a1, BARE_OTHER(a0)
	sd	ra, BARE_RA(a0)
	sd	sp, BARE_SP(a0)
	sd	s0, BARE_S0(a0)
	ld	tp, BARE_TP(a1)
	ld	ra, BARE_RA(a1)
	ld	sp, BARE_SP(a1)
	ld	s0, BARE_S0(a1)
	ret
	.size bare_switch_to_other, . - bare_switch_to_other

	.section .note.GNU-stack, "", @progbits
