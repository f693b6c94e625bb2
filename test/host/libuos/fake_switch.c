/*
 * What switch.S and start.c do, on the host: coroutines by ucontext, each decision
 * one call of the real payload's next().
 */
#include "fake.h"

#include <sanitizer/common_interface_defs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "libuos/internal.h"
#include "libuos/line.h"
#include "libuos/start.h"
#include "sched-shared/payload.h"

#define STACK_BYTES	(256 * 1024)
#define TASKS_MAX	4096
#define ANSWER_MAX	15

/* No thread-local variables: the three marks are one place. */
__asm__(".globl __tls_start, __tls_data_end, __tls_end\n"
	".section .rodata\n.balign 8\n__tls_start:\n__tls_data_end:\n__tls_end:\n.quad 0\n.text\n");

struct coroutine {
	ucontext_t context;
	struct uos_stack_slot slot;	/* tp points behind it */
	char *stack;
	struct uos_task *task;		/* NULL: free */
};

struct uos_executor uos_executor_first;
__thread struct line *uos_lines[LINE_STREAMS];

uint64_t uos_timebase_hz = 10000000;

static struct coroutine coroutines[TASKS_MAX];
static struct coroutine *current, *dead;
static struct uos_sched_view view;
static ucontext_t outside;
static const void *outside_stack;
static size_t outside_bytes;
static uint64_t random_state;

void fake_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

uint32_t fake_random(uint32_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 16) % limit;
}

void uos_fatal(const char *message)
{
	fake_fail("uos: %s", message);
}

void uos_line_give_back(void)
{
}

struct uos_executor *uos_host_executor(void)
{
	return &uos_executor_first;
}

struct uos_task *uos_task_self(void)
{
	return current->task;
}

/* ---- switching ------------------------------------------------------------------ */

static void begin(void)
{
	/* The first to begin comes from the host's own stack. */
	__sanitizer_finish_switch_fiber(NULL, outside_stack ? NULL : &outside_stack,
					outside_stack ? NULL : &outside_bytes);
	uos_task_main(current->task);
}

void uos_switch_first(void)
{
}

static void bury(void)
{
	if (dead)
		free(dead->stack);
	dead = NULL;
}

/* The task's, or a free one. */
static __attribute__((noinline)) struct coroutine *coroutine_find(const struct uos_task *task)
{
	struct coroutine *found = NULL;

	for (size_t i = 0; i < TASKS_MAX; i++) {
		if (coroutines[i].task == task)
			return &coroutines[i];
		if (!coroutines[i].task && !found && &coroutines[i] != dead)
			found = &coroutines[i];
	}
	if (!found)
		fake_fail("too many coroutines for this test");
	return found;
}

/* The sanitizer is told of the new stack, or it takes it for an overflow. */
static void swap(ucontext_t *from, struct coroutine *to)
{
	void *fake_stack;

	__sanitizer_start_switch_fiber(&fake_stack, to->stack, STACK_BYTES);
	swapcontext(from, &to->context);
	__sanitizer_finish_switch_fiber(fake_stack, NULL, NULL);
	bury();
}

static struct coroutine *coroutine_of(struct uos_task *task)
{
	struct coroutine *found = coroutine_find(task);

	if (found->task)
		return found;
	found->task = task;
	found->stack = malloc(STACK_BYTES);
	task->tp = (uint64_t)(uintptr_t)(&found->slot + 1);
	found->slot.owner = &uos_executor_first;
	getcontext(&found->context);
	found->context.uc_stack.ss_sp = found->stack;
	found->context.uc_stack.ss_size = STACK_BYTES;
	makecontext(&found->context, begin, 0);
	return found;
}

/* What switch.S does: one decision, one switch. */
static void decide(uint32_t how)
{
	struct uos_executor *executor = &uos_executor_first;
	struct coroutine *before = current;
	uint64_t answer;

	fake_kernel_turn();
	if (how != UOS_SCHED_EXIT && *(volatile uint32_t *)executor->cq_tail !=
					     (how == UOS_SCHED_YIELD ? executor->cq_seen :
								       executor->cq_reaped))
		uos_executor_attend(executor, how == UOS_SCHED_YIELD);
	answer = executor->next(executor->pool, 0, how);
	if (answer <= ANSWER_MAX)
		answer = uos_executor_pause(executor, answer);
	if (how == UOS_SCHED_EXIT) {
		before->task = NULL;
		dead = before;
	}
	current = coroutine_of((struct uos_task *)(uintptr_t)answer);
	if (current == before)
		return;
	swap(how == UOS_SCHED_PICK ? &outside : &before->context, current);
}

void uos_yield(void)
{
	decide(UOS_SCHED_YIELD);
}

void uos_block(void)
{
	decide(UOS_SCHED_BLOCK);
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
	executor->stack_free = NULL;
	bury();
	decide(UOS_SCHED_EXIT);
	__builtin_unreachable();
}

/* ---- start and end ----------------------------------------------------------------- */

void fake_run(uint64_t seed, void (*entry)(void *argument))
{
	struct uos_executor *executor = &uos_executor_first;
	size_t bytes = sizeof(*executor->pool) + sizeof(executor->pool->lane[0]) +
		       TASKS_MAX * sizeof(struct uos_sched_task);

	random_state = seed * 0x9e3779b97f4a7c15ull + 1;
	for (size_t i = 0; i < UOS_SCHED_VIEW_HARTS; i++)
		view.hart[i].best_elsewhere = UOS_SCHED_LEVEL_NONE;
	executor->pool = aligned_alloc(64, bytes);
	memset(executor->pool, 0, bytes);
	payload_init(executor->pool, bytes, 1, &view);
	executor->next = payload_next;
	executor->add = payload_add;
	executor->wake = payload_wake;
	executor->set_priority = payload_set_priority;
	fake_kernel_init();
	uos_executor_set_ring(executor);
	uos_task_make(executor, entry, NULL, UOS_SCHED_LEVEL_DEFAULT);
	decide(UOS_SCHED_PICK);
	free(executor->pool);
}

void fake_stop(void)
{
	__sanitizer_start_switch_fiber(NULL, outside_stack, outside_bytes);
	setcontext(&outside);
	__builtin_unreachable();
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
	fake_fail("an executor sleeps without the kernel");
}

void uos_interrupts_begin(struct uos_executor *executor)
{
	executor->interrupts_asked = true;
}
