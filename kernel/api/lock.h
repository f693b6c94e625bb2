/*
 * Spinlocks, for a few instructions at a time and never across a suspension.
 *
 * The kernel takes no interrupt in S mode (it looks for them at scheduling
 * points), so a lock needs no variant that disables interrupts: whoever holds
 * one can't be interrupted on its hart, by anything.
 */
#ifndef KERNEL_API_LOCK_H
#define KERNEL_API_LOCK_H

#include "kernel/api/base.h"

struct spinlock {
	uint32_t held;		/* 0: it is free; on the machine the low half of its hart's tp */
};

/* Swaps something that is not 0 in; what was there. */
static inline long spinlock_swap(struct spinlock *lock)
{
#ifdef __riscv
	long before;

	/* tp is at hand, which a 1 is not; before there is one, there is but one hart */
	__asm__ volatile("amoswap.w.aq %0, tp, %1"
			 : "=r"(before), "+A"(lock->held) : : "memory");
	return before;
#else
	return __atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE);
#endif
}

static inline void spinlock_acquire(struct spinlock *lock)
{
	/* acquire, pairs with the release in spinlock_release */
	while (UNLIKELY(spinlock_swap(lock)))
		while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED))
			;
}

static inline bool spinlock_try_acquire(struct spinlock *lock)
{
	return !spinlock_swap(lock);
}

static inline void spinlock_release(struct spinlock *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

/* Reference counts: the last one to leave puts the lights out. */
static inline void reference_get(uint32_t *references)
{
	__atomic_fetch_add(references, 1, __ATOMIC_RELAXED);
}

/* True for the last: all that others did to the object happened before. */
static inline bool reference_put(uint32_t *references)
{
	uint32_t before = __atomic_fetch_sub(references, 1, __ATOMIC_ACQ_REL);

	ASSERT(before != 0);
	return before == 1;
}

#endif
