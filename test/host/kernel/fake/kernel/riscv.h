/*
 * kernel/riscv.h on the host: its numbers, and CSRs that a test supplies.
 */
#ifndef TEST_HOST_KERNEL_RISCV_H
#define TEST_HOST_KERNEL_RISCV_H

/* the numbers alone: what the original keeps from assemblers is what a host lacks */
#define __ASSEMBLER__
#include_next "kernel/riscv.h"
#undef __ASSEMBLER__

unsigned long fake_csr_read(const char *name);
void fake_csr_write(const char *name, unsigned long value);

#define csr_read(name)		fake_csr_read(#name)
#define csr_write(name, value)	fake_csr_write(#name, value)

static inline void tlb_flush_all(void)
{
}

static inline void tlb_flush_page(unsigned long address)
{
	(void)address;
}

#endif
