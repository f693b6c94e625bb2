/* A program on the fake kernel: it makes calls, and drives a ring by its words. */
#include "fake.h"

#include <stdio.h>
#include <string.h>

#include "abi/syscall.h"
#include "kernel/door/door.h"
#include "kernel/ring/object.h"

static struct thread thread;
static struct trap_frame frame;
static bool back;
bool call_blocked;

static void call_over(void *argument)
{
	back = true;
}

void trap_return_to_user(struct thread *self)
{
	task_exit(call_over, NULL);
}

struct thread *thread_current(void)
{
	return &thread;
}

static void thread_main(void *argument)
{
	if (thread.enter.serving)
		ring_enter_again(&thread);
	door_syscall(&thread, &frame);
	if (hart_this()->look & HART_LOOK_ENTER) {
		hart_this()->look &= ~HART_LOOK_ENTER;
		ring_enter_rest(&thread);
	}
	trap_return_to_user(&thread);
}

int64_t call_resume(void)
{
	call_blocked = !fake_run_until(&back);
	fake_run_ready();
	return call_blocked ? 0 : (int64_t)frame.a0;
}

int64_t call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
	     uint64_t a5)
{
	CHECK(!call_blocked);
	frame = (struct trap_frame){ .a0 = a0, .a1 = a1, .a2 = a2, .a3 = a3, .a4 = a4, .a5 = a5,
				     .a7 = number };
	task_init(&thread.task, thread_main, NULL, 32);
	thread.task.is_thread = true;
	thread.serial = 1;
	thread.task.process = thread.process = &fake_process;
	thread.frame = &frame;
	back = false;
	CHECK(task_start(&thread.task, 0) == 0);
	return call_resume();
}

/* ---- a ring ----------------------------------------------------------------------------- */

#define PARAMS	0x2000u		/* where in user memory */

struct test_ring ring;

void ring_open(struct test_ring *test, unsigned entries, uint32_t flags, unsigned cq_entries)
{
	struct file *file;

	test->params = (struct io_uring_params){ .flags = flags, .cq_entries = cq_entries };
	memcpy(fake_user + PARAMS, &test->params, sizeof(test->params));
	test->fd = (int)call(SYS_io_uring_setup, entries, PARAMS, 0, 0, 0, 0);
	CHECK(test->fd >= 0);
	memcpy(&test->params, fake_user + PARAMS, sizeof(test->params));
	file = files_get(fake_process.files, test->fd);
	test->ring = ring_of(file);
	file_put(file);
}

void ring_shut(struct test_ring *test)
{
	CHECK_EQUAL(call(SYS_close, (uint64_t)test->fd, 0, 0, 0, 0, 0), 0);
}

struct io_uring_sqe *ring_sqe(struct test_ring *test)
{
	struct queues *queues = &test->ring->queues;
	uint32_t tail = queues->words->sq_tail;
	struct io_uring_sqe *sqe = &queues->sqes[tail & queues->sq_mask];

	CHECK(tail - queues->words->sq_head <= queues->sq_mask);
	memset(sqe, 0, sizeof(*sqe));
	if (queues->array)
		queues->array[tail & queues->sq_mask] = tail & queues->sq_mask;
	queues->words->sq_tail = tail + 1;
	return sqe;
}

int64_t ring_submit_and_wait(struct test_ring *test, unsigned count)
{
	const struct ring_words *words = test->ring->queues.words;
	uint32_t submit = words->sq_tail - words->sq_head;

	return call(SYS_io_uring_enter, (uint64_t)test->fd, submit, count,
		    IORING_ENTER_GETEVENTS, 0, 0);
}

int64_t ring_submit(struct test_ring *test)
{
	return ring_submit_and_wait(test, 0);
}

bool ring_take(struct test_ring *test, struct io_uring_cqe *cqe)
{
	struct ring_words *words = test->ring->queues.words;

	if (words->cq_head == words->cq_tail)
		return false;
	*cqe = words->cqes[words->cq_head++ & test->ring->queues.cq_mask];
	return true;
}

/* ---- SQEs --------------------------------------------------------------------------------- */

struct io_uring_sqe *sqe_of(uint8_t opcode, uint64_t user_data, uint8_t flags)
{
	struct io_uring_sqe *sqe = ring_sqe(&ring);

	sqe->opcode = opcode;
	sqe->user_data = user_data;
	sqe->flags = flags;
	return sqe;
}

struct io_uring_sqe *add_read(uint64_t user_data, int fd, uint32_t bytes, uint8_t flags)
{
	struct io_uring_sqe *sqe = sqe_of(IORING_OP_READ, user_data, flags);

	sqe->fd = fd;
	sqe->addr = BUFFER;
	sqe->len = bytes;
	sqe->off = ~0ull;
	return sqe;
}

struct io_uring_sqe *add_timeout(uint64_t user_data, uint64_t ns, uint32_t count,
					uint8_t flags)
{
	struct io_uring_sqe *sqe = sqe_of(IORING_OP_TIMEOUT, user_data, flags);
	struct __kernel_timespec *time = (void *)(fake_user + TIMES);

	/* copied at submission, but several may be submitted at once */
	time += user_data % 256;
	*time = (struct __kernel_timespec){ (int64_t)(ns / 1000000000),
					    (int64_t)(ns % 1000000000) };
	sqe->addr = user_address_of(time);
	sqe->len = 1;
	sqe->off = count;
	return sqe;
}

void check_nothing_left(void)
{
	CHECK_EQUAL(ring_count(), 0);
	CHECK_EQUAL(fake_bytes_allocated(), 0);
	CHECK_EQUAL(fake_pages_allocated(), 0);
	CHECK_EQUAL(fake_tasks_alive(), 0);
	CHECK_EQUAL(fake_timers_armed(), 0);
	fake_process_end();
	CHECK_EQUAL(fake_files_open(), 0);
}
