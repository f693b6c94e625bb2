/*
 * thread-check: kernel threads by the bare calls, without libuos: made, joined by
 * futex, ended; futexes by trap and by ring.
 *
 *	thread-check		runs all checks
 *	thread-check end how	ends with threads in every state: group, fault, last, kill
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "abi/futex.h"
#include "abi/thread.h"
#include "check.h"
#include "raw_ring.h"
#include "trap.h"

#define STACK_BYTES	8192
#define THREADS_MANY	300
#define MS		1000000ull

/* What a thread does: a function that is given a word, on a stack of its own. */
struct work {
	void (*function)(struct work *work);
	uint32_t alive;			/* cleared by the kernel */
	int32_t id;
	int64_t result;
	uint32_t *word;
	uint64_t count;
	uint8_t stack[STACK_BYTES] __attribute__((aligned(16)));
};

void thread_entry(void);
void thread_wait_entry(void);

/* gp is the program's; what comes back from the function ends the thread.  The second
 * one waits for the futex at tp while it is 0, and ends, all without a stack. */
__asm__(".text\n"
	"thread_entry:\n"
	"	.option push\n"
	"	.option norelax\n"
	"	la gp, __global_pointer$\n"
	"	.option pop\n"
	"	ld t0, 0(a0)\n"
	"	jalr t0\n"
	"	li a0, 0\n"
	"	li a7, 93\n"
	"	ecall\n"
	"thread_wait_entry:\n"
	"1:	mv a0, tp\n"
	"	li a1, 0\n"
	"	li a2, 0\n"
	"	li a3, 0\n"
	"	li a7, 98\n"
	"	ecall\n"
	"	lw t0, 0(tp)\n"
	"	beqz t0, 1b\n"
	"	li a0, 0\n"
	"	li a7, 93\n"
	"	ecall\n");

static int64_t futex(uint32_t *word, int op, uint32_t value, const void *timeout)
{
	return trap6(SYS_futex, (uint64_t)word, (uint64_t)op, value, (uint64_t)timeout, 0, 0);
}

static int64_t thread_trap(const struct uos_thread_start *start, uint64_t bytes)
{
	return trap3(SYS_uos_thread, (uint64_t)start, bytes, 0);
}

static struct uos_thread_start start_of(struct work *work)
{
	return (struct uos_thread_start){
		.entry = (uint64_t)thread_entry, .stack = (uint64_t)(work->stack + STACK_BYTES),
		.argument = (uint64_t)work, .clear_tid = (uint64_t)&work->alive,
		.level = UOS_LEVEL_INHERIT,
	};
}

static int64_t begin(struct work *work, void (*function)(struct work *work))
{
	struct uos_thread_start start = start_of(work);

	work->function = function;
	work->alive = 1;
	return thread_trap(&start, sizeof(start));
}

static void join_word(uint32_t *alive)
{
	uint32_t seen;

	while ((seen = __atomic_load_n(alive, __ATOMIC_ACQUIRE)) != 0)
		futex(alive, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, seen, NULL);
}

static struct work *work_make(void)
{
	return aligned_alloc(16, sizeof(struct work));
}

/* ---- what threads do -------------------------------------------------------------- */

static void do_tell(struct work *work)
{
	work->id = (int32_t)trap0(SYS_gettid);
	work->result = trap3(SYS_set_tid_address, (uint64_t)&work->alive, 0, 0);
}

static void do_count(struct work *work)
{
	for (uint64_t i = 0; i < work->count; i++) {
		__atomic_fetch_add(work->word, 1, __ATOMIC_RELAXED);
		if (i % 64 == 0)
			trap0(SYS_sched_yield);
	}
}

/* Its own values in all the registers, across time-outs and yields. */
static void do_floating_point(struct work *work)
{
	double sum = 0, step = (double)work->count;

	for (int i = 0; i < 300000; i++) {
		sum += step;
		if (i % 5000 == 0)
			trap0(SYS_sched_yield);
	}
	work->result = sum == step * 300000;
}

static void do_spin(struct work *work)
{
	for (;;)
		(*(volatile uint64_t *)&work->count)++;
}

static void do_futex(struct work *work)
{
	work->result = futex(work->word, FUTEX_WAIT, 0, NULL);
}

static void do_enter(struct work *work)
{
	struct io_uring_params params;
	int64_t fd;

	memset(&params, 0, sizeof(params));
	fd = trap3(SYS_io_uring_setup, 4, (uint64_t)&params, 0);
	work->result = trap6(SYS_io_uring_enter, (uint64_t)fd, 0, 1, IORING_ENTER_GETEVENTS, 0, 0);
}

