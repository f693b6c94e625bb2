/*
 * Calls to the firmware (RISC-V SBI 0.2 and later).  Any context.
 */
#ifndef KERNEL_BOOT_SBI_H
#define KERNEL_BOOT_SBI_H

#include "kernel/api/base.h"

struct sbi_result {
	long error, value;
};

static inline struct sbi_result sbi_call(unsigned long extension, unsigned long function,
					 unsigned long argument0, unsigned long argument1,
					 unsigned long argument2, unsigned long argument3,
					 unsigned long argument4)
{
	register unsigned long a0 __asm__("a0") = argument0;
	register unsigned long a1 __asm__("a1") = argument1;
	register unsigned long a2 __asm__("a2") = argument2;
	register unsigned long a3 __asm__("a3") = argument3;
	register unsigned long a4 __asm__("a4") = argument4;
	register unsigned long a6 __asm__("a6") = function;
	register unsigned long a7 __asm__("a7") = extension;

	__asm__ volatile("ecall"
			 : "+r"(a0), "+r"(a1)
			 : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7)
			 : "memory");
	return (struct sbi_result){ .error = (long)a0, .value = (long)a1 };
}

#define SBI_TIMER	0x54494d45ul
#define SBI_IPI		0x735049ul
#define SBI_RFENCE	0x52464e43ul
#define SBI_HSM		0x48534dul
#define SBI_RESET	0x53525354ul

static inline void sbi_set_timer(uint64_t ticks)
{
	sbi_call(SBI_TIMER, 0, ticks, 0, 0, 0, 0);
}

static inline void sbi_send_ipi(unsigned long hardware_id)
{
	sbi_call(SBI_IPI, 0, 1, hardware_id, 0, 0, 0);
}

/* Starts a stopped hart at a physical address. */
static inline long sbi_hart_start(unsigned long hardware_id, uint64_t address)
{
	return sbi_call(SBI_HSM, 0, hardware_id, address, 0, 0, 0).error;
}

/* sfence.vma on another hart; bytes ~0: everything.  Returns when it is done. */
static inline void sbi_remote_sfence(unsigned long hardware_id, uint64_t start, uint64_t bytes)
{
	sbi_call(SBI_RFENCE, 1, 1, hardware_id, start, bytes, 0);
}

/* fence.i on another hart.  Returns when it is done. */
static inline void sbi_remote_fence_i(unsigned long hardware_id)
{
	sbi_call(SBI_RFENCE, 0, 1, hardware_id, 0, 0, 0);
}

static inline void sbi_shutdown(void)
{
	sbi_call(SBI_RESET, 0, 0, 0, 0, 0, 0);
}

/* Legacy console: works before any driver does. */
static inline void sbi_console_putchar(char character)
{
	sbi_call(1, 0, (unsigned char)character, 0, 0, 0, 0);
}

#endif
