/*
 * The end of a ring, and of a process's share in rings.
 *
 * A ring is closed when its file's last reference goes.  That may happen inside
 * the ring itself (its server drops the last reference of a file that ...): one
 * can't wait for oneself, so then a coroutine of the ring's own closes it.
 */
#include "abi/sched.h"
#include "kernel/api/memory.h"
#include "kernel/process/trace.h"
#include "kernel/ring/object.h"

struct spinlock rings_lock;
struct list rings = { &rings, &rings };
struct wait_queue ring_quiet_queue = WAIT_QUEUE_INIT(ring_quiet_queue);
uint32_t ring_quiet_waiters;

void ring_init(void)
{
	futex_init();
}

uint64_t ring_count(void)
{
	struct list *node;
	uint64_t count = 0;

	spinlock_acquire(&rings_lock);
	LIST_FOR_EACH(node, &rings)
		count++;
	spinlock_release(&rings_lock);
	return count;
}

uint64_t ring_request_count(void)
{
	struct list *node;
	uint64_t count = 0;

	spinlock_acquire(&rings_lock);
	LIST_FOR_EACH(node, &rings) {
		const struct ring *ring = CONTAINER_OF(node, struct ring, all);

		count += READ_ONCE(ring->record_count) - (READ_ONCE(ring->spare) != NULL);
	}
	spinlock_release(&rings_lock);
	return count;
}

void ring_put(struct ring *ring)
{
	if (!reference_put(&ring->references))
		return;
	kernel_free(ring->table, sizeof(*ring->table) << ring->table_bits);
	queues_destroy(&ring->queues);
	if (ring->queues.trace)
		trace_put(ring->queues.trace);
	kernel_free(ring, sizeof(*ring));
}

/* ---- waiting until nothing is in flight ------------------------------------------------ */

static void wait_begin(void)
{
	/* full fence: said before the count is looked at, pairs with the one in
	 * ring_tell_quiet */
	__atomic_fetch_add(&ring_quiet_waiters, 1, __ATOMIC_SEQ_CST);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void wait_end(void)
{
	__atomic_fetch_sub(&ring_quiet_waiters, 1, __ATOMIC_RELAXED);
}

static uint32_t in_flight(struct ring *ring)
{
	uint32_t count;

	spinlock_acquire(&ring->lock);
	count = ring->record_count - ring->overflow_count - (ring->spare != NULL);
	spinlock_release(&ring->lock);
	return count;
}

/* Until something ends, or was deferred, since `waiter` was put into the queue. */
static void cancel_all_and_wait(struct ring *ring)
{
	const struct cancel_match everything = { .flags = IORING_ASYNC_CANCEL_ANY };
	struct waiter waiter;

	waiter_init_current(&waiter);
	wait_queue_add(&ring_quiet_queue, &waiter);
	ring_cancel(ring, &everything);
	if (in_flight(ring) && !ring_has_deferred(ring))
		task_wait(false);
	wait_queue_remove(&ring_quiet_queue, &waiter);
}

static void make_quiet(struct ring *ring)
{
	wait_begin();
	ring_server_join(ring);
	turn_take(&ring->turn);
	while (in_flight(ring)) {
		ring_run_deferred(ring);
		cancel_all_and_wait(ring);
	}
	wait_end();
}

/* ---- closing ------------------------------------------------------------------------------ */

static void free_records(struct ring *ring)
{
	struct request *request;

	spinlock_acquire(&ring->lock);
	while ((request = ring->overflow_first) != NULL) {
		ring->overflow_first = request->next;
		request_free_locked(ring, request);
	}
	if (ring->spare)
		request_free_locked(ring, ring->spare);
	ring->spare = NULL;
	while ((request = ring->free_first) != NULL) {
		ring->free_first = request->next;
		kernel_free(request, sizeof(*request));
	}
	ASSERT(ring->record_count == 0 && ring->listed == 0);
	spinlock_release(&ring->lock);
}

/* All but the last reference. */
static void ring_close(struct ring *ring)
{
	spinlock_acquire(&rings_lock);
	list_remove(&ring->all);
	spinlock_release(&rings_lock);
	WRITE_ONCE(ring->closing, true);
	make_quiet(ring);
	free_records(ring);
	ring_interrupt_end(ring);
	(void)fixed_files_unregister(ring);
	(void)fixed_buffers_unregister(ring);
	(void)ring_eventfd_unregister(ring);
	restrictions_free(ring);
	buffer_groups_free(ring);
	if (ring->server_hart != ~0u)
		task_unplace_server(ring->server_hart);
	if (ring->process->ring == ring)
		ring->process->ring = NULL;
	process_put(ring->process);
}

static void closer_left(void *argument)
{
	ring_put(argument);
}

static void closer_main(void *argument)
{
	ring_close(argument);
	task_exit(closer_left, argument);
}

/* The current task does the work of some ring. */
static bool is_ring_work(void)
{
	const struct task *task = task_current();

	return task->entry == request_coroutine || task->entry == ring_server_main ||
	       (task->is_thread && CONTAINER_OF(task, struct thread, task)->enter.ring);
}

void ring_release(struct file *file)
{
	struct ring *ring = file->private;

	if (!is_ring_work()) {
		ring_close(ring);
		ring_put(ring);
		return;
	}
	task_init(&ring->closer, closer_main, ring, UOS_SCHED_LEVEL_DEFAULT);
	while (task_start(&ring->closer, TASK_ANY_HART))
		task_yield();	/* no task to be had: others must end first */
}

/* ---- the end of a process -------------------------------------------------------------------- */

/* A ring that `process` made and whose server has not been told; a reference. */
static struct ring *orphan_next(struct process *process)
{
	struct ring *ring = NULL;
	struct list *node;

	spinlock_acquire(&rings_lock);
	LIST_FOR_EACH(node, &rings) {
		ring = CONTAINER_OF(node, struct ring, all);
		if (ring->process == process && !ring->owner_gone)
			break;
		ring = NULL;
	}
	if (ring) {
		ring->owner_gone = true;
		reference_get(&ring->references);
	}
	spinlock_release(&rings_lock);
	return ring;
}

static void cancel_process(struct process *process)
{
	const struct cancel_match match = {
		.process = process, .flags = IORING_ASYNC_CANCEL_ANY,
	};
	struct list *node;

	spinlock_acquire(&rings_lock);
	LIST_FOR_EACH(node, &rings) {
		struct ring *ring = CONTAINER_OF(node, struct ring, all);

		if (ring->drain_first)
			drain_doom(ring, process);
		ring_cancel(ring, &match);
	}
	spinlock_release(&rings_lock);
}

static bool has_requests(const struct process *process)
{
	return __atomic_load_n(&process->ring_requests, __ATOMIC_SEQ_CST) != 0;
}

void ring_process_end(struct process *process)
{
	struct ring *ring;

	while ((ring = orphan_next(process)) != NULL) {
		ring_server_join(ring);
		ring_put(ring);
	}
	wait_begin();
	while (has_requests(process)) {
		struct waiter waiter;

		waiter_init_current(&waiter);
		wait_queue_add(&ring_quiet_queue, &waiter);
		cancel_process(process);
		if (has_requests(process))
			task_wait(false);
		wait_queue_remove(&ring_quiet_queue, &waiter);
	}
	wait_end();
	ring_fds_end(process);
}
