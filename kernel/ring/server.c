/*
 * A ring's server: the coroutine that takes entries off the SQ of a polled ring
 * (SQPOLL, a program's own), and runs what a ring has deferred.
 *
 * It has a stack only while it runs: to sleep is to end, to wake is to start
 * (server_state).  It may be parted from its stack at any issue and then starts
 * anew in ring_server_main, with the turn and server_serving still set.
 *
 * NEED_WAKEUP is set whenever it is not on: queue.h (e).  Its states and the knock, in all
 * interleavings: test/model/doorbell.pml.
 */
#include "kernel/ring/object.h"

#define NO_HART	(~0u)

static int start(struct ring *ring)
{
	int result;

	if (ring->server_hart == NO_HART)
		ring->server_hart = task_place_server(hart_current());
	task_init(&ring->server, ring_server_main, ring, ring->process->level);
	ring->server.process = ring->process;
	ring->server.pinned = true;
	result = task_start(&ring->server, ring->server_hart);
	if (result) {
		spinlock_acquire(&ring->server_lock);
		ring->server_state = SERVER_OFF;
		spinlock_release(&ring->server_lock);
		ring_tell_quiet();
	}
	return result;
}

int ring_server_wake(struct ring *ring)
{
	bool starts;

	spinlock_acquire(&ring->server_lock);
	starts = ring->server_state == SERVER_OFF;
	if (starts)
		ring->server_state = SERVER_ON;
	else if (ring->server_state == SERVER_LEAVING)
		ring->server_state = SERVER_CALLED_BACK;
	spinlock_release(&ring->server_lock);
	return starts ? start(ring) : 0;
}

/* ---- deferred requests ---------------------------------------------------------------- */

void ring_defer(struct ring *ring, struct request *request)
{
	spinlock_acquire(&ring->server_lock);
	request->deferred_next = NULL;
	if (!ring->deferred_first)
		ring->deferred_last = &ring->deferred_first;
	*ring->deferred_last = request;
	ring->deferred_last = &request->deferred_next;
	spinlock_release(&ring->server_lock);
	if (READ_ONCE(ring->closing))
		ring_tell_quiet();
	else	/* no task for it now: the next io_uring_enter asks again */
		(void)ring_server_wake(ring);
}

static struct request *deferred_pop(struct ring *ring)
{
	struct request *request;

	spinlock_acquire(&ring->server_lock);
	request = ring->deferred_first;
	if (request)
		ring->deferred_first = request->deferred_next;
	spinlock_release(&ring->server_lock);
	return request;
}

void ring_run_deferred(struct ring *ring)
{
	struct request *request;

	if (UNLIKELY(__atomic_load_n(&ring->announce_due, __ATOMIC_RELAXED)) &&
	    __atomic_exchange_n(&ring->announce_due, 0, __ATOMIC_ACQ_REL))
		ring_announce(ring);
	while ((request = deferred_pop(ring)) != NULL) {
		if (request->state & REQUEST_IN_DEVICE)
			transfer_end_deferred(request);
		else if (request->state & REQUEST_DOOMED || request_is_unwanted(request))
			request_cancel_chain(ring, request, request->state & REQUEST_SKIPPED);
		else
			request_run(ring, request);
		ring_announce(ring);
	}
}

/* ---- the server itself ------------------------------------------------------------------ */

static bool may_serve(const struct ring *ring)
{
	return ring->polls && !READ_ONCE(ring->owner_gone) && !READ_ONCE(ring->closing) &&
	       !(READ_ONCE(ring->setup_flags) & IORING_SETUP_R_DISABLED);
}

static bool has_work(const struct ring *ring)
{
	return ring_has_deferred(ring) || (may_serve(ring) && queues_submitted(&ring->queues));
}

/* A round with the turn.  True: there was something to do. */
static bool serve_round(struct ring *ring)
{
	if (!has_work(ring))
		return false;
	ring_run_deferred(ring);
	if (may_serve(ring)) {
		if (!ring_serve_begin(ring, ring->process, ~0u))
			ring_serve_rest(ring);
		ring_account(ring, false);
	}
	return true;
}

static void left(void *argument)
{
	struct ring *ring = argument;
	bool again;

	spinlock_acquire(&ring->server_lock);
	again = ring->server_state == SERVER_CALLED_BACK;
	ring->server_state = again ? SERVER_ON : SERVER_OFF;
	spinlock_release(&ring->server_lock);
	if (again)
		(void)start(ring);
	else
		ring_tell_quiet();
}

/* Ends the server unless something has come in; turn not held. */
static void try_to_leave(struct ring *ring)
{
	queues_flags_set(&ring->queues, IORING_SQ_NEED_WAKEUP);
	/* full fence (e) */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	spinlock_acquire(&ring->server_lock);
	ring->server_state = SERVER_LEAVING;
	spinlock_release(&ring->server_lock);
	if (!has_work(ring))
		task_exit(left, ring);
	spinlock_acquire(&ring->server_lock);
	ring->server_state = SERVER_ON;
	spinlock_release(&ring->server_lock);
	queues_flags_clear(&ring->queues, IORING_SQ_NEED_WAKEUP);
}

static bool keeps_polling(const struct ring *ring, uint64_t idle_since_ns)
{
	return may_serve(ring) && hart_count() > 1 && !task_hart_wanted() &&
	       time_now_ns() - idle_since_ns < ring->idle_ns;
}

static void turn_back(struct ring *ring)
{
	ring->server_serving = false;
	turn_leave(&ring->turn);
}

void ring_server_main(void *argument)
{
	struct ring *ring = argument;
	uint64_t idle_since_ns = time_now_ns();

	if (ring->server_serving) {
		/* parted: the batch goes on where it was */
		ring_serve_again(ring);
		if (ring->serve_process)
			ring_account(ring, false);
		turn_back(ring);
	} else if (ring->polls) {
		queues_flags_clear(&ring->queues, IORING_SQ_NEED_WAKEUP);
	}
	for (;;) {
		bool worked;

		turn_take(&ring->turn);
		ring->server_serving = true;
		worked = serve_round(ring);
		turn_back(ring);
		if (worked)
			idle_since_ns = time_now_ns();
		else if (!keeps_polling(ring, idle_since_ns))
			try_to_leave(ring);
		if (worked && !task_hart_wanted() && hart_count() == 1)
			continue;
		task_yield();
	}
}

void ring_server_join(struct ring *ring)
{
	__atomic_fetch_add(&ring_quiet_waiters, 1, __ATOMIC_SEQ_CST);
	WAIT_UNTIL(&ring_quiet_queue,
		   __atomic_load_n(&ring->server_state, __ATOMIC_ACQUIRE) == SERVER_OFF, false);
	__atomic_fetch_sub(&ring_quiet_waiters, 1, __ATOMIC_RELAXED);
}

/* ---- who calls it -------------------------------------------------------------------------- */

static bool look(struct ring *ring)
{
	bool wakes = may_serve(ring) &&
		     (queues_submitted(&ring->queues) || ring_has_deferred(ring));

	if (wakes)
		(void)ring_server_wake(ring);
	return wakes;
}

void ring_look(struct process *process)
{
	if (process->ring)
		(void)look(process->ring);
}

void ring_bell(uint64_t vectors)
{
	struct list *node;

	spinlock_acquire(&rings_lock);
	LIST_FOR_EACH(node, &rings) {
		struct ring *ring = CONTAINER_OF(node, struct ring, all);

		if (READ_ONCE(ring->doorbell) && vectors >> ring->doorbell_vector & 1 &&
		    look(ring))
			hart_this()->counters.doorbells++;
	}
	spinlock_release(&rings_lock);
}
