/*
 * The few atomic steps that a payload takes, each with exactly the order that
 * its caller's argument needs and no fence beside it.
 *
 * On RISC-V they are written out: gcc 12 makes a swap of every relaxed store, and
 * puts a full `fence` before every read-modify-write with release, though the .rl
 * bit says the same in the instruction itself.  Elsewhere (host tests, sanitizers) they are the compiler's
 * builtins with the same order in C11's words.
 *
 * Who may include it: payloads alone.
 */
#ifndef SCHED_SHARED_ATOMIC_H
#define SCHED_SHARED_ATOMIC_H

#include <stdint.h>

/* One access, in no order, of a word or a byte that others write meanwhile. */
#if defined(__riscv)
#define atomic_read(word)		(*(const volatile __typeof__(*(word)) *)(word))
#define atomic_write(word, value)	(*(volatile __typeof__(*(word)) *)(word) = (value))
/* For less than a word: volatile would have the value cut to size first. */
#define atomic_write_part(part, value)	(*(part) = (value))
#else
#define atomic_read(word)		__atomic_load_n(word, __ATOMIC_RELAXED)
#define atomic_write(word, value)	__atomic_store_n(word, value, __ATOMIC_RELAXED)
#define atomic_write_part(part, value)	__atomic_store_n(part, value, __ATOMIC_RELAXED)
#endif

static inline uint32_t atomic_read_acquire(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void atomic_write_release(uint32_t *word, uint32_t value)
{
#if defined(__riscv)
	__asm__ volatile("fence rw, w" : : : "memory");
	atomic_write(word, value);
#else
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
#endif
}

static inline void atomic_fence_full(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

#if defined(__riscv)

/* A store that everything before it precedes, because the caller has just done
 * an atomic_*_both_ways(), whose .aqrl orders what stands on either side. */
static inline void atomic_write_after_both_ways(uint32_t *word, uint32_t value)
{
	atomic_write(word, value);
}

/* Flips `bits`; orders all that stands before against all that stands after. */
static inline void atomic_flip_both_ways(uint32_t *word, uint32_t bits)
{
	__asm__ volatile("amoxor.w.aqrl zero, %1, %0" : "+A"(*word) : "r"(bits) : "memory");
}

static inline void atomic_flip(uint32_t *word, uint32_t bits)
{
	__asm__ volatile("amoxor.w zero, %1, %0" : "+A"(*word) : "r"(bits));
}

static inline uint32_t atomic_add(uint32_t *word, uint32_t value)
{
	uint32_t before;

	__asm__ volatile("amoadd.w %0, %2, %1" : "=r"(before), "+A"(*word) : "r"(value));
	return before;
}

/* The smaller of both stays; what stands before is ordered before it. */
static inline void atomic_minimum(uint32_t *word, uint32_t value)
{
	__asm__ volatile("amominu.w.rl zero, %1, %0" : "+A"(*word) : "r"(value) : "memory");
}

/* Takes the word and leaves 0: acquire. */
static inline uint32_t atomic_take(uint32_t *word)
{
	uint32_t before;

	__asm__ volatile("amoswap.w.aq %0, zero, %1" : "=r"(before), "+A"(*word) : : "memory");
	return before;
}

/* Acquire and release if it succeeds; answers what stood there. */
static inline uint32_t atomic_exchange_if(uint32_t *word, uint32_t expected, uint32_t desired)
{
	int32_t before, failed;		/* signed: as lr.w leaves it */

	__asm__ volatile("1:	lr.w.aq %0, %2\n"
			 "	bne %0, %3, 2f\n"
			 "	sc.w.rl %1, %4, %2\n"
			 "	bnez %1, 1b\n"
			 "2:\n"
			 : "=&r"(before), "=&r"(failed), "+A"(*word)
			 : "r"((int32_t)expected), "r"(desired)
			 : "memory");
	return before;
}

#else

static inline void atomic_write_after_both_ways(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline void atomic_flip_both_ways(uint32_t *word, uint32_t bits)
{
	__atomic_fetch_xor(word, bits, __ATOMIC_ACQ_REL);
}

static inline void atomic_flip(uint32_t *word, uint32_t bits)
{
	__atomic_fetch_xor(word, bits, __ATOMIC_RELAXED);
}

static inline uint32_t atomic_add(uint32_t *word, uint32_t value)
{
	return __atomic_fetch_add(word, value, __ATOMIC_RELAXED);
}

static inline void atomic_minimum(uint32_t *word, uint32_t value)
{
	uint32_t before;

	atomic_fence_full();
	before = atomic_read(word);
	while (value < before && !__atomic_compare_exchange_n(word, &before, value, 1,
							       __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static inline uint32_t atomic_take(uint32_t *word)
{
	return __atomic_exchange_n(word, 0, __ATOMIC_ACQUIRE);
}

static inline uint32_t atomic_exchange_if(uint32_t *word, uint32_t expected, uint32_t desired)
{
	__atomic_compare_exchange_n(word, &expected, desired, 0,
				    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
	return expected;
}

#endif
#endif