static void do_sleep(struct work *work)
{
	struct __kernel_timespec time = { 1000, 0 };

	(void)work;
	trap6(SYS_clock_nanosleep, ABI_CLOCK_MONOTONIC, 0, (uint64_t)&time, 0, 0, 0);
}

static void do_fault(struct work *work)
{
	(void)work;
	__asm__ volatile("sw zero, 16(zero)");
}

static void do_exit_3(struct work *work)
{
	(void)work;
	uos_sys_sleep_ns(20 * MS);
	trap3(SYS_exit, 3, 0, 0);
}

/* ---- threads ------------------------------------------------------------------------ */

static void check_errors(void)
{
	struct work *work = work_make();
	struct uos_thread_start start = start_of(work), bad;

	check_equal("size", thread_trap(&start, sizeof(start) - 1), -EINVAL);
	check_equal("nowhere", thread_trap((void *)16, sizeof(start)), -EFAULT);
	bad = start;
	bad.stack += 8;
	check_equal("stack", thread_trap(&bad, sizeof(bad)), -EINVAL);
	bad = start;
	bad.flags = 1;
	check_equal("flags", thread_trap(&bad, sizeof(bad)), -EINVAL);
	bad = start;
	bad.level = 64;
	check_equal("level", thread_trap(&bad, sizeof(bad)), -EINVAL);
	bad = start;
	bad.clear_tid += 2;
	check_equal("word", thread_trap(&bad, sizeof(bad)), -EINVAL);
	bad = start;
	bad.lane = 32;
	check_equal("lane's place", thread_trap(&bad, sizeof(bad)), -EINVAL);
	bad = start;
	bad.lane = 64;
	check_equal("lane", thread_trap(&bad, sizeof(bad)), -EFAULT);
	/* the kernel's half, and the trap frames: user_frame_pin looks for U */
	bad.lane = 0xffffffc080000000ul;
	check_equal("kernel's lane", thread_trap(&bad, sizeof(bad)), -EFAULT);
	bad.lane = 0x3ffffef000ul;
	check_equal("frame as lane", thread_trap(&bad, sizeof(bad)), -EFAULT);
	free(work);
}

static void check_ids(void)
{
	struct work *one = work_make(), *two = work_make();
	int64_t pid = trap0(SYS_getpid), id, other;

	check_equal("first's id", trap0(SYS_gettid), pid);
	id = begin(one, do_tell);
	other = begin(two, do_tell);
	check_true("an id", id > 0 && other > 0 && other != pid && id != pid);
	join_word(&one->alive);
	join_word(&two->alive);
	check_equal("gettid", one->id, id);
	check_equal("set_tid_address", one->result, id);
	check_equal("other's", two->id, other);
	free(one);
	free(two);
}

static void check_counting(void)
{
	struct work *works[8];
	uint32_t word = 0;

	for (int i = 0; i < 8; i++) {
		works[i] = work_make();
		works[i]->word = &word;
		works[i]->count = 2000;
		check_true("count", begin(works[i], do_count) > 0);
	}
	for (int i = 0; i < 8; i++) {
		join_word(&works[i]->alive);
		free(works[i]);
	}
	check_equal("counted", word, 8 * 2000);
}

static void check_floating_point(void)
{
	struct work *works[4];

	for (int i = 0; i < 4; i++) {
		works[i] = work_make();
		works[i]->count = (uint64_t)i + 1;
		begin(works[i], do_floating_point);
	}
	for (int i = 0; i < 4; i++) {
		join_word(&works[i]->alive);
		check_true("floating point", works[i]->result);
		free(works[i]);
	}
}

/* They need no stack, so there can be many. */
static void check_many(void)
{
	static uint32_t alive[THREADS_MANY], gate;
	struct uos_thread_start start = {
		.entry = (uint64_t)thread_wait_entry, .tp = (uint64_t)&gate, .level = 40,
	};
	static struct uos_process_stats stats;

	gate = 0;
	for (int i = 0; i < THREADS_MANY; i++) {
		alive[i] = 1;
		start.clear_tid = (uint64_t)&alive[i];
		if (thread_trap(&start, sizeof(start)) < 0)
			check_true("many", false);
	}
	check_equal("stats", uos_sys_stats(UOS_STATS_PROCESSES, uos_sys_getpid(), &stats,
					   sizeof(stats)), sizeof(stats));
	check_equal("threads of ps", stats.threads, THREADS_MANY + 1);
	__atomic_store_n(&gate, 1, __ATOMIC_RELEASE);
	futex(&gate, FUTEX_WAKE, INT32_MAX, NULL);
	for (int i = 0; i < THREADS_MANY; i++)
		join_word(&alive[i]);
}

