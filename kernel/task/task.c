/*
 * The executor of a hart and the tasks that it runs; see the header.
 *
 * Who decides: the payload's next(), once for each change of task.  A hart that
 * finds nothing idles on whatever stack it stands on: the lane's last task stays
 * in the lane, so nobody else runs on that stack meanwhile (abi/sched.h).
 *
 * Idle and wake: a hart says that it idles, then looks once more (fence a); a
 * waker makes the task ready, then looks who idles (fence b).  One of the two
 * sees the other.  (Store buffering, so both must be full: idle_hart in
 * test/model/litmus.py; all interleavings in idle.pml there.)
 */
#include "kernel/task/task.h"

#include "kernel/limits.h"
#include "kernel/mm/stack.h"
#include "kernel/riscv.h"
#include "kernel/task/hart.h"
#include "kernel/task/place.h"
#include "kernel/task/sched.h"
#include "kernel/task/thread.h"
#include "kernel/task/timer.h"
#include "uintr/uintr.h"

void context_switch(uint64_t **save, uint64_t *load);
void context_load(uint64_t *load) __attribute__((noreturn));
void context_start(uint64_t **save, uint64_t top, void (*function)(void));

#define SIE_ALL		(SIE_SOFTWARE | SIE_TIMER | SIE_EXTERNAL)

struct task *task_current(void)
{
	return hart_this()->current;
}

unsigned hart_current(void)
{
	return hart_this()->index;
}

void task_init(struct task *task, void (*entry)(void *), void *argument, uint8_t level)
{
	*task = (struct task){ .entry = entry, .argument = argument, .level = level };
}

/* ---- picking ------------------------------------------------------------------- */

static inline void poll_interrupts(void)
{
	if (UNLIKELY(csr_read(sip) & SIE_ALL))
		hart_poll_interrupts();
}

/* What was sent past the kernel to who waits in it (park.pml: look_before_pick). */
static inline void look_for_parked(const struct hart *hart)
{
	if (UNLIKELY(READ_ONCE(hart->looks_for_parked)))
		uintr_look();
}

static uint64_t idle_once(struct hart *hart)
{
	uint64_t cookie, idle_since_ns;

	hart->current = NULL;
	__atomic_store_n(&hart->idle, 1, __ATOMIC_RELAXED);
	place_idle_begin(hart);
	/* fence a, pairs with fence b in wake_hart: idle is seen, or the task is */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	cookie = sched.next(sched_pool, hart->index, UOS_SCHED_PICK);
	if (cookie == UOS_SCHED_IDLE) {
		/* a thread that waits here in the kernel uses none of its slice */
		hart->slice_end_ns = ~0ul;
		hart->look |= HART_LOOK_SLICE;
		hart_program_timer(hart);
		thread_rest_begin(hart);
		idle_since_ns = timer_now_ns();
		uintr_idle_begin(hart->index, hart->hardware_id);
		__asm__ volatile("wfi" : : : "memory");
		uintr_idle_end(hart->index);
		hart->counters.idle_ns += timer_now_ns() - idle_since_ns;
		thread_rest_end(hart);
	}
	__atomic_store_n(&hart->idle, 0, __ATOMIC_RELAXED);
	place_idle_end(hart);
	if (cookie != UOS_SCHED_IDLE)
		return cookie;
	look_for_parked(hart);
	poll_interrupts();
	return sched.next(sched_pool, hart->index, UOS_SCHED_PICK);
}

/* The task that runs next on this hart; idles until there is one. */
static inline struct task *pick(struct hart *hart, uint32_t how)
{
	uint64_t cookie;

	look_for_parked(hart);
	poll_interrupts();
	cookie = sched.next(sched_pool, hart->index, how);
	while (UNLIKELY(cookie == UOS_SCHED_IDLE))
		cookie = idle_once(hart);
	return (struct task *)cookie;
}

/* ---- switching ----------------------------------------------------------------- */

