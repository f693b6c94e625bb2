/*
 * The bare change of context between coroutines, for the program that measures it: no
 * scheduler, no executor, nothing of libuos may run in between.
 */
#ifndef USER_LIB_BARE_SWITCH_H
#define USER_LIB_BARE_SWITCH_H

#include <stdint.h>
#include <uos/task.h>

struct bare_context {
	uint64_t ra, sp, s0, tp;
	struct bare_context *other;	/* who goes on */
};

static inline void bare_switch(struct bare_context *from)
{
	register struct bare_context *a0 __asm__("a0") = from;

	__asm__ volatile("call bare_switch_to_other" : "+r"(a0) : : UOS_SWITCH_CLOBBERS);
}

#endif
