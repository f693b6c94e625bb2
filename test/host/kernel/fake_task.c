/* Coroutines as threads; see the header. */
#include "fake_task.h"

#include "fake.h"

struct fake {
	struct task task;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t woken;
	bool wake_pending;
	bool started;
	uint64_t seed;
	void (*entry)(void *argument);
	void *argument;
};

static struct fake fakes[FAKE_TASKS];
static _Thread_local struct fake *self;

struct task *fake_task(unsigned index)
{
	return &fakes[index].task;
}

static void *thread_main(void *argument)
{
	self = argument;
	machine_hart((unsigned)(self - fakes) % hart_count());
	random_state = self->seed;
	self->entry(self->argument);
	return NULL;
}

void fake_task_start(unsigned index, void (*entry)(void *), void *argument)
{
	struct fake *fake = &fakes[index];

	*fake = (struct fake){
		.entry = entry, .argument = argument, .started = true,
		.seed = random_word(), .mutex = PTHREAD_MUTEX_INITIALIZER,
		.woken = PTHREAD_COND_INITIALIZER,
	};
	CHECK(pthread_create(&fake->thread, NULL, thread_main, fake) == 0);
}

void fake_tasks_join(void)
{
	for (unsigned i = 0; i < FAKE_TASKS; i++)
		if (fakes[i].started) {
			pthread_join(fakes[i].thread, NULL);
			fakes[i].started = false;
		}
}

/* ---- kernel/task/task.h ------------------------------------------------------------- */

struct task *task_current(void)
{
	return &self->task;
}

void task_wake(struct task *task)
{
	struct fake *fake = CONTAINER_OF(task, struct fake, task);

	pthread_mutex_lock(&fake->mutex);
	fake->wake_pending = true;
	pthread_cond_signal(&fake->woken);
	pthread_mutex_unlock(&fake->mutex);
}

int task_wait(bool interruptible)
{
	if (interruptible && __atomic_load_n(&self->task.cancelled, __ATOMIC_SEQ_CST))
		return -ECANCELED;
	pthread_mutex_lock(&self->mutex);
	while (!self->wake_pending)
		pthread_cond_wait(&self->woken, &self->mutex);
	self->wake_pending = false;
	pthread_mutex_unlock(&self->mutex);
	return interruptible && __atomic_load_n(&self->task.cancelled, __ATOMIC_SEQ_CST) ?
	       -ECANCELED : 0;
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