static void task_main(void)
{
	struct task *task = hart_this()->current;

	task->entry(task->argument);
	panic("a task's entry returned");
}

static void make_current(struct hart *hart, struct task *task)
{
	hart->current = task;
	task->hart = hart->index;
	/* here a task learns its record: whoever added it may be on another hart */
	WRITE_ONCE(task->number, hart->lane->current);
	WRITE_ONCE(hart->serves, task->pinned);
	hart->counters.task_switches++;
}

/* `next` has no stack: from the spare ones, or wait until there is one. */
static struct task *with_stack(struct hart *hart, struct task *next)
{
	while (!next->stack_pointer) {
		next->stack = kernel_stack_alloc();
		if (next->stack)
			break;
		/* no memory for a stack: whoever has one goes first and frees it */
		next = pick(hart, UOS_SCHED_YIELD);
	}
	return next;
}

/* The current task keeps its stack and goes on here later. */
static void switch_away(uint32_t how)
{
	struct hart *hart = hart_this();
	struct task *self = hart->current;
	struct task *next = pick(hart, how);

	if (next != self && !next->stack_pointer)
		next = with_stack(hart, next);
	if (next == self) {
		hart->current = self;
		hart->look |= HART_LOOK_RESUMED;
		return;
	}
	/* also when an operation stands in for the thread that called it */
	thread_leave_hart(hart);
	self->stack = hart->stack;
	hart->stack = next->stack;
	make_current(hart, next);
	if (next->stack_pointer)
		context_switch(&self->stack_pointer, next->stack_pointer);
	else
		context_start(&self->stack_pointer, kernel_stack_top(next->stack), task_main);
	/* perhaps on another hart now */
	self->stack_pointer = NULL;
	hart_this()->look |= HART_LOOK_RESUMED;
}

/* Goes on with `next` on a stack of its own, or on this one: nobody needs it. */
static void __attribute__((noreturn)) resume(struct hart *hart, struct task *next)
{
	make_current(hart, next);
	if (next->stack_pointer) {
		kernel_stack_free(hart->stack);
		hart->stack = next->stack;
		context_load(next->stack_pointer);
	}
	next->stack = hart->stack;
	context_start(NULL, kernel_stack_top(hart->stack), task_main);
	__builtin_unreachable();
}

/* The current task is ready, but needs its stack no more. */
static void __attribute__((noreturn)) leave_ready(struct hart *hart)
{
	struct task *self = hart->current;
	struct task *next = pick(hart, UOS_SCHED_YIELD);

	if (next != self)
		thread_leave_hart(hart);
	resume(hart, next);
}

struct task *task_pass_on(void)
{
	struct hart *hart = hart_this();
	struct task *self = hart->current;
	struct task *next = pick(hart, UOS_SCHED_YIELD);

	self->stack_pointer = NULL;
	if (next == self)
		return self;
	if (UNLIKELY(!next->is_thread || next->stack_pointer)) {
		thread_leave_hart(hart);
		resume(hart, next);
	}
	make_current(hart, next);
	next->stack = hart->stack;
	return next;
}

void executor_run(void)
{
	struct hart *hart = hart_this();

	hart->stack = kernel_stack_alloc();
	if (!hart->stack)
		panic("no memory for hart %u's first stack", hart->index);
	hart->current = NULL;
	resume(hart, pick(hart, UOS_SCHED_PICK));
}

/* ---- parting server and operation -------------------------------------------------- */

static void set_cookie(struct task *task)
{
	sched_records()[task->number].cookie = (uint64_t)task;
}

void task_split_begin(struct task *operation)
{
	struct hart *hart = hart_this();
	struct task *server = hart->current;

	operation->stack_pointer = NULL;
	operation->parent = server;
	operation->process = server->process;
	operation->number = server->number;
	operation->level = server->level;
	operation->cancelled = false;
	operation->waits_interruptibly = false;
	operation->is_thread = false;
	hart->current = operation;
	set_cookie(operation);
}

