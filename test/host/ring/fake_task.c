/* Coroutines and time for one thread; see fake.h. */
#include "fake.h"

#include <sanitizer/common_interface_defs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "kernel/task/hart.h"
#include "kernel/task/task.h"

#define STACK_BYTES	(256u * 1024)
#define TASKS_MAX	4096u

/* What a task has on the host: found by its number. */
struct coroutine {
	struct task *task;
	ucontext_t context;
	char *stack;
	bool ready, waiting, interruptible, wake_pending;
};

unsigned fake_harts = 1;
_Thread_local struct hart *fake_hart;
struct hart harts[HARTS_MAX];

static struct coroutine coroutines[TASKS_MAX];
static ucontext_t scheduler;
static const void *scheduler_stack;	/* for the sanitizer, which is told of each switch */
static size_t scheduler_stack_bytes;
static struct coroutine *running;
static uint64_t now_ns = 1000000000;
static struct timer *timers;
static void (*exit_release)(void *);
static void *exit_argument;

/* ---- coroutines ---------------------------------------------------------------------- */

static struct coroutine *coroutine_new(struct task *task)
{
	for (unsigned i = 1; i < TASKS_MAX; i++)
		if (!coroutines[i].task) {
			coroutines[i] = (struct coroutine){ .task = task, .ready = true };
			task->number = i;
			return &coroutines[i];
		}
	return NULL;
}

static void coroutine_main(void)
{
	__sanitizer_finish_switch_fiber(NULL, &scheduler_stack, &scheduler_stack_bytes);
	running->task->entry(running->task->argument);
	panic("a task's entry returned");
}

static void coroutine_run(struct coroutine *next)
{
	void *kept;

	next->ready = false;
	running = next;
	if (!next->stack) {
		next->stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		getcontext(&next->context);
		next->context.uc_stack.ss_sp = next->stack;
		next->context.uc_stack.ss_size = STACK_BYTES;
		makecontext(&next->context, coroutine_main, 0);
	}
	__sanitizer_start_switch_fiber(&kept, next->stack, STACK_BYTES);
	swapcontext(&scheduler, &next->context);
	__sanitizer_finish_switch_fiber(kept, NULL, NULL);
	running = NULL;
	if (exit_release) {
		void (*release)(void *) = exit_release;

		exit_release = NULL;
		munmap(next->stack, STACK_BYTES);
		next->stack = NULL;
		next->task = NULL;
		release(exit_argument);
	}
}

static void suspend(void)
{
	struct coroutine *self = running;
	void *kept;

	__sanitizer_start_switch_fiber(exit_release ? NULL : &kept, scheduler_stack,
				       scheduler_stack_bytes);
	swapcontext(&self->context, &scheduler);
	__sanitizer_finish_switch_fiber(kept, NULL, NULL);
}

/* `operation` keeps the stack and the record; its server starts anew. */
static void part(struct coroutine *self)
{
	struct task *server = self->task->parent;

	server->parent = NULL;
	self->task->parent = NULL;
	CHECK(coroutine_new(server) != NULL);
}

struct task *task_current(void)
{
	return running ? running->task : NULL;
}

void task_init(struct task *task, void (*entry)(void *), void *argument, uint8_t level)
{
	*task = (struct task){ .entry = entry, .argument = argument, .level = level };
}

int task_start(struct task *task, unsigned hart)
{
	return coroutine_new(task) ? 0 : -EAGAIN;
}

void task_wake(struct task *task)
{
	struct coroutine *coroutine = &coroutines[task->number];

	if (coroutine->task != task)
		return;
	if (coroutine->waiting)
		coroutine->ready = true, coroutine->waiting = false;
	else
		coroutine->wake_pending = true;
}

int task_wait(bool interruptible)
{
	struct coroutine *self = running;
	struct task *task = self->task;

	if (interruptible && task->cancelled)
		return -ECANCELED;
	if (task->parent)
		part(self);
	if (!self->wake_pending) {
		self->waiting = true;
		self->interruptible = interruptible;
		suspend();
		self->interruptible = false;
	}
	self->wake_pending = false;
	CHECK(running == self && self->task == task);
	return interruptible && task->cancelled ? -ECANCELED : 0;
}

void task_cancel(struct task *task)
{
	task->cancelled = true;
	task_wake(task);
}

