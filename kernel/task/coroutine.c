/*
 * kernel/api/coroutine.h: a task in memory of its own, which goes when it ends.
 */
#include "kernel/api/coroutine.h"

#include "abi/sched.h"
#include "kernel/api/memory.h"
#include "kernel/task/task.h"

struct coroutine {
	struct task task;
	void (*entry)(void *argument);
	void *argument;
};

static void coroutine_free(void *coroutine)
{
	kernel_free(coroutine, sizeof(struct coroutine));
}

static void coroutine_main(void *argument)
{
	struct coroutine *self = argument;

	self->entry(self->argument);
	task_exit(coroutine_free, self);
}

int coroutine_start(void (*entry)(void *argument), void *argument)
{
	struct coroutine *self = kernel_alloc(sizeof(*self));
	int error;

	if (!self)
		return -ENOMEM;
	self->entry = entry;
	self->argument = argument;
	task_init(&self->task, coroutine_main, self, UOS_SCHED_LEVEL_DEFAULT);
	error = task_start(&self->task, TASK_ANY_HART);
	if (error)
		coroutine_free(self);
	return error;
}
