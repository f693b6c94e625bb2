/*
 * Several executors on the host: each a thread of the host, the coroutines contexts that
 * move between them, each decision one call of the real payload's next().  Rings are
 * served by whoever enters them; what they hold back completes on a device thread.
 *
 * A stack is taken from and given back to the executor's lists as switch.S and stack.c
 * do it, so a stack that is used too early shows.  ThreadSanitizer is told of each
 * switch, without any ordering: that has to come from libuos and the payload.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "fake.h"
#include "libuos/internal.h"
#include "libuos/line.h"
#include "libuos/start.h"
#include "sched-shared/payload.h"
#include "uos/sys.h"

#if defined(__SANITIZE_THREAD__)
void *__tsan_get_current_fiber(void);
void *__tsan_create_fiber(unsigned flags);
void __tsan_switch_to_fiber(void *fiber, unsigned flags);
#else
#define __tsan_get_current_fiber()	NULL
#define __tsan_create_fiber(flags)	NULL
#define __tsan_switch_to_fiber(fiber, flags) ((void)(fiber))
#endif

#define STACK_BYTES	(128 * 1024)
#define TASKS_MAX	8192
#define RINGS		64
#define SQ_ENTRIES	256u
#define CQ_ENTRIES	4096u
#define ANSWER_MAX	15

__asm__(".globl __tls_start, __tls_data_end, __tls_end\n"
	".section .rodata\n.balign 8\n__tls_start:\n__tls_data_end:\n__tls_end:\n.quad 0\n.text\n");

struct coroutine {
	ucontext_t context;
	void *fiber;
	struct uos_stack_slot slot;	/* tp points behind it */
	char stack[STACK_BYTES] __attribute__((aligned(16)));
};

/* An executor's thread. */
struct host {
	struct uos_executor *executor;
	ucontext_t context;
	void *fiber;
	struct uos_task *current, *next;
};

struct uos_executor uos_executor_first;
uint64_t uos_timebase_hz = 10000000;
__thread struct line *uos_lines[LINE_STREAMS];
static __thread struct host *thread_host;
static struct uos_sched_view view;

/* ---- odds and ends ---------------------------------------------------------------------- */

void fake_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

void uos_fatal(const char *message)
{
	fake_fail("uos: %s", message);
}

void uos_line_give_back(void)
{
}

int32_t uos_thread_wake(uint32_t number)
{
	fake_fail("no thread has number %u", number);
}

/* Not inlined: a coroutine may go on on another thread of the host. */
static __attribute__((noinline)) struct host *host_self(void)
{
	__asm__ volatile("" : : : "memory");
	return thread_host;
}

struct uos_executor *uos_host_executor(void)
{
	return host_self()->executor;
}

struct uos_task *uos_task_self(void)
{
	return host_self()->current;
}

/* ---- switching ---------------------------------------------------------------------------- */

void uos_switch_first(void)
{
}

void uos_switch_first_elsewhere(void)
{
	__asm__ volatile("");
}

void uos_executor_entry(void)
{
}

static struct coroutine *coroutine_of(const struct uos_task *task)
{
	struct uos_stack_slot *slot = (struct uos_stack_slot *)(uintptr_t)task->tp - 1;

	return (struct coroutine *)((char *)slot - offsetof(struct coroutine, slot));
}

static void begin(void)
{
	uos_task_main(host_self()->current);
}

static void stack_make(struct uos_executor *executor)
{
	struct coroutine *coroutine = calloc(1, sizeof(*coroutine));

	coroutine->fiber = __tsan_create_fiber(0);
	coroutine->slot.owner = executor;
	coroutine->slot.free_next = executor->stack_free;
	executor->stack_free = &coroutine->slot;
}

