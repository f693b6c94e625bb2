/*
 * A kernel around the rings on the host: one thread, coroutines on stacks of their
 * own, a clock that moves only when nothing else can, memory that is counted.  The
 * rings, the operations and the door are the kernel's own code, unchanged.
 */
#ifndef TEST_HOST_RING_FAKE_H
#define TEST_HOST_RING_FAKE_H

#include "abi/io_uring.h"
#include "fs/vfs.h"
#include "kernel/api/base.h"
#include "kernel/process/process.h"
#include "kernel/trap/trap.h"

/* Ends the test with a line of what went wrong. */
#define CHECK(condition) do {						\
	if (!(condition))						\
		panic("%s:%d: not so: %s", __FILE__, __LINE__, #condition); \
} while (0)

#define CHECK_EQUAL(left, right) do {					\
	long long left_ = (long long)(left), right_ = (long long)(right); \
									\
	if (left_ != right_)						\
		panic("%s:%d: %s is %lld, wanted %lld", __FILE__, __LINE__, \
		      #left, left_, right_);				\
} while (0)

/* ---- coroutines (fake_task.c) -------------------------------------------------------- */

extern unsigned fake_harts;		/* what hart_count() answers */
/* Runs ready tasks, and lets time pass when there is none, until `done` or nothing
 * more can happen (false). */
bool fake_run_until(const bool *done);
/* Runs what is ready, without letting time pass. */
void fake_run_ready(void);
unsigned fake_tasks_alive(void);
unsigned fake_timers_armed(void);
void fake_time_pass(uint64_t ns);

/* ---- memory (fake_kernel.c) ------------------------------------------------------------ */

/* What a user's address 0 to USER_BYTES - 1 stands for; the first page is not there. */
#define USER_BYTES	(1u << 20)
#define USER_FIRST	4096u
extern char fake_user[USER_BYTES];
static inline uint64_t user_address_of(const void *place)
{
	return (uint64_t)((const char *)place - fake_user);
}
uint64_t fake_bytes_allocated(void);
uint64_t fake_pages_allocated(void);
/* The next so many allocations fail; 0: none. */
extern unsigned fake_allocations_to_fail;

/* ---- files and processes (fake_vfs.c) ---------------------------------------------------- */

#define FD_ZERO_FILE	3	/* reads zeros at once */
#define FD_STREAM	4	/* reads one byte per fake_stream_feed, waits interruptibly */
#define FD_DEVICE	5	/* reads once per fake_device_done, waits uninterruptibly */
#define FD_SHORT	6	/* reads one byte less than asked */
#define FD_DIRECTORY	7
#define FD_DISK		8	/* begins transfers of up to a page; fake_disk_done ends one */
#define FD_CLOSED	99

extern struct process fake_process;
void fake_process_start(void);
void fake_process_end(void);
void fake_stream_feed(void);
void fake_device_done(void);
/* The oldest transfer in the disk ends.  False: there is none. */
bool fake_disk_done(int64_t result, bool unsettled);
void fake_disk_start(void);
extern const struct file_ops fake_disk_ops;
/* As FD_DEVICE reads. */
ssize_t fake_device_read(struct file *file, struct cursor *to, int64_t offset);
extern unsigned fake_disk_untold;	/* transfers that it was not told of */
extern unsigned fake_disk_settled;
uint64_t fake_files_open(void);
int32_t fake_dentry_references(void);
/* A child with this pid has ended / is there. */
void fake_child_add(int32_t pid);
void fake_child_end(int32_t pid);

/* ---- user interrupts (fake_uintr.c) ------------------------------------------------------ */

extern uint64_t fake_posts[64];		/* by vector */
uint32_t fake_context_references(void);	/* the thread's own is one */

/* ---- the program (harness.c) --------------------------------------------------------------- */

struct test_ring {
	int fd;
	struct io_uring_params params;
	struct ring *ring;
};

int64_t call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
	     uint64_t a5);
/* True while the last call has not come back. */
extern bool call_blocked;
/* Lets a call that waits go on until it is back: its result. */
int64_t call_resume(void);
void ring_open(struct test_ring *test, unsigned entries, uint32_t flags, unsigned cq_entries);
void ring_shut(struct test_ring *test);
extern struct test_ring ring;	/* the one that most tests have */
/* The next SQE, zeroed. */
struct io_uring_sqe *ring_sqe(struct test_ring *test);
int64_t ring_submit(struct test_ring *test);
int64_t ring_submit_and_wait(struct test_ring *test, unsigned count);
/* The next CQE, taken; false: there is none. */
bool ring_take(struct test_ring *test, struct io_uring_cqe *cqe);
#define EXPECT_CQE(test, data, result) do {				\
	struct io_uring_cqe cqe_;					\
									\
	CHECK(ring_take(test, &cqe_));					\
	CHECK_EQUAL(cqe_.user_data, data);				\
	CHECK_EQUAL(cqe_.res, result);					\
} while (0)
#define EXPECT_NO_CQE(test) do {					\
	struct io_uring_cqe cqe_;					\
									\
	CHECK(!ring_take(test, &cqe_));					\
} while (0)

#define TIMES		0x3000u		/* timespecs in user memory */
#define BUFFER		0x8000u
#define MS		1000000ull
/* SQEs in `ring`; more can be set in what they answer. */
struct io_uring_sqe *sqe_of(uint8_t opcode, uint64_t user_data, uint8_t flags);
struct io_uring_sqe *add_read(uint64_t user_data, int fd, uint32_t bytes, uint8_t flags);
struct io_uring_sqe *add_timeout(uint64_t user_data, uint64_t ns, uint32_t count,
				 uint8_t flags);

/* Everything is as before the first ring. */
void check_nothing_left(void);

/* Seeded. */
extern uint64_t random_state;
uint64_t random_word(void);

#endif
