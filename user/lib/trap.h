/*
 * The bare trap, for programs that test or measure it: nothing is hidden, the
 * result is a0 as the kernel left it.
 */
#ifndef USER_LIB_TRAP_H
#define USER_LIB_TRAP_H

#include <stdint.h>
#include <uos/task.h>

#include "abi/syscall.h"

static inline int64_t trap6(uint64_t number, uint64_t a, uint64_t b, uint64_t c,
			    uint64_t d, uint64_t e, uint64_t f)
{
	register uint64_t a0 __asm__("a0") = a;
	register uint64_t a1 __asm__("a1") = b;
	register uint64_t a2 __asm__("a2") = c;
	register uint64_t a3 __asm__("a3") = d;
	register uint64_t a4 __asm__("a4") = e;
	register uint64_t a5 __asm__("a5") = f;
	register uint64_t a7 __asm__("a7") = number;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
			 : "memory");
	return (int64_t)a0;
}

static inline int64_t trap3(uint64_t number, uint64_t a, uint64_t b, uint64_t c)
{
	register uint64_t a0 __asm__("a0") = a;
	register uint64_t a1 __asm__("a1") = b;
	register uint64_t a2 __asm__("a2") = c;
	register uint64_t a7 __asm__("a7") = number;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
	return (int64_t)a0;
}

static inline int64_t trap0(uint64_t number)
{
	register uint64_t a0 __asm__("a0");
	register uint64_t a7 __asm__("a7") = number;

	__asm__ volatile("ecall" : "=r"(a0) : "r"(a7) : "memory");
	return (int64_t)a0;
}

/* The fast yield: the compiler keeps nothing in a register across it. */
static inline void trap_fast_yield(void)
{
	__asm__ volatile("li a7, %0\n\tecall"
			 : : "i"(SYS_uos_fast_yield) : "a0", UOS_SWITCH_CLOBBERS);
}

#endif