/* As uos_switch_first and uos_switch_first_elsewhere. */
static void first_steps(struct uos_executor *executor, struct uos_task *task)
{
	struct uos_stack_slot *slot;
	struct coroutine *coroutine;

	if (task->ra == (uint64_t)(uintptr_t)uos_switch_first_elsewhere)
		__atomic_store_n(&task->number, executor->pool->lane[executor->lane].current,
				 __ATOMIC_RELAXED);
	if (!executor->stack_free &&
	    (!executor->shared || !executor->shared->take_stacks(executor)))
		stack_make(executor);
	slot = executor->stack_free;
	executor->stack_free = slot->free_next;
	task->tp = (uint64_t)(uintptr_t)(slot + 1);
	task->ra = 0;
	coroutine = coroutine_of(task);
	getcontext(&coroutine->context);
	coroutine->context.uc_stack.ss_sp = coroutine->stack;
	coroutine->context.uc_stack.ss_size = STACK_BYTES;
	makecontext(&coroutine->context, begin, 0);
}

static uint64_t decide(uint32_t how)
{
	struct uos_executor *executor = uos_host_executor();
	uint64_t answer;

	if (how < UOS_SCHED_EXIT &&
	    __atomic_load_n(executor->cq_tail, __ATOMIC_RELAXED) !=
		    (how == UOS_SCHED_YIELD ? executor->cq_seen : executor->cq_reaped)) {
		uos_executor_attend(executor, how == UOS_SCHED_YIELD);
		executor = uos_host_executor();
	}
	answer = executor->next(executor->pool, executor->lane, how);
	return answer <= ANSWER_MAX ? uos_executor_pause(executor, answer) : answer;
}

static void give_up(uint32_t how)
{
	struct uos_task *task = (struct uos_task *)(uintptr_t)decide(how), *self;
	struct host *host = host_self();

	self = host->current;
	if (how != UOS_SCHED_EXIT && task == self)
		return;
	host->next = task;
	__tsan_switch_to_fiber(host->fiber, 0);
	if (how == UOS_SCHED_EXIT)
		setcontext(&host->context);
	else
		swapcontext(&coroutine_of(self)->context, &host->context);
}

void uos_yield(void)
{
	give_up(UOS_SCHED_YIELD);
}

void uos_block(void)
{
	give_up(UOS_SCHED_BLOCK);
}

int uos_join(struct uos_task *task)
{
	int result = uos_join_begin(task);

	while (result > 0) {
		uos_block();
		result = uos_join_again(task);
	}
	return result;
}

void uos_switch_exit(struct uos_executor *executor)
{
	(void)executor;
	give_up(UOS_SCHED_EXIT);
	abort();
}

static void executor_loop(struct uos_executor *executor)
{
	struct host host = { .executor = executor, .fiber = __tsan_get_current_fiber() };

	thread_host = &host;
	host.next = (struct uos_task *)(uintptr_t)decide(UOS_SCHED_PICK);
	for (;;) {
		struct coroutine *coroutine;

		host.current = host.next;
		if (host.current->ra)
			first_steps(executor, host.current);
		coroutine = coroutine_of(host.current);
		__tsan_switch_to_fiber(coroutine->fiber, 0);
		swapcontext(&host.context, &coroutine->context);
	}
}

/* ---- the kernel: rings ----------------------------------------------------------------------- */

static struct kernel_ring {
	pthread_mutex_t lock;
	pthread_cond_t posted;
	uint32_t sq_head, sq_tail, sq_flags, cq_head, cq_tail, held_count;
	struct io_uring_sqe sqes[SQ_ENTRIES], held[CQ_ENTRIES];
	struct io_uring_cqe cqes[CQ_ENTRIES];
} rings[RINGS];
static int ring_count;			/* atomic */

