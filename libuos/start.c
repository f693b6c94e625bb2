/*
 * From the first instruction to main(): reads what the kernel left on the stack,
 * checks it, makes the task pool and takes over the program's ring, and runs
 * main() as the first coroutine.  All of it on the kernel's initial stack, which
 * is the executor's own from then on.
 */
#include "libuos/start.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/process.h"
#include "libuos/internal.h"
#include "libuos/line.h"
#include "uos/sys.h"

_Static_assert(UOS_NOTE_TYPE == 1 && UOS_ABI_VERSION == 1, "crt0.S");

/* The auxiliary vector's entries that we take. */
struct birth {
	uint64_t abi_version;
	const struct uos_sched_header *sched;
	const struct uos_sched_view *view;
	struct uos_sched_pool *pool;
	uint64_t pool_bytes;
	int ring_fd;
	const struct io_uring_params *ring_params;
	void *ring;
	struct io_uring_sqe *sqes;
	uint64_t timebase_hz;
};

struct main_arguments {
	int count;
	char **arguments;
	char **environment;
};

uint64_t uos_timebase_hz = 1;
const struct uos_sched_header *uos_sched_image;
/* Not there in a program that is not linked with executors.c: it needs one lane. */
#pragma weak uos_executors_max
extern char **environ;

int main(int count, char **arguments, char **environment);
void __libc_init_array(void);
void _init(void);
void _fini(void);

/* gcc's own start files would define them; all that they did is in .init_array. */
void _init(void)
{
}

void _fini(void)
{
}

void uos_fatal(const char *message)
{
	static const char prefix[] = "uos: ", newline[] = "\n";
	struct abi_iovec line[] = {
		{ (uint64_t)(uintptr_t)prefix, sizeof(prefix) - 1 },
		{ (uint64_t)(uintptr_t)message, strlen(message) },
		{ (uint64_t)(uintptr_t)newline, 1 },
	};

	uos_sys_writev(2, line, 3, -1);
	uos_sys_exit(127);
}

static void birth_take(struct birth *birth, uint64_t type, uint64_t value)
{
	switch (type) {
	case UOS_AT_ABI_VERSION:
		birth->abi_version = value;
		break;
	case UOS_AT_SCHED:
		birth->sched = (const struct uos_sched_header *)value;
		break;
	case UOS_AT_VIEW:
		birth->view = (const struct uos_sched_view *)value;
		break;
	case UOS_AT_POOL:
		birth->pool = (struct uos_sched_pool *)value;
		break;
	case UOS_AT_POOL_BYTES:
		birth->pool_bytes = value;
		break;
	case UOS_AT_RING_FD:
		birth->ring_fd = value;
		break;
	case UOS_AT_RING_PARAMS:
		birth->ring_params = (const struct io_uring_params *)value;
		break;
	case UOS_AT_RING:
		birth->ring = (void *)value;
		break;
	case UOS_AT_SQES:
		birth->sqes = (struct io_uring_sqe *)value;
		break;
	case UOS_AT_TIMEBASE_HZ:
		birth->timebase_hz = value;
		break;
	}
}

static void sched_check(const struct uos_sched_header *header)
{
	if (!header)
		uos_fatal("the kernel gave no scheduler");
	if (header->magic != UOS_SCHED_MAGIC)
		uos_fatal("the scheduler's image has no magic number");
	if (header->version != UOS_SCHED_VERSION)
		uos_fatal("the scheduler's image is of another version");
	if (header->header_bytes < sizeof(*header) ||
	    header->pool_header_bytes != sizeof(struct uos_sched_pool) ||
	    header->lane_bytes != sizeof(struct uos_sched_lane) ||
	    header->task_bytes != sizeof(struct uos_sched_task))
		uos_fatal("the scheduler's image has other structs than this program");
}

static void *sched_entry(const struct uos_sched_header *header, enum uos_sched_entry entry)
{
	return (char *)header + header->entry_offset[entry];
}

static void executor_init(struct uos_executor *executor, const struct birth *birth)
{
	uint32_t lanes = 1;
	uos_sched_init_fn *init;

	sched_check(birth->sched);
	if (!birth->pool || !birth->view)
		uos_fatal("the kernel gave no task pool");
	if (!birth->ring_params || !birth->ring || !birth->sqes)
		uos_fatal("the kernel gave no ring");
	init = sched_entry(birth->sched, UOS_SCHED_ENTRY_INIT);
	if (&uos_executors_max)
		lanes = uos_executors_max;
	if (!lanes || lanes > UOS_EXECUTORS_LIMIT)
		uos_fatal("uos_executors_max is not from 1 to 64");
	if (init(birth->pool, birth->pool_bytes, lanes, birth->view) < 0)
		uos_fatal("the task pool is too small");
	uos_sched_image = birth->sched;
	executor->pool = birth->pool;
	executor->next = sched_entry(birth->sched, UOS_SCHED_ENTRY_NEXT);
	executor->add = sched_entry(birth->sched, UOS_SCHED_ENTRY_ADD);
	executor->wake = sched_entry(birth->sched, UOS_SCHED_ENTRY_WAKE);
	executor->set_priority = sched_entry(birth->sched, UOS_SCHED_ENTRY_SET_PRIORITY);
	executor->best = sched_entry(birth->sched, UOS_SCHED_ENTRY_BEST);
	executor->hold = sched_entry(birth->sched, UOS_SCHED_ENTRY_HOLD);
	uos_ring_attach(&executor->ring, birth->ring_fd, birth->ring_params, birth->ring,
			birth->sqes);
	uos_executor_set_ring(executor);
}

/* The first coroutine. */
static void main_task(void *argument)
{
	const struct main_arguments *arguments = argument;

	__libc_init_array();
	exit(main(arguments->count, arguments->arguments, arguments->environment));
}

void uos_start(uint64_t *stack) __attribute__((noreturn));

void uos_start(uint64_t *stack)
{
	static struct main_arguments arguments;
	struct uos_executor *executor = &uos_executor_first;
	struct birth birth = { 0 };
	uint64_t *word;

	arguments.count = (int)stack[0];
	arguments.arguments = (char **)&stack[1];
	arguments.environment = (char **)&stack[arguments.count + 2];
	for (word = &stack[arguments.count + 2]; *word; word++)
		;
	for (word++; word[0] != ABI_AT_NULL; word += 2)
		birth_take(&birth, word[0], word[1]);
	environ = arguments.environment;
	if (birth.timebase_hz)
		uos_timebase_hz = birth.timebase_hz;
	executor_init(executor, &birth);
	__asm__ volatile("mv tp, %0" : : "r"(&executor->no_slot + 1));
	if (!uos_task_make(executor, main_task, &arguments, UOS_SCHED_LEVEL_DEFAULT))
		uos_fatal("no memory for the first coroutine");
	uos_switch_start(executor);
}
