/*
 * bench [ROW [LOOPS]]: guest instructions per operation, user and kernel together, read
 * by rdinstret around a loop; exact and repeatable under -icount (make bench).
 *
 * Prints a line `bench ROW NUMBER` for each row: a loop's instructions, its own
 * few included, divided by its operations.  A first loop warms everything up.
 * As bench-lp64 it and its libuos are built for a processor without floating point,
 * and its rows end in _lp64.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <uos.h>

#include "bare_switch.h"
#include "program.h"
#include "trap.h"

/* The same program without floating point, made as bench-lp64. */
#ifdef __riscv_float_abi_soft
#define ROW_SUFFIX	"_lp64"
#else
#define ROW_SUFFIX	""
#endif

#define DEPTH_MAX	128
#define LOOPS		512u		/* submissions, switches, ... in a measured loop */
#define SWITCH_LOOPS	50000u		/* spawning the other one counts for little */
#define SPAWN_LOOPS	8u

static int zero, null;
static char byte;
static uint64_t left_out;	/* instructions of a measured loop that are not its row's */
static struct uos_ring ring;

static inline uint64_t instructions_now(void)
{
	uint64_t count;

	__asm__ volatile("rdinstret %0" : "=r"(count) : : "memory");
	return count;
}

/* ---- traps ---------------------------------------------------------------- */

static void null_trap(unsigned loops)
{
	for (unsigned i = 0; i < loops; i++)
		trap0(SYS_getpid);
}

static void read_trap(unsigned loops)
{
	for (unsigned i = 0; i < loops; i++)
		trap3(SYS_read, (uint64_t)zero, (uint64_t)&byte, 1);
}

static void write_trap(unsigned loops)
{
	for (unsigned i = 0; i < loops; i++)
		trap3(SYS_write, (uint64_t)null, (uint64_t)&byte, 1);
}

/* ---- a raw ring: fill, one enter per batch, take ----------------------------- */

/* Fields that are not named here stay 0: nobody else uses this ring. */
static inline void fill(struct io_uring_sqe *sqe, uint8_t opcode, int fd, uint32_t bytes)
{
	sqe->opcode = opcode;
	sqe->fd = fd;
	sqe->off = ~0ull;
	sqe->addr = (uint64_t)&byte;
	sqe->len = bytes;
	sqe->user_data = 1;
}

static inline void take_all(unsigned depth)
{
	unsigned sum = 0;

	for (unsigned taken = 0; taken < depth; taken++) {
		struct io_uring_cqe *cqe = uos_ring_peek_cqe(&ring);

		if (!cqe)
			break;
		sum += (unsigned)cqe->res;
		uos_ring_cqe_seen(&ring);
	}
	/* the results are looked at */
	__asm__ volatile("" : : "r"(sum));
}

static void nop_ring(unsigned loops, unsigned depth)
{
	for (unsigned i = 0; i < loops; i++) {
		for (unsigned n = 0; n < depth; n++) {
			struct io_uring_sqe *sqe = uos_ring_get_sqe(&ring);

			sqe->opcode = IORING_OP_NOP;
			sqe->user_data = 1;
		}
		uos_ring_submit_and_wait(&ring, depth);
		take_all(depth);
	}
}

static void file_ring(unsigned loops, unsigned depth, uint8_t opcode, int fd)
{
	for (unsigned i = 0; i < loops; i++) {
		for (unsigned n = 0; n < depth; n++)
			fill(uos_ring_get_sqe(&ring), opcode, fd, 1);
		uos_ring_submit_and_wait(&ring, depth);
		take_all(depth);
	}
}

#define NOP_ROW(depth) \
	static void nop_ring_##depth(unsigned loops) { nop_ring(loops, depth); }
#define FILE_ROW(name, depth, opcode, fd) \
	static void name##_ring_##depth(unsigned loops) { file_ring(loops, depth, opcode, fd); }

NOP_ROW(1)
NOP_ROW(8)
NOP_ROW(32)
NOP_ROW(128)
FILE_ROW(read, 1, IORING_OP_READ, zero)
FILE_ROW(read, 4, IORING_OP_READ, zero)
FILE_ROW(read, 32, IORING_OP_READ, zero)
FILE_ROW(write, 1, IORING_OP_WRITE, null)
FILE_ROW(write, 32, IORING_OP_WRITE, null)

/* Timeouts of no time: armed, fired, and waited for together. */
static void timeouts_ring(unsigned loops, unsigned depth)
{
	static const struct __kernel_timespec now;

	for (unsigned i = 0; i < loops; i++) {
		for (unsigned n = 0; n < depth; n++) {
			struct io_uring_sqe *sqe = uos_ring_get_sqe(&ring);

			memset(sqe, 0, sizeof(*sqe));
			sqe->opcode = IORING_OP_TIMEOUT;
			sqe->addr = (uint64_t)&now;
			sqe->len = 1;
			sqe->user_data = n;
		}
		uos_ring_submit_and_wait(&ring, depth);
		take_all(depth);
	}
	/* as the other rows expect them */
	memset(ring.sqes, 0, DEPTH_MAX * sizeof(struct io_uring_sqe));
}

