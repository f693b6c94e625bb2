/*
 * Threads for code that can't yield: each on a kernel thread, cut off by the timer.
 *
 * A thread looks to the rest of libuos like an executor with one coroutine: it has a
 * struct uos_executor with a ring of its own, by which each call of <uos.h> works,
 * and what switch.S asks to decide is thread_next() here: to block is to wait for a
 * futex, to yield is to give up the hart.  Its task's number has UOS_THREAD_NUMBER
 * set, and who wakes such a number stores a word and wakes the futex.
 *
 * Those words are in one table that is never unmapped: a waker may be late, and write
 * to the word of a thread that is gone, or of the next one with that number, which
 * then looks again for nothing.
 */
#include <errno.h>
#include <string.h>

#include "abi/futex.h"
#include "libuos/internal.h"
#include "libuos/line.h"
#include "libuos/waiter.h"
#include "uos/sys.h"

#define STACK_SHIFT	18
#define STACK_BYTES	(1ul << STACK_SHIFT)
#define THREADS		4096u		/* more than the kernel allows a process */
#define RING_ENTRIES	4u

struct uos_thread {
	struct uos_executor executor;	/* owner of nothing */
	struct uos_task task;
	void (*entry)(void *argument);
	void *argument;
	void *memory;			/* the mapping that holds all of it */
	uint32_t alive;			/* cleared and woken by the kernel */
	struct uos_task spawned;	/* what uos_spawn() finds, and can't add */
	struct {			/* nothing is ever ready here */
		struct uos_sched_pool pool;
		struct uos_sched_lane lane;
	} scheduler;
};

static struct {
	struct uos_wait_list lock;
	/* fixed once the first is made */
	uint32_t *word;			/* atomic: 1: woken */
	uint16_t *next_free;		/* 0: none */
	/* lock */
	uint16_t free;
	uint16_t fresh;			/* above: never used; number 0 is never given out */
} threads = { .fresh = 1 };

extern void uos_thread_entry(void);
void uos_thread_main(struct uos_thread *thread) __attribute__((noreturn));

/* ---- numbers ------------------------------------------------------------------------- */

/* Under the lock. */
static bool table_map(void)
{
	void *memory = NULL;

	if (threads.word)
		return true;
	if (uos_sys_mmap(&memory, THREADS * (sizeof(uint32_t) + sizeof(uint16_t)),
			 ABI_PROT_READ | ABI_PROT_WRITE, ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS, -1,
			 0) < 0)
		return false;
	threads.next_free = (uint16_t *)((uint32_t *)memory + THREADS);
	threads.word = memory;
	return true;
}

/* 0: none left. */
static uint32_t number_take(void)
{
	uint32_t number = 0;

	uos_wait_list_lock(&threads.lock);
	if (table_map()) {
		number = threads.free;
		if (number)
			threads.free = threads.next_free[number];
		else if (threads.fresh < THREADS)
			number = threads.fresh++;
	}
	uos_wait_list_unlock(&threads.lock);
	return number;
}

static void number_give(uint32_t number)
{
	uos_wait_list_lock(&threads.lock);
	threads.next_free[number] = threads.free;
	threads.free = (uint16_t)number;
	uos_wait_list_unlock(&threads.lock);
}

/* ---- what its executor answers --------------------------------------------------------- */

static void wait_for_word(uint32_t *word)
{
	/* acquire: what the waker did before; pairs with the exchange in uos_thread_wake */
	while (!__atomic_exchange_n(word, 0, __ATOMIC_ACQUIRE))
		uos_sys_futex(word, FUTEX_WAIT, 0);
}

static uint64_t thread_next(struct uos_sched_pool *pool, uint32_t lane, uint32_t how)
{
	struct uos_task *self = uos_task_self();

	(void)pool;
	(void)lane;
	if (how == UOS_SCHED_BLOCK)
		wait_for_word(&threads.word[self->number & ~UOS_THREAD_NUMBER]);
	else
		uos_sys_yield();
	return (uint64_t)(uintptr_t)self;
}

int32_t uos_thread_wake(uint32_t number)
{
	uint32_t *word = &threads.word[number & ~UOS_THREAD_NUMBER];

	if (!__atomic_exchange_n(word, 1, __ATOMIC_ACQ_REL))
		uos_sys_futex(word, FUTEX_WAKE, 1);
	return 1;
}

static int32_t thread_wakes(struct uos_sched_pool *pool, uint32_t by, uint32_t lane,
			    uint32_t number)
{
	(void)pool;
	(void)by;
	(void)lane;
	return uos_shared_wake_from_outside(number);
}

/* A thread has no coroutines: uos_spawn() fails. */
static int32_t thread_adds(struct uos_sched_pool *pool, uint32_t by, uint32_t lane,
			   uint32_t level, uint64_t cookie)
{
	(void)pool;
	(void)by;
	(void)lane;
	(void)level;
	(void)cookie;
	return -EAGAIN;
}