bool task_split_end(struct task *operation)
{
	struct task *server = operation->parent;

	if (UNLIKELY(!server))
		return false;
	operation->parent = NULL;
	operation->number = 0;
	hart_this()->current = server;
	set_cookie(server);
	return true;
}

/* `operation` is about to suspend: the server gets a record of its own and will
 * start anew.  Without room for it both suspend together. */
static void part(struct hart *hart, struct task *operation)
{
	struct task *server = operation->parent;
	int32_t number;

	thread_leave_hart(hart);
	number = sched.add(sched_pool, hart->index, hart->index, server->level,
			   (uint64_t)server);
	if (number < 0)
		return;
	server->number = (uint32_t)number;
	server->stack = NULL;
	server->stack_pointer = NULL;
	operation->parent = NULL;
}

/* ---- what others call ------------------------------------------------------------------ */

int task_wait(bool interruptible)
{
	struct hart *hart = hart_this();
	struct task *self = hart->current;

	ASSERT(self != NULL);
	if (interruptible && __atomic_load_n(&self->cancelled, __ATOMIC_SEQ_CST))
		return -ECANCELED;
	if (self->parent)
		part(hart, self);
	WRITE_ONCE(self->waits_interruptibly, interruptible);
	switch_away(UOS_SCHED_BLOCK);
	WRITE_ONCE(self->waits_interruptibly, false);
	ASSERT(hart_this()->current == self);
	return interruptible && __atomic_load_n(&self->cancelled, __ATOMIC_SEQ_CST) ?
	       -ECANCELED : 0;
}

void task_yield(void)
{
	switch_away(UOS_SCHED_YIELD);
}

int task_breathe(void)
{
	task_yield();
	return task_cancelled() ? -ECANCELED : 0;
}

bool task_cancelled(void)
{
	return __atomic_load_n(&task_current()->cancelled, __ATOMIC_RELAXED);
}

void task_exit(void (*release)(void *), void *argument)
{
	struct hart *hart = hart_this();
	uint64_t cookie;

	ASSERT(hart->current->parent == NULL);
	poll_interrupts();
	cookie = sched.next(sched_pool, hart->index, UOS_SCHED_EXIT);
	/* the stack is the hart's now, so the task's memory may go */
	hart->current = NULL;
	if (release)
		release(argument);
	while (cookie == UOS_SCHED_IDLE)
		cookie = idle_once(hart);
	resume(hart, (struct task *)cookie);
}

/* Tells a hart that its lane has something new; `now`: also if it runs user code,
 * else that is served at its next switch or at the end of the slice. */
static void wake_hart(unsigned index, unsigned level, bool now)
{
	struct hart *self = hart_this();
	struct hart *hart = &harts[index];
	uint32_t *best = hart->best_elsewhere;

	if (READ_ONCE(*best) > level)
		WRITE_ONCE(*best, level);
	if (hart == self) {
		hart->look |= HART_LOOK_READY;
		return;
	}
	/* fence b, pairs with fence a in idle_once */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (now || __atomic_load_n(&hart->idle, __ATOMIC_RELAXED) ||
	    READ_ONCE(hart->slice_ns) > SLICE_NS)
		hart_interrupt(index);
}

