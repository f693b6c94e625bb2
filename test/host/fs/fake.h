/*
 * A kernel for the host: kernel/api as the file layer sees it, with what a test
 * wants to know or to break.  One thread; whoever would have to wait fails the
 * test, and so does a double lock, a leak, or a free of the wrong size.
 */
#ifndef TEST_HOST_FS_FAKE_H
#define TEST_HOST_FS_FAKE_H

#include "kernel/api/base.h"

/* What is allocated now; two equal readings: nothing leaked. */
struct fake_memory {
	uint64_t objects;
	uint64_t object_bytes;
	uint64_t frames;
};
struct fake_memory fake_memory_now(void);

/* The n-th allocation from now on fails (and only that); 0: none does. */
extern uint64_t fake_fail_allocation;

/* So many frames there are; before there are none left, reclaim is asked. */
extern uint64_t fake_frames_limit;

/* A user's memory: cursors of this space reach [base, base + bytes) and no more. */
struct address_space {
	char *base;
	uint64_t bytes;
};

/* What the console's UART has sent since the last look. */
size_t fake_uart_sent(char *to, size_t bytes);
/* Types into it. */
void fake_uart_type(const char *text);
extern unsigned fake_console_interrupts;
extern int32_t fake_console_group;

/* A disk of so many sectors, in memory, as the first block device. */
char *fake_disk_create(uint64_t bytes, bool read_only);
extern unsigned fake_pins;		/* segments that a device may use now */
extern unsigned fake_disk_flushes;

/* Ends the test with a line of what went wrong. */
#define CHECK(condition, ...) do {					\
	if (!(condition)) {						\
		fake_complain(__FILE__, __LINE__, #condition);		\
		panic(" " __VA_ARGS__);					\
	}								\
} while (0)
void fake_complain(const char *file, int line, const char *condition);

#define CHECK_EQUAL(left, right) do {					\
	long long left_ = (long long)(left), right_ = (long long)(right); \
									\
	if (left_ != right_)						\
		panic("%s:%d: %s is %lld, wanted %lld", __FILE__, __LINE__, \
		      #left, left_, right_);				\
} while (0)

/* Seeded: the same number gives the same run. */
extern uint64_t fake_random_state;
uint64_t fake_random(void);
static inline uint64_t fake_random_below(uint64_t bound)
{
	return fake_random() % bound;
}

#endif
