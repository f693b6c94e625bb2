/*
 * The privileged machine: CSRs, bits, page-table entries.  Names and numbers
 * are the RISC-V privileged specification's.
 */
#ifndef KERNEL_RISCV_H
#define KERNEL_RISCV_H

#define SSTATUS_SIE		(1ul << 1)
#define SSTATUS_SPIE		(1ul << 5)
#define SSTATUS_SPP		(1ul << 8)
#define SSTATUS_FS		(3ul << 13)
#define SSTATUS_FS_INITIAL	(1ul << 13)
#define SSTATUS_FS_CLEAN	(2ul << 13)
#define SSTATUS_FS_DIRTY	(3ul << 13)

#define SIE_SOFTWARE		(1ul << 1)
#define SIE_TIMER		(1ul << 5)
#define SIE_EXTERNAL		(1ul << 9)

#define CAUSE_INTERRUPT		(1ul << 63)
#define CAUSE_FETCH_MISALIGNED	0
#define CAUSE_FETCH_ACCESS	1
#define CAUSE_ILLEGAL		2
#define CAUSE_BREAKPOINT	3
#define CAUSE_LOAD_MISALIGNED	4
#define CAUSE_LOAD_ACCESS	5
#define CAUSE_STORE_MISALIGNED	6
#define CAUSE_STORE_ACCESS	7
#define CAUSE_ECALL_USER	8
#define CAUSE_FETCH_PAGE	12
#define CAUSE_LOAD_PAGE		13
#define CAUSE_STORE_PAGE	15

#define PTE_VALID		(1ul << 0)
#define PTE_READ		(1ul << 1)
#define PTE_WRITE		(1ul << 2)
#define PTE_EXECUTE		(1ul << 3)
#define PTE_USER		(1ul << 4)
#define PTE_GLOBAL		(1ul << 5)
#define PTE_ACCESSED		(1ul << 6)
#define PTE_DIRTY		(1ul << 7)
#define PTE_FLAGS		0x3fful
#define PTE_LEAF		(PTE_READ | PTE_WRITE | PTE_EXECUTE)

#define SATP_SV39		(8ul << 60)
#define SATP_ASID_SHIFT		44
#define SATP_ASID_MASK		0xfffful

#ifndef __ASSEMBLER__
#define csr_read(name) ({					\
	unsigned long csr_value_;				\
	__asm__ volatile("csrr %0, " #name : "=r"(csr_value_) : : "memory"); \
	csr_value_; })
#define csr_write(name, value) \
	__asm__ volatile("csrw " #name ", %0" : : "rK"((unsigned long)(value)) : "memory")
#define csr_set(name, bits) \
	__asm__ volatile("csrs " #name ", %0" : : "rK"((unsigned long)(bits)) : "memory")
#define csr_clear(name, bits) \
	__asm__ volatile("csrc " #name ", %0" : : "rK"((unsigned long)(bits)) : "memory")

/* Page-table writes before, translations after; this hart. */
static inline void tlb_flush_all(void)
{
	__asm__ volatile("sfence.vma" : : : "memory");
}

/* Stores before, fetches after; this hart. */
static inline void instructions_flush(void)
{
	__asm__ volatile("fence.i" : : : "memory");
}

static inline void tlb_flush_page(unsigned long address)
{
	__asm__ volatile("sfence.vma %0" : : "r"(address) : "memory");
}
#endif

#endif
