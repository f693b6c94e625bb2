/*
 * Kernel stacks: KERNEL_STACK_BYTES each with as much unmapped below, pooled.
 * A coroutine that overflows its stack faults there; it never reaches another's
 * memory.
 */
#ifndef KERNEL_MM_STACK_H
#define KERNEL_MM_STACK_H

#include "kernel/api/base.h"

/* Lies at the top of its stack. */
struct kernel_stack {
	struct kernel_stack *next;	/* whoever holds it */
	uint64_t reserved;
};

/* NULL: no memory.  Any context. */
struct kernel_stack *kernel_stack_alloc(void);
/* May be the stack that we stand on, if nobody takes another on this hart before
 * we are off it. */
void kernel_stack_free(struct kernel_stack *stack);
/* Initial stack pointer: 16-byte aligned. */
static inline uint64_t kernel_stack_top(struct kernel_stack *stack)
{
	return (uint64_t)stack;
}
uint64_t kernel_stack_bottom(const struct kernel_stack *stack);
uint64_t kernel_stacks_in_use(void);
uint64_t kernel_stack_frames_held(void);
/* The address lies in the unmapped part below some stack. */
bool kernel_stack_is_guard(uint64_t address);

#endif
