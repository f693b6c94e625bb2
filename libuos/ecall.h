/*
 * The instruction itself.  The kernel keeps every register but a0, so the
 * compiler may keep anything in the others across it.
 */
#ifndef LIBUOS_ECALL_H
#define LIBUOS_ECALL_H

#include "abi/syscall.h"

static inline long ecall_6(long number, long p0, long p1, long p2, long p3, long p4, long p5)
{
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = p0;
	register long a1 __asm__("a1") = p1;
	register long a2 __asm__("a2") = p2;
	register long a3 __asm__("a3") = p3;
	register long a4 __asm__("a4") = p4;
	register long a5 __asm__("a5") = p5;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
			 : "memory");
	return a0;
}

static inline long ecall_4(long number, long p0, long p1, long p2, long p3)
{
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = p0;
	register long a1 __asm__("a1") = p1;
	register long a2 __asm__("a2") = p2;
	register long a3 __asm__("a3") = p3;

	__asm__ volatile("ecall"
			 : "+r"(a0)
			 : "r"(a7), "r"(a1), "r"(a2), "r"(a3)
			 : "memory");
	return a0;
}

static inline long ecall_2(long number, long p0, long p1)
{
	register long a7 __asm__("a7") = number;
	register long a0 __asm__("a0") = p0;
	register long a1 __asm__("a1") = p1;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a7), "r"(a1) : "memory");
	return a0;
}

static inline long ecall_pointer(const void *pointer)
{
	return (long)pointer;
}

#endif