/* Ends of threads race with their makers, and slots and frames come back. */
static void check_again(void)
{
	struct work *work = work_make();

	for (int i = 0; i < 200; i++) {
		if (begin(work, do_tell) < 0)
			check_true("again", false);
		join_word(&work->alive);
	}
	free(work);
}

/* ---- futexes ---------------------------------------------------------------------------- */

static void check_futex_trap(void)
{
	struct __kernel_timespec soon = { 0, MS }, wrong = { 0, -1 };
	struct work *work = work_make();
	uint32_t word = 5;

	check_equal("another value", futex(&word, FUTEX_WAIT, 4, NULL), -EAGAIN);
	check_equal("time over", futex(&word, FUTEX_WAIT, 5, &soon), -ETIMEDOUT);
	check_equal("bad time", futex(&word, FUTEX_WAIT, 5, &wrong), -EINVAL);
	check_equal("no word", futex((void *)16, FUTEX_WAIT, 5, NULL), -EFAULT);
	check_equal("half a word", futex((void *)((char *)&word + 2), FUTEX_WAIT, 5, NULL), -EINVAL);
	check_equal("nobody", futex(&word, FUTEX_WAKE, 1, NULL), 0);
	check_equal("unknown", futex(&word, 100, 1, NULL), -ENOSYS);
	check_equal("no bits", trap6(SYS_futex, (uint64_t)&word, FUTEX_WAIT_BITSET, 5, 0, 0, 0),
		    -EINVAL);
	word = 0;
	work->word = &word;
	begin(work, do_futex);
	while (futex(&word, FUTEX_WAKE, 1, NULL) == 0)
		uos_sys_yield();
	join_word(&work->alive);
	check_equal("woken", work->result, 0);
	free(work);
}

static struct io_uring_sqe futex_sqe(uint8_t opcode, uint32_t *word, uint64_t value,
				     uint64_t user_data)
{
	return (struct io_uring_sqe){
		.opcode = opcode, .fd = FUTEX2_SIZE_U32 | FUTEX2_PRIVATE,
		.addr = (uint64_t)word, .off = value, .addr3 = FUTEX_BITSET_MATCH_ANY,
		.user_data = user_data,
	};
}

static void check_futex_ring(void)
{
	static uint32_t word;
	struct raw_ring ring;
	struct io_uring_sqe sqe, cancel = { .opcode = IORING_OP_ASYNC_CANCEL, .addr = 3 };
	struct io_uring_cqe cqe;

	check_equal("ring", raw_ring_open(&ring, 16, NULL), 0);
	word = 1;
	sqe = futex_sqe(IORING_OP_FUTEX_WAIT, &word, 2, 1);
	check_equal("ring: another value", raw_ring_do(&ring, &sqe), -EAGAIN);
	for (uint64_t i = 1; i <= 4; i++)
		*raw_ring_sqe(&ring) = futex_sqe(IORING_OP_FUTEX_WAIT, &word, 1, i);
	check_equal("ring: four wait", raw_ring_submit(&ring, 0), 4);
	check_equal("ring: parked", raw_ring_take(&ring, &cqe), false);
	check_equal("trap wakes them", futex(&word, FUTEX_WAKE, 2, NULL), 2);
	for (uint64_t i = 1; i <= 2; i++) {
		check_equal("ring: in order", raw_ring_wait(&ring, &cqe), 0);
		check_equal("ring: who", (int64_t)cqe.user_data, (int64_t)i);
		check_equal("ring: woken", cqe.res, 0);
	}
	*raw_ring_sqe(&ring) = cancel;
	check_equal("ring: cancel", raw_ring_submit(&ring, 2), 1);
	for (int i = 0; i < 2; i++) {
		check_equal("ring: cancelled", raw_ring_wait(&ring, &cqe), 0);
		check_equal("ring: how", cqe.res, cqe.user_data == 3 ? -ECANCELED : 0);
	}
	sqe = futex_sqe(IORING_OP_FUTEX_WAKE, &word, 9, 7);
	*raw_ring_sqe(&ring) = sqe;
	check_equal("ring wakes", raw_ring_submit(&ring, 2), 1);
	for (int i = 0; i < 2; i++) {
		check_equal("ring: last", raw_ring_wait(&ring, &cqe), 0);
		check_equal("ring: one", cqe.res, cqe.user_data == 7);
	}
	/* the rest goes with the ring */
	for (uint64_t i = 1; i <= 4; i++)
		*raw_ring_sqe(&ring) = futex_sqe(IORING_OP_FUTEX_WAIT, &word, 1, i);
	raw_ring_submit(&ring, 0);
	raw_ring_close(&ring);
	check_equal("gone with it", futex(&word, FUTEX_WAKE, 9, NULL), 0);
}

