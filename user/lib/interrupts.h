/*
 * User interrupts by the bare instructions, for programs that test them: on threads of
 * their own (raw_thread.h), since libuos has a handler for its executors.
 */
#ifndef USER_LIB_INTERRUPTS_H
#define USER_LIB_INTERRUPTS_H

#include <stdint.h>

#include "abi/interrupt.h"

/* What the thread's uscratch leads to. */
struct interrupts {
	/* called by the entry, UIE = 0, with what uipi.read gave */
	void (*handler)(struct interrupts *interrupts, uint64_t vectors);
	uint64_t entries;
};

/* The entry: keeps all that C may clobber, floating point included, on the stack in use;
 * clears USIP, then takes what is pending, then calls the handler. */
void interrupts_entry(void);

#define INTERRUPTS_TEXT_(x)	#x
#define INTERRUPTS_TEXT(x)	INTERRUPTS_TEXT_(x)
#define user_csr_read(number) ({					\
	uint64_t value_;						\
	__asm__ volatile("csrr %0, " INTERRUPTS_TEXT(number) : "=r"(value_) : : "memory"); \
	value_; })
#define user_csr_write(number, value) \
	__asm__ volatile("csrw " INTERRUPTS_TEXT(number) ", %0" : : "r"((uint64_t)(value)) : "memory")
#define user_csr_set(number, bits) \
	__asm__ volatile("csrs " INTERRUPTS_TEXT(number) ", %0" : : "rK"((uint64_t)(bits)) : "memory")
#define user_csr_clear(number, bits) \
	__asm__ volatile("csrc " INTERRUPTS_TEXT(number) ", %0" : : "rK"((uint64_t)(bits)) : "memory")

static inline void interrupts_on(void)
{
	user_csr_set(CSR_USTATUS, USTATUS_UIE);
}

static inline void interrupts_off(void)
{
	user_csr_clear(CSR_USTATUS, USTATUS_UIE);
}

/* utvec, uscratch, uie; UIE is left off. */
static inline void interrupts_begin(struct interrupts *interrupts)
{
	interrupts_off();
	user_csr_write(CSR_UTVEC, (uint64_t)interrupts_entry);
	user_csr_write(CSR_USCRATCH, (uint64_t)interrupts);
	user_csr_write(CSR_UIE, UIE_SOFTWARE);
}

static inline void user_wait_for_interrupt(void)
{
	__asm__ volatile("wfi" : : : "memory");
}

static inline void uipi_send(uint64_t sender)
{
	__asm__ volatile(".insn r 0x7b, 6, 0, x0, %0, x0" : : "r"(sender) : "memory");
}

static inline uint64_t uipi_read(void)
{
	uint64_t vectors;

	__asm__ volatile(".insn r 0x7b, 6, 1, %0, x0, x0" : "=r"(vectors) : : "memory");
	return vectors;
}

static inline void uipi_write(uint64_t vectors)
{
	__asm__ volatile(".insn r 0x7b, 6, 2, x0, %0, x0" : : "r"(vectors) : "memory");
}

static inline void uipi_activate(void)
{
	__asm__ volatile(".insn r 0x7b, 6, 3, x0, x0, x0" : : : "memory");
}

static inline void uipi_deactivate(void)
{
	__asm__ volatile(".insn r 0x7b, 6, 4, x0, x0, x0" : : : "memory");
}

/* ---- a ring's completions ---------------------------------------------------------- */

struct raw_ring;

struct ring_interrupt {
	struct raw_ring *ring;
	uint32_t *cq_event;
	uint32_t flags;			/* UOS_INTERRUPT_* */
};

/* 0 or -errno. */
int ring_interrupt_register(struct ring_interrupt *interrupt, struct raw_ring *ring,
			    uint32_t vector);

/* Announce from here on; false: something has come already. */
static inline int ring_interrupt_arm(struct ring_interrupt *interrupt, uint32_t reaped,
				     const uint32_t *cq_tail)
{
	__atomic_store_n(interrupt->cq_event, reaped, __ATOMIC_RELAXED);
	/* full fence (g) of kernel/ring/queue.h: the kernel sees the arming, or we the tail */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE) == reaped;
}

#endif