void task_cancel_clear(struct task *task)
{
	task->cancelled = false;
}

bool task_cancelled(void)
{
	return running->task->cancelled;
}

bool task_waits_interruptibly(const struct task *task)
{
	return coroutines[task->number].task == task && coroutines[task->number].interruptible;
}

void task_yield(void)
{
	running->ready = true;
	suspend();
}

int task_breathe(void)
{
	task_yield();
	return task_cancelled() ? -ECANCELED : 0;
}

void task_exit(void (*release)(void *), void *argument)
{
	exit_release = release;
	exit_argument = argument;
	suspend();
	abort();
}

void task_split_begin(struct task *operation)
{
	operation->parent = running->task;
	operation->number = running->task->number;
	operation->process = running->task->process;
	operation->cancelled = false;
	running->task = operation;
}

bool task_split_end(struct task *operation)
{
	if (!operation->parent)
		return false;
	running->task = operation->parent;
	operation->parent = NULL;
	return true;
}

unsigned hart_count(void)
{
	return fake_harts;
}

unsigned hart_current(void)
{
	return 0;
}

bool task_hart_is_taken(unsigned hart)
{
	return false;
}

unsigned task_place_server(unsigned not_here)
{
	return not_here + 1 < fake_harts ? not_here + 1 : 0;
}

void task_unplace_server(unsigned hart)
{
}

bool task_hart_wanted(void)
{
	return true;
}

/* ---- running ------------------------------------------------------------------------------- */

static struct coroutine *next_ready(void)
{
	static unsigned last;

	for (unsigned i = 0; i < TASKS_MAX; i++) {
		unsigned at = (last + 1 + i) % TASKS_MAX;

		if (coroutines[at].task && coroutines[at].ready) {
			last = at;
			return &coroutines[at];
		}
	}
	return NULL;
}

void fake_run_ready(void)
{
	struct coroutine *next;

	fake_hart = &harts[0];
	while ((next = next_ready()) != NULL)
		coroutine_run(next);
}

static bool fire_next(void)
{
	struct timer **first = &timers, *timer;

	for (struct timer **at = &timers; *at; at = &(*at)->sibling)
		if ((*at)->deadline_ns < (*first)->deadline_ns)
			first = at;
	timer = *first;
	if (!timer)
		return false;
	*first = timer->sibling;
	timer->state = 0;
	now_ns = MAX(now_ns, timer->deadline_ns);
	timer->fire(timer);
	return true;
}

bool fake_run_until(const bool *done)
{
	do {
		fake_run_ready();
	} while (!*done && fire_next());
	return *done;
}

void fake_time_pass(uint64_t ns)
{
	uint64_t until_ns = now_ns + ns;

	for (;;) {
		uint64_t nearest_ns = ~0ul;

		fake_run_ready();
		for (struct timer *at = timers; at; at = at->sibling)
			nearest_ns = MIN(nearest_ns, at->deadline_ns);
		if (nearest_ns > until_ns)
			break;
		fire_next();
	}
	now_ns = until_ns;
}

unsigned fake_tasks_alive(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < TASKS_MAX; i++)
		count += coroutines[i].task != NULL;
	return count;
}

/* ---- time ------------------------------------------------------------------------------------- */

uint64_t time_now_ns(void)
{
	return now_ns;
}

void timer_init(struct timer *timer, void (*fire)(struct timer *timer))
{
	*timer = (struct timer){ .fire = fire };
}

void timer_start(struct timer *timer, uint64_t deadline_ns)
{
	CHECK_EQUAL(timer->state, 0);
	timer->state = 1;
	timer->deadline_ns = deadline_ns;
	timer->sibling = timers;
	timers = timer;
}

bool timer_cancel(struct timer *timer)
{
	if (!timer->state)
		return false;
	for (struct timer **at = &timers; *at; at = &(*at)->sibling)
		if (*at == timer) {
			*at = timer->sibling;
			timer->state = 0;
			return true;
		}
	panic("an armed timer is not in the queue");
}

unsigned fake_timers_armed(void)
{
	unsigned count = 0;

	for (struct timer *at = timers; at; at = at->sibling)
		count++;
	return count;
}

int task_sleep_until_ns(uint64_t deadline_ns)
{
	now_ns = MAX(now_ns, deadline_ns);
	return 0;
}