static void timeout_ring_1(unsigned loops)
{
	timeouts_ring(loops, 1);
}

static void timeout_ring_32(unsigned loops)
{
	timeouts_ring(loops, 32);
}

/* ---- coroutines ------------------------------------------------------------- */

static unsigned task_loops;

static void in_tasks(unsigned tasks, unsigned loops, void (*entry)(void *argument))
{
	static struct uos_task *task[DEPTH_MAX];

	task_loops = loops;
	for (unsigned i = 0; i < tasks; i++)
		task[i] = uos_spawn(entry, NULL);
	for (unsigned i = 0; i < tasks; i++)
		uos_join(task[i]);
}

static void getpid_task(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < task_loops; i++)
		uos_getpid();
}

static void read_task(void *argument)
{
	char own;

	(void)argument;
	for (unsigned i = 0; i < task_loops; i++)
		uos_read(zero, &own, 1, -1);
}

static void yield_task(void *argument)
{
	(void)argument;
	for (unsigned i = 0; i < task_loops; i++)
		uos_yield();
}

static void empty_task(void *argument)
{
	(void)argument;
}

static void getpid_tasks_1(unsigned loops)
{
	in_tasks(1, loops, getpid_task);
}

static void getpid_tasks_32(unsigned loops)
{
	in_tasks(32, loops, getpid_task);
}

static void read_tasks_32(unsigned loops)
{
	in_tasks(32, loops, read_task);
}

static void switch_tasks(unsigned loops)
{
	in_tasks(2, loops, yield_task);
}

static struct bare_context here, there;

static void bare_other(void)
{
	for (;;)
		bare_switch(&there);
}

/* What a switch costs before anybody is asked who is next. */
static void switch_bare(unsigned loops)
{
	static uint64_t stack[512] __attribute__((aligned(16)));

	__asm__("mv %0, tp" : "=r"(there.tp));
	here.tp = there.tp;
	here.other = &there;
	there.other = &here;
	there.ra = (uint64_t)(uintptr_t)bare_other;
	there.sp = (uint64_t)(uintptr_t)(stack + 512);
	for (unsigned i = 0; i < loops; i++)
		bare_switch(&here);
}

static void spawn_join(unsigned loops)
{
	for (unsigned i = 0; i < loops; i++)
		uos_join(uos_spawn(empty_task, NULL));
}

/* As many at a time as the pool has had before; their lives are not counted. */
static void spawn_alone(unsigned loops)
{
	static struct uos_task *task[DEPTH_MAX];

	for (unsigned i = 0; i < loops; i++) {
		uint64_t start;

		for (unsigned n = 0; n < DEPTH_MAX; n++)
			task[n] = uos_spawn(empty_task, NULL);
		start = instructions_now();
		for (unsigned n = 0; n < DEPTH_MAX; n++)
			uos_join(task[n]);
		left_out += instructions_now() - start;
	}
}

static void process_spawn_wait(unsigned loops)
{
	char *argv[] = { "nothing", NULL };

	for (unsigned i = 0; i < loops; i++) {
		int status = 1;

		uos_process_wait(uos_process_spawn("/bin/nothing", argv, NULL), &status);
		if (status)
			printf("bench: /bin/nothing gave %d\n", status);
	}
}

/* Another process and this one in turn. */
static void process_switch(unsigned loops, bool fast)
{
	char *argv[] = { "yielder", fast ? "fast" : "plain", NULL };
	pid_t pid = uos_sys_process_spawn("/bin/yielder", argv, NULL);
	int status;

	for (unsigned i = 0; i < loops; i++)
		if (fast)
			trap_fast_yield();
		else
			trap0(SYS_sched_yield);
	uos_sys_kill(pid, ABI_SIGKILL);
	uos_sys_process_wait(pid, &status);
}

static void process_switch_fast(unsigned loops)
{
	process_switch(loops, true);
}

static void process_switch_plain(unsigned loops)
{
	process_switch(loops, false);
}

/* A byte to another process and back, through two pipes, by traps. */
static void pipe_round_trip(unsigned loops)
{
	char *argv[] = { "ponger", NULL };
	int there[2], back[2], status;
	struct uos_spawn_file files[2];
	pid_t pid;

	uos_sys_pipe(there, O_CLOEXEC);
	uos_sys_pipe(back, O_CLOEXEC);
	files[0] = (struct uos_spawn_file){ 0, there[0] };
	files[1] = (struct uos_spawn_file){ 1, back[1] };
	pid = uos_sys_process_spawn_files("/bin/ponger", argv, NULL, files, 2);
	uos_sys_close(there[0]);
	uos_sys_close(back[1]);
	for (unsigned i = 0; i < loops; i++) {
		trap3(SYS_write, (uint64_t)there[1], (uint64_t)&byte, 1);
		trap3(SYS_read, (uint64_t)back[0], (uint64_t)&byte, 1);
	}
	uos_sys_close(there[1]);
	uos_sys_close(back[0]);
	uos_sys_process_wait(pid, &status);
}

