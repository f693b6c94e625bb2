/*
 * Coroutines for the host: each thread is one.  A wake-up that comes before its
 * wait makes that wait return at once, as the kernel's tasks have it.
 */
#ifndef TEST_HOST_KERNEL_FAKE_TASK_H
#define TEST_HOST_KERNEL_FAKE_TASK_H

#include <pthread.h>

#include "kernel/task/task.h"

#define FAKE_TASKS	16u

/* Runs main(argument) as task `index` in a thread of its own. */
void fake_task_start(unsigned index, void (*entry)(void *), void *argument);
/* Waits until all that were started have returned. */
void fake_tasks_join(void);
struct task *fake_task(unsigned index);

#endif