int uos_ring_init(struct uos_ring *ring, unsigned int entries, struct io_uring_params *params)
{
	int fd = ring_count;	/* one is opened at a time */
	struct kernel_ring *kernel = &rings[fd];

	(void)entries;
	pthread_mutex_init(&kernel->lock, NULL);
	pthread_cond_init(&kernel->posted, NULL);
	kernel->sq_flags = IORING_SQ_NEED_WAKEUP;
	*ring = (struct uos_ring){
		.fd = fd, .setup_flags = params->flags, .sqes = kernel->sqes,
		.sq_head = &kernel->sq_head, .sq_tail = &kernel->sq_tail,
		.sq_flags = &kernel->sq_flags, .sq_entries = SQ_ENTRIES,
		.sq_mask = SQ_ENTRIES - 1, .cq_head = &kernel->cq_head,
		.cq_tail = &kernel->cq_tail, .cqes = kernel->cqes, .cq_entries = CQ_ENTRIES,
		.cq_mask = CQ_ENTRIES - 1,
	};
	__atomic_store_n(&ring_count, fd + 1, __ATOMIC_RELEASE);
	return 0;
}

void uos_ring_exit(struct uos_ring *ring)
{
	fake_fail("ring %d is closed", ring->fd);
}

/* Under the lock. */
static void post(struct kernel_ring *ring, uint64_t user_data, int32_t result)
{
	if (ring->cq_tail - __atomic_load_n(&ring->cq_head, __ATOMIC_ACQUIRE) == CQ_ENTRIES)
		fake_fail("too many completions for this test");
	ring->cqes[ring->cq_tail & (CQ_ENTRIES - 1)] =
		(struct io_uring_cqe){ .user_data = user_data, .res = result };
	__atomic_store_n(&ring->cq_tail, ring->cq_tail + 1, __ATOMIC_RELEASE);
	pthread_cond_broadcast(&ring->posted);
}

/* Under the lock.  -ENOENT, or ended. */
static int cancel(struct kernel_ring *ring, uint64_t user_data)
{
	for (uint32_t i = 0; i < ring->held_count; i++) {
		if (ring->held[i].user_data != user_data)
			continue;
		post(ring, user_data, -ECANCELED);
		ring->held[i] = ring->held[--ring->held_count];
		return 0;
	}
	return -ENOENT;
}

static void serve(struct kernel_ring *ring)
{
	uint32_t tail = __atomic_load_n(&ring->sq_tail, __ATOMIC_ACQUIRE);

	while (ring->sq_head != tail) {
		const struct io_uring_sqe *sqe = &ring->sqes[ring->sq_head & (SQ_ENTRIES - 1)];

		if (sqe->opcode == IORING_OP_ASYNC_CANCEL)
			post(ring, sqe->user_data, cancel(ring, sqe->addr));
		else
			ring->held[ring->held_count++] = *sqe;
		__atomic_store_n(&ring->sq_head, ring->sq_head + 1, __ATOMIC_RELEASE);
	}
}

int uos_sys_io_uring_enter(int fd, unsigned int to_submit, unsigned int min_complete,
			   unsigned int flags, const void *argument, size_t argument_bytes)
{
	struct kernel_ring *ring = &rings[fd];

	(void)to_submit;
	(void)argument;
	(void)argument_bytes;
	pthread_mutex_lock(&ring->lock);
	serve(ring);
	while (flags & IORING_ENTER_GETEVENTS &&
	       ring->cq_tail - __atomic_load_n(&ring->cq_head, __ATOMIC_ACQUIRE) < min_complete)
		pthread_cond_wait(&ring->posted, &ring->lock);
	pthread_mutex_unlock(&ring->lock);
	return 0;
}

int uos_sys_msg_ring(int fd, uint64_t user_data, int32_t result)
{
	pthread_mutex_lock(&rings[fd].lock);
	post(&rings[fd], user_data, result);
	pthread_mutex_unlock(&rings[fd].lock);
	return 0;
}

int uos_sys_io_uring_register(int fd, unsigned int opcode, void *argument, unsigned int count)
{
	const struct io_uring_sync_cancel_reg *wanted = argument;
	int result;

	(void)count;
	if (opcode != IORING_REGISTER_SYNC_CANCEL)
		return -EINVAL;
	pthread_mutex_lock(&rings[fd].lock);
	result = cancel(&rings[fd], wanted->addr);
	pthread_mutex_unlock(&rings[fd].lock);
	return result;
}