int task_start(struct task *task, unsigned wanted)
{
	struct hart *hart = hart_this();
	unsigned target = place_new(wanted);
	uint8_t level = task->level;
	bool is_thread = task->is_thread;
	uint32_t unknown = 0;
	int32_t number;

	/* it may run before add returns: from here on it is not ours ... */
	task->hart = target;
	number = sched.add(sched_pool, hart->index, target, level, (uint64_t)task);
	if (number < 0)
		return -EAGAIN;
	/* ... but for a thread, which its process's lock keeps: who sets its level before it
	 * has run has to know its record */
	if (is_thread)
		__atomic_compare_exchange_n(&task->number, &unknown, (uint32_t)number, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	wake_hart(target, sched_level_of((uint32_t)number), true);
	return 0;
}

void task_wake(struct task *task)
{
	struct hart *hart = hart_this();
	uint32_t number = READ_ONCE(task->number);
	bool is_thread = task->is_thread;
	const struct uos_sched_task *record = &sched_records()[number];

	/* after a successful wake the task may run and end: it is not ours any more */
	if (sched.wake(sched_pool, hart->index, place_woken(task, hart->index), number) == 1)
		wake_hart(READ_ONCE(record->lane), READ_ONCE(record->level), !is_thread);
}

bool task_waits_interruptibly(const struct task *task)
{
	return READ_ONCE(task->waits_interruptibly);
}

void task_cancel(struct task *task)
{
	__atomic_store_n(&task->cancelled, true, __ATOMIC_SEQ_CST);
	task_wake(task);
}

void task_cancel_clear(struct task *task)
{
	__atomic_store_n(&task->cancelled, false, __ATOMIC_SEQ_CST);
}

#define REQUEUE_SEVERAL	(~0u)

/* A task that is ready is moved to its new place by the hart in whose lane it is. */
static void tell_requeue(unsigned index, uint32_t number)
{
	struct hart *hart = &harts[index];

	if (__atomic_exchange_n(&hart->requeue, number, __ATOMIC_ACQ_REL) != 0)
		__atomic_store_n(&hart->requeue, REQUEUE_SEVERAL, __ATOMIC_RELEASE);
	hart_interrupt(index);
}

void task_requeue_told(struct hart *hart)
{
	uint32_t number = __atomic_exchange_n(&hart->requeue, 0, __ATOMIC_ACQ_REL);
	uint32_t last = number;

	if (LIKELY(!number))
		return;
	if (number == REQUEUE_SEVERAL) {
		number = 1;
		last = MIN(READ_ONCE(sched_pool->task_fresh), sched_pool->task_capacity) - 1;
	}
	for (; number <= last; number++)
		sched.set_priority(sched_pool, hart->index, number,
				   READ_ONCE(sched_records()[number].level), 0);
	hart->look |= HART_LOOK_READY;
}

void task_set_level(struct task *task, uint8_t level)
{
	struct hart *hart = hart_this();
	uint32_t number = READ_ONCE(task->number);
	unsigned lane;

	WRITE_ONCE(task->level, level);
	if (!number)	/* it has not been started: task_start says its level */
		return;
	sched.set_priority(sched_pool, hart->index, number, level, 0);
	/* fence c: whoever puts the task into another lane either finds the new level, or we
	 * find that lane (requeue in test/model/litmus.py) */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	lane = READ_ONCE(sched_records()[number].lane);
	if (lane == hart->index) {
		hart->look |= HART_LOOK_READY;
		return;
	}
	if (READ_ONCE(*harts[lane].best_elsewhere) > level)
		WRITE_ONCE(*harts[lane].best_elsewhere, level);
	tell_requeue(lane, number);
}

bool task_idle_hart_elsewhere(void)
{
	return place_idle_hart(~(1ul << hart_this()->index)) != HARTS_MAX;
}

bool task_hart_wanted(void)
{
	struct hart *hart = hart_this();
	return READ_ONCE(hart->lane->inbox) != 0 ||
	       sched_best_ready(hart->lane) != UOS_SCHED_LEVEL_NONE;
}

/* ---- threads ----------------------------------------------------------------------------- */

void task_leave_ready(void)
{
	struct hart *hart = hart_this();
	struct task *self = hart->current;
	unsigned idle = place_idle_hart(~(1ul << hart->index));
	int32_t number;

	ASSERT(self->is_thread);
	self->stack_pointer = NULL;
	if (idle == HARTS_MAX || !task_hart_wanted())
		leave_ready(hart);
	/* somebody waits here and another hart has nothing to do: move over */
	thread_leave_hart(hart);
	number = thread_add_elsewhere(hart, self, idle);
	if (number < 0)
		leave_ready(hart);
	wake_hart(idle, sched_level_of((uint32_t)number), true);
	task_exit(NULL, NULL);
}