static int32_t thread_sets_priority(struct uos_sched_pool *pool, uint32_t by, uint32_t task,
				    uint32_t level, uint64_t relative_deadline_ticks)
{
	(void)pool;
	(void)by;
	(void)task;
	(void)level;
	(void)relative_deadline_ticks;
	return -EINVAL;
}

static uint32_t nothing_ready(const struct uos_sched_pool *pool, uint32_t lane)
{
	(void)pool;
	(void)lane;
	return UOS_SCHED_LEVEL_NONE;
}

/* ---- life -------------------------------------------------------------------------------- */

static void executor_prepare(struct uos_thread *thread)
{
	struct uos_executor *executor = &thread->executor;

	thread->scheduler.lane.best = UOS_SCHED_LEVEL_NONE;
	thread->spawned.owner = executor;
	executor->pool = &thread->scheduler.pool;
	executor->next = thread_next;
	executor->add = thread_adds;
	executor->wake = thread_wakes;
	executor->set_priority = thread_sets_priority;
	executor->best = nothing_ready;
	executor->task_free = &thread->spawned;
	executor->shared = &uos_shared;
	executor->interrupts_asked = true;	/* no: it waits in the kernel alone */
	uos_executor_set_ring(executor);
}

/* Its stack, thread-local block and record in one mapping, from the end. */
static struct uos_thread *memory_make(struct uos_stack_slot **slot)
{
	struct uos_thread *thread;
	void *memory = NULL;

	if (uos_sys_mmap(&memory, STACK_BYTES, ABI_PROT_READ | ABI_PROT_WRITE,
			 ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS | UOS_MAP_STACKS |
			 (int)(STACK_SHIFT << UOS_MAP_SLOT_SHIFT), -1, 0) < 0)
		return NULL;
	*slot = (struct uos_stack_slot *)((char *)memory + STACK_BYTES - uos_tls_bytes()) - 1;
	thread = (struct uos_thread *)(((uintptr_t)*slot - sizeof(*thread)) & -64ul);
	thread->memory = memory;
	return thread;
}

static int thread_begin(struct uos_thread *thread, struct uos_stack_slot *slot)
{
	const struct uos_thread_start start = {
		.entry = (uint64_t)(uintptr_t)uos_thread_entry,
		.stack = (uint64_t)(uintptr_t)thread,
		.tp = (uint64_t)(uintptr_t)(slot + 1),
		.argument = (uint64_t)(uintptr_t)thread,
		.clear_tid = (uint64_t)(uintptr_t)&thread->alive,
		.level = UOS_LEVEL_INHERIT,
	};

	slot->executor = &thread->executor;
	slot->task = &thread->task;
	thread->task.tp = start.tp;
	thread->task.level = UOS_SCHED_LEVEL_DEFAULT;
	thread->alive = 1;
	return uos_sys_thread(&start);
}

static bool thread_build(struct uos_thread *thread, struct uos_stack_slot *slot)
{
	uint32_t number;

	if (uos_ring_init(&thread->executor.ring, RING_ENTRIES, NULL) < 0)
		return false;
	executor_prepare(thread);
	number = number_take();
	thread->task.number = number | UOS_THREAD_NUMBER;
	if (number && thread_begin(thread, slot) >= 0)
		return true;
	if (number)
		number_give(number);
	uos_ring_exit(&thread->executor.ring);
	return false;
}

struct uos_thread *uos_thread_create(void (*entry)(void *argument), void *argument)
{
	struct uos_stack_slot *slot;
	struct uos_thread *thread = memory_make(&slot);

	if (!thread)
		return NULL;
	uos_shared_begin();
	thread->entry = entry;
	thread->argument = argument;
	if (thread_build(thread, slot))
		return thread;
	uos_sys_munmap(thread->memory, STACK_BYTES);
	return NULL;
}

void uos_thread_main(struct uos_thread *thread)
{
	uos_tls_init((uint64_t *)(uintptr_t)thread->task.tp);
	thread->entry(thread->argument);
	uos_line_task_ends();
	uos_ring_exit(&thread->executor.ring);
	uos_sys_thread_exit();
}

int uos_thread_join(struct uos_thread *thread)
{
	uint32_t seen;

	while ((seen = __atomic_load_n(&thread->alive, __ATOMIC_ACQUIRE)) != 0) {
		int result = uos_operation(operation_on(IORING_OP_FUTEX_WAIT,
							FUTEX2_SIZE_U32 | FUTEX2_PRIVATE), seen,
					   (uint64_t)(uintptr_t)&thread->alive, 0, 0,
					   FUTEX_BITSET_MATCH_ANY);

		if (result == -ECANCELED)
			return result;
	}
	number_give(thread->task.number & ~UOS_THREAD_NUMBER);
	uos_sys_munmap(thread->memory, STACK_BYTES);
	return 0;
}