/* Completes what is held, but what never ends, from the last to the first. */
static void *device(void *argument)
{
	for (;;) {
		int count = __atomic_load_n(&ring_count, __ATOMIC_ACQUIRE);

		for (int fd = 0; fd < count; fd++) {
			struct kernel_ring *ring = &rings[fd];

			pthread_mutex_lock(&ring->lock);
			for (uint32_t i = ring->held_count; i > 0; i--) {
				if (ring->held[i - 1].off)
					continue;
				post(ring, ring->held[i - 1].user_data, (int32_t)ring->held[i - 1].len);
				ring->held[i - 1] = ring->held[--ring->held_count];
			}
			pthread_mutex_unlock(&ring->lock);
		}
		usleep(50);
	}
	return argument;
}

int32_t fake_operation(int32_t result, int for_ever)
{
	return uos_operation(operation_on(IORING_OP_NOP, -1), for_ever != 0, 0,
			     operation_length((uint32_t)result, 0), 0, 0);
}

/* ---- the rest of the kernel -------------------------------------------------------------------- */

void uos_sys_yield(void)
{
	sched_yield();
}

int uos_sys_sleep_ns(uint64_t duration_ns)
{
	return usleep((useconds_t)(duration_ns / 1000));
}

int uos_sys_mmap(void **address, size_t bytes, int protection, int flags, int fd, off_t offset)
{
	(void)protection;
	(void)flags;
	(void)fd;
	(void)offset;
	*address = aligned_alloc(4096, bytes);
	memset(*address, 0, bytes);
	return 0;
}

int uos_sys_munmap(void *address, size_t bytes)
{
	(void)bytes;
	free(address);
	return 0;
}

static void *thread_main(void *argument)
{
	executor_loop(argument);
	return NULL;
}

int uos_sys_thread(const struct uos_thread_start *start)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, thread_main, (void *)(uintptr_t)start->argument) ?
	       -EAGAIN : 1;
}

/* ---- start ----------------------------------------------------------------------------------------- */

void fake_run(uint64_t seed, void (*entry)(void *argument))
{
	struct uos_executor *executor = &uos_executor_first;
	size_t bytes = sizeof(*executor->pool) + 64 * sizeof(executor->pool->lane[0]) +
		       TASKS_MAX * sizeof(struct uos_sched_task);
	struct io_uring_params params = { 0 };
	pthread_t thread;

	(void)seed;
	for (size_t i = 0; i < UOS_SCHED_VIEW_HARTS; i++)
		view.hart[i].best_elsewhere = UOS_SCHED_LEVEL_NONE;
	executor->pool = aligned_alloc(64, bytes);
	memset(executor->pool, 0, bytes);
	payload_init(executor->pool, bytes, uos_executors_max, &view);
	executor->next = payload_next;
	executor->add = payload_add;
	executor->wake = payload_wake;
	executor->set_priority = payload_set_priority;
	executor->best = payload_best;
	executor->hold = payload_hold;
	uos_ring_init(&executor->ring, SQ_ENTRIES, &params);
	uos_executor_set_ring(executor);
	pthread_create(&thread, NULL, device, NULL);
	uos_task_make(executor, entry, NULL, UOS_SCHED_LEVEL_DEFAULT);
	executor_loop(executor);
}

/* The others run on: they go with the process. */
void fake_stop(void)
{
	_exit(0);
}

/* There are no interrupts here. */
void uos_interrupts_off(void)
{
}

void uos_interrupts_on(void)
{
}

void uos_interrupt_sleep(struct uos_executor *executor)
{
	(void)executor;
	abort();
}

void uos_interrupts_begin(struct uos_executor *executor)
{
	(void)executor;
}

void uos_switch_start(struct uos_executor *executor)
{
	(void)executor;
	abort();
}
