/*
 * A machine for the kernel's core on the host: RAM is an anonymous mapping, harts
 * are threads, and a panic ends the test unless it is expected.  The code under
 * test is the kernel's own, unchanged; the folder fake/ stands in for what only a
 * RISC-V has.
 */
#ifndef TEST_HOST_KERNEL_FAKE_H
#define TEST_HOST_KERNEL_FAKE_H

#include <setjmp.h>

#include "kernel/api/base.h"

#define RAM_START	0x80000000ul

/* RAM of so many frames, all of them free; the calling thread plays hart 0. */
void machine_start(uint64_t frames);
/* The calling thread plays this hart from now on. */
void machine_hart(unsigned index);
/* Frames that nobody has. */
uint64_t machine_free_frames(void);

/* Takes frames until only `left` are free / gives them back. */
void machine_squeeze(uint64_t left);
void machine_relax(void);

/* What address_space.c asked of the TLBs. */
extern uint64_t fake_user_flushes;

/* True if the expression panics: what it had locked stays locked. */
extern jmp_buf fake_panic_return;
extern bool fake_panic_expected;
#define PANICS(expression) ({						\
	volatile bool panicked_ = true;					\
									\
	fake_panic_expected = true;					\
	if (!setjmp(fake_panic_return)) {				\
		(void)(expression);					\
		panicked_ = false;					\
	}								\
	fake_panic_expected = false;					\
	panicked_;							\
})

/* Ends the test with a line of what went wrong. */
#define CHECK(condition) do {						\
	if (!(condition))						\
		panic("%s:%d: not so: %s", __FILE__, __LINE__, #condition); \
} while (0)

#define CHECK_EQUAL(left, right) do {					\
	long long left_ = (long long)(left), right_ = (long long)(right); \
									\
	if (left_ != right_)						\
		panic("%s:%d: %s is %lld (%#llx), wanted %lld (%#llx)",	\
		      __FILE__, __LINE__, #left, left_,			\
		      (unsigned long long)left_, right_,		\
		      (unsigned long long)right_);			\
} while (0)

/* Seeded: the same number gives the same run.  Each thread has its own. */
extern _Thread_local uint64_t random_state;
uint64_t random_word(void);
static inline uint64_t random_below(uint64_t bound)
{
	return random_word() % bound;
}

/* The arguments that every program takes: seed and number of operations. */
void test_arguments(int count, char **words, uint64_t *operations);

#endif