/* Likewise a number, by two event counters. */
static void eventfd_round_trip(unsigned loops)
{
	char *argv[] = { "ponger", "event", NULL };
	const int there = uos_sys_eventfd(0, O_CLOEXEC), back = uos_sys_eventfd(0, O_CLOEXEC);
	const struct uos_spawn_file files[] = { { 0, there }, { 1, back } };
	pid_t pid = uos_sys_process_spawn_files("/bin/ponger", argv, NULL, files, 2);
	uint64_t one = 1;
	int status;

	for (unsigned i = 0; i < loops; i++) {
		trap3(SYS_write, (uint64_t)there, (uint64_t)&one, sizeof(one));
		trap3(SYS_read, (uint64_t)back, (uint64_t)&one, sizeof(one));
	}
	uos_sys_kill(pid, ABI_SIGKILL);
	uos_sys_process_wait(pid, &status);
	uos_sys_close(there);
	uos_sys_close(back);
}

/* ---- rows --------------------------------------------------------------------- */

static const struct row {
	const char *name;
	void (*run)(unsigned loops);
	unsigned loops;
	unsigned operations;		/* in each loop */
} rows[] = {
	{ "null_trap", null_trap, LOOPS, 1 },
	{ "read_zero_trap", read_trap, LOOPS, 1 },
	{ "write_null_trap", write_trap, LOOPS, 1 },
	{ "nop_ring_depth_1", nop_ring_1, LOOPS, 1 },
	{ "nop_ring_depth_8", nop_ring_8, LOOPS, 8 },
	{ "nop_ring_depth_32", nop_ring_32, LOOPS, 32 },
	{ "nop_ring_depth_128", nop_ring_128, LOOPS, 128 },
	{ "read_zero_ring_depth_1", read_ring_1, LOOPS, 1 },
	{ "read_zero_ring_depth_4", read_ring_4, LOOPS, 4 },
	{ "read_zero_ring_depth_32", read_ring_32, LOOPS, 32 },
	{ "write_null_ring_depth_1", write_ring_1, LOOPS, 1 },
	{ "write_null_ring_depth_32", write_ring_32, LOOPS, 32 },
	{ "timeout_ring_depth_1", timeout_ring_1, LOOPS, 1 },
	{ "timeout_ring_depth_32", timeout_ring_32, LOOPS, 32 },
	{ "getpid_coroutines_1", getpid_tasks_1, LOOPS, 1 },
	{ "getpid_coroutines_32", getpid_tasks_32, LOOPS, 32 },
	{ "read_zero_coroutines_32", read_tasks_32, LOOPS, 32 },
	{ "coroutine_switch", switch_tasks, LOOPS, 2 },
	{ "coroutine_switch_bare", switch_bare, LOOPS, 2 },
	{ "coroutine_spawn_join", spawn_join, LOOPS, 1 },
	{ "coroutine_spawn", spawn_alone, LOOPS / 8, DEPTH_MAX },
	{ "process_switch_fast", process_switch_fast, SWITCH_LOOPS, 2 },
	{ "process_switch_plain", process_switch_plain, SWITCH_LOOPS, 2 },
	{ "pipe_round_trip", pipe_round_trip, SWITCH_LOOPS, 1 },
	{ "eventfd_round_trip", eventfd_round_trip, SWITCH_LOOPS, 1 },
	{ "process_spawn_wait", process_spawn_wait, SPAWN_LOOPS, 1 },
};

static void measure(const struct row *row, unsigned loops)
{
	uint64_t tenths, start;

	row->run(row->loops / 4 + 1);
	left_out = 0;
	start = instructions_now();
	row->run(loops);
	tenths = (instructions_now() - start - left_out) * 10 / loops / row->operations;
	printf("bench %s" ROW_SUFFIX " %llu.%llu\n", row->name, (unsigned long long)tenths / 10,
	       (unsigned long long)tenths % 10);
}

int main(int argc, char *argv[])
{
	int result = uos_ring_init(&ring, DEPTH_MAX, NULL);
	uint64_t loops = 0;

	if (argc > 3 || (argc == 3 && (!number_parse(argv[2], UINT32_MAX, &loops) || !loops)))
		return usage("bench [ROW [LOOPS]]");
	if (result < 0)
		return complain("bench", "a ring", result);
	memset(ring.sqes, 0, DEPTH_MAX * sizeof(struct io_uring_sqe));
	zero = uos_open("/dev/zero", O_RDONLY, 0);
	null = uos_open("/dev/null", O_WRONLY, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (argc == 1 || strcmp(argv[1], rows[i].name) == 0)
			measure(&rows[i], loops ? (unsigned)loops : rows[i].loops);
	return 0;
}