static void check_messages(void)
{
	struct raw_ring from, to;
	struct io_uring_sqe sqe = { .opcode = IORING_OP_MSG_RING, .off = 77, .len = 5 };
	struct io_uring_cqe cqe;

	check_equal("from", raw_ring_open(&from, 4, NULL), 0);
	check_equal("to", raw_ring_open(&to, 4, NULL), 0);
	sqe.fd = to.fd;
	check_equal("message", raw_ring_do(&from, &sqe), 0);
	check_equal("by trap", trap3(SYS_uos_msg_ring, (uint64_t)to.fd, 78, (uint32_t)-6), 0);
	check_equal("it is there", raw_ring_wait(&to, &cqe), 0);
	check_equal("data", (int64_t)cqe.user_data, 77);
	check_equal("result", cqe.res, 5);
	check_equal("both are", raw_ring_wait(&to, &cqe), 0);
	check_equal("by trap: data", (int64_t)cqe.user_data, 78);
	check_equal("by trap: result", cqe.res, -6);
	/* more than the queue holds: nothing is lost */
	for (int i = 0; i < 20; i++)
		check_equal("many", trap3(SYS_uos_msg_ring, (uint64_t)to.fd, (uint64_t)i, 0), 0);
	for (int i = 0; i < 20; i++) {
		check_equal("many come", raw_ring_wait(&to, &cqe), 0);
		check_equal("in order", (int64_t)cqe.user_data, i);
	}
	sqe.fd = 1;
	check_equal("no ring", raw_ring_do(&from, &sqe), -EBADFD);
	sqe.fd = 12345;
	check_equal("no file", raw_ring_do(&from, &sqe), -EBADF);
	sqe.fd = to.fd;
	sqe.addr = IORING_MSG_SEND_FD;
	check_equal("no descriptors", raw_ring_do(&from, &sqe), -EINVAL);
	raw_ring_close(&to);
	raw_ring_close(&from);
}

/* ---- the end ---------------------------------------------------------------------------- */

static void begin_all_states(uint32_t *word)
{
	static void (*const states[])(struct work *work) = {
		do_spin, do_spin, do_spin, do_futex, do_enter, do_sleep, do_futex, do_enter,
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct work *work = work_make();

		work->word = word;
		if (begin(work, states[i]) < 0)
			uos_sys_exit(99);
	}
	uos_sys_sleep_ns(15 * MS);
}

static int end(const char *how)
{
	uint32_t word = 0;

	if (strcmp(how, "last") != 0)
		begin_all_states(&word);
	if (strcmp(how, "group") == 0)
		uos_sys_exit(7);
	if (strcmp(how, "fault") == 0)
		begin(work_make(), do_fault);
	if (strcmp(how, "last") == 0) {
		begin(work_make(), do_exit_3);
		trap3(SYS_exit, 5, 0, 0);
	}
	futex(&word, FUTEX_WAIT, 0, NULL);
	return 98;
}

static void check_end(const char *how, int wanted)
{
	char *const argv[] = { "thread-check", "end", (char *)how, NULL };
	pid_t pid = uos_process_spawn("/bin/thread-check", argv, NULL);
	int status = 0;

	check_true(how, pid > 0);
	if (strcmp(how, "kill") == 0) {
		uos_sleep_ns(40 * MS);
		uos_kill(pid, SIGKILL);
	}
	check_equal(how, uos_process_wait(pid, &status), 0);
	check_equal(how, status, wanted);
}

int main(int argc, char *argv[])
{
	if (argc == 3)
		return end(argv[2]);
	check_errors();
	check_ids();
	check_counting();
	check_floating_point();
	check_many();
	check_again();
	check_futex_trap();
	check_futex_ring();
	check_messages();
	check_end("group", 7 << 8);
	check_end("fault", SIGSEGV);
	check_end("last", 3 << 8);
	check_end("kill", SIGKILL);
	return check_summary();
}
