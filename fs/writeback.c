/*
 * Write-back: see writeback.h.
 *
 * Locks: run_lock, over the clients' runs: one at a time.
 */
#include "fs/writeback.h"
#include "kernel/api/coroutine.h"
#include "kernel/api/wait.h"

static struct list clients = { &clients, &clients };
static struct wait_queue queue = WAIT_QUEUE_INIT(queue);
static struct mutex run_lock;
static struct timer timer;
static uint32_t armed;		/* atomic: the timer runs, or its time has come */
static bool wanted;			/* atomic */

void writeback_kick(void)
{
	/* a run that is wanted already sees all that was dirty before it began */
	if (READ_ONCE(wanted))
		return;
	__atomic_store_n(&wanted, true, __ATOMIC_RELEASE);
	wait_queue_wake_all(&queue);
}

static void time_has_come(struct timer *unused)
{
	(void)unused;
	__atomic_store_n(&armed, 0, __ATOMIC_RELEASE);
	writeback_kick();
}

void writeback_note(void)
{
	if (LIKELY(READ_ONCE(armed)) || __atomic_exchange_n(&armed, 1, __ATOMIC_ACQ_REL))
		return;
	timer_start(&timer, time_now_ns() + WRITEBACK_DELAY_NS);
}

/* True: somebody wants to be asked again. */
static bool run_all(bool last)
{
	struct list *node;
	bool again = false;

	mutex_lock(&run_lock);
	LIST_FOR_EACH(node, &clients) {
		struct writeback_client *client =
			CONTAINER_OF(node, struct writeback_client, node);

		again |= client->run(client, last);
	}
	mutex_unlock(&run_lock);
	return again;
}

static void writeback_main(void *unused)
{
	(void)unused;
	for (;;) {
		WAIT_UNTIL(&queue, READ_ONCE(wanted), false);
		__atomic_store_n(&wanted, false, __ATOMIC_SEQ_CST);
		if (run_all(false))
			writeback_note();
	}
}

void writeback_finish(void)
{
	run_all(true);
}

void writeback_register(struct writeback_client *client)
{
	list_push_back(&clients, &client->node);
}

void writeback_boot(void)
{
	mutex_init(&run_lock);
	timer_init(&timer, time_has_come);
	if (coroutine_start(writeback_main, NULL))
		panic("no memory for write-back");
}
