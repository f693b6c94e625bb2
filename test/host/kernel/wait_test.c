/*
 * Waiting on several harts: threads play coroutines.  A lost wake-up makes the test
 * stand still, which the timeout of whoever runs it notices; a waker that touches a
 * waiter that is gone is the sanitizers' to find.
 */
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "fake.h"
#include "fake_task.h"
#include "kernel/api/wait.h"

#define TASKS	4u

static uint64_t operations;

/* ---- mutex: one at a time; interruptible ones give up now and then ------------------- */

static struct mutex mutex;
static uint64_t inside, entered, gave_up;	/* entered: the mutex */

static void mutex_user(void *argument)
{
	for (uint64_t i = 0; i < operations; i++) {
		if (random_below(3) == 0) {
			mutex_lock(&mutex);
		} else if (mutex_lock_interruptible(&mutex)) {
			task_cancel_clear(task_current());
			__atomic_fetch_add(&gave_up, 1, __ATOMIC_RELAXED);
			continue;
		}
		CHECK(inside++ == 0);
		entered++;
		CHECK(--inside == 0);
		mutex_unlock(&mutex);
	}
}

static void canceller(void *argument)
{
	for (uint64_t i = 0; i < operations / 2; i++)
		task_cancel(fake_task((unsigned)random_below(TASKS)));
}

static void test_mutex(void)
{
	mutex_init(&mutex);
	/* whom a canceller may name exists from before it starts */
	for (unsigned i = 0; i < TASKS; i++)
		fake_task_start(i, mutex_user, NULL);
	fake_task_start(TASKS, canceller, NULL);
	fake_tasks_join();
	CHECK_EQUAL(entered + gave_up, TASKS * operations);
	CHECK(!mutex.held && list_empty(&mutex.queue.waiters));
}

/* ---- wait queue: a counted store of items ---------------------------------------------- */

static struct wait_queue queue = WAIT_QUEUE_INIT(queue);
static int64_t items;
static uint64_t taken;
static bool one_at_a_time;

static bool take_item(void)
{
	int64_t count = __atomic_load_n(&items, __ATOMIC_SEQ_CST);

	while (count > 0)
		if (__atomic_compare_exchange_n(&items, &count, count - 1, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return true;
	return false;
}

static void consumer(void *argument)
{
	for (uint64_t i = 0; i < operations; i++) {
		/* who gives up may have been the one that was woken: the next must be */
		if (WAIT_UNTIL(&queue, take_item(), true)) {
			task_cancel_clear(task_current());
			__atomic_fetch_add(&gave_up, 1, __ATOMIC_RELAXED);
			continue;
		}
		__atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED);
	}
}

static void producer(void *argument)
{
	for (uint64_t i = 0; i < operations; i++) {
		__atomic_fetch_add(&items, 1, __ATOMIC_SEQ_CST);
		if (one_at_a_time)
			wait_queue_wake_one(&queue);
		else
			wait_queue_wake_all(&queue);
	}
}

static void test_queue(bool one)
{
	one_at_a_time = one;
	taken = gave_up = 0;
	items = 0;
	for (unsigned i = 0; i < TASKS; i++)
		fake_task_start(i, i % 2 ? consumer : producer, NULL);
	fake_task_start(TASKS, canceller, NULL);
	fake_tasks_join();
	CHECK_EQUAL(taken + gave_up, TASKS / 2 * operations);
	CHECK((uint64_t)items == gave_up && list_empty(&queue.waiters));
}

/* Who is woken and gives up at the same time passes the wake-up on. */
static void gives_up(void *argument)
{
	CHECK_EQUAL(WAIT_UNTIL(&queue, take_item(), true), -ECANCELED);
}

static void stays(void *argument)
{
	CHECK_EQUAL(WAIT_UNTIL(&queue, take_item(), false), 0);
	__atomic_fetch_add(&taken, 1, __ATOMIC_SEQ_CST);
}

static unsigned waiters(void)
{
	unsigned count = 0;
	struct list *node;

	spinlock_acquire(&queue.lock);
	LIST_FOR_EACH(node, &queue.waiters)
		count++;
	spinlock_release(&queue.lock);
	return count;
}

static void test_wake_passed_on(void)
{
	taken = 0;
	items = 0;
	fake_task_start(0, gives_up, NULL);
	while (waiters() != 1)
		sched_yield();
	fake_task_start(1, stays, NULL);
	while (waiters() != 2)
		sched_yield();
	__atomic_store_n(&fake_task(0)->cancelled, true, __ATOMIC_SEQ_CST);
	__atomic_store_n(&items, 1, __ATOMIC_SEQ_CST);
	CHECK_EQUAL(wait_queue_wake_one(&queue), 1);
	for (unsigned ms = 0; !__atomic_load_n(&taken, __ATOMIC_SEQ_CST); ms++) {
		CHECK(ms < 5000);
		usleep(1000);
	}
	fake_tasks_join();
}

/* ---- events: pairs, each event gone as soon as the waiter has seen it ------------------- */

static struct event *mailbox[TASKS];

static void event_waiter(void *argument)
{
	struct event **box = argument;

	for (uint64_t i = 0; i < operations; i++) {
		struct event *event = malloc(sizeof(*event));

		event_init(event);
		__atomic_store_n(box, event, __ATOMIC_RELEASE);
		if (random_below(2))
			task_wake(task_current());	/* for no reason */
		event_wait(event);
		free(event);
	}
}

static void event_setter(void *argument)
{
	struct event **box = argument;

	for (uint64_t i = 0; i < operations; i++) {
		struct event *event;

		while (!(event = __atomic_exchange_n(box, NULL, __ATOMIC_ACQ_REL)))
			sched_yield();
		event_set(event);
	}
}

static void test_events(void)
{
	for (unsigned i = 0; i < TASKS; i += 2) {
		fake_task_start(i, event_waiter, &mailbox[i]);
		fake_task_start(i + 1, event_setter, &mailbox[i]);
	}
	fake_tasks_join();
}

int main(int count, char **words)
{
	test_arguments(count, words, &operations);
	machine_start(16);
	test_mutex();
	test_queue(false);
	test_queue(true);
	test_wake_passed_on();
	operations /= 4;	/* the setters spin */
	test_events();
	return 0;
}
