/*
 * Waiting for completions, and telling those who wait.
 *
 * A waiter puts itself into ring->waiters, says under ring->lock at which cq_tail
 * it wants to be woken, and looks there whether that is reached: queue.h (f).
 */
#include "kernel/process/urgency.h"
#include "kernel/ring/object.h"
#include "uintr/uintr.h"

/* ---- telling ------------------------------------------------------------------------- */

static bool take_wake(struct ring *ring)
{
	bool wake;

	spinlock_acquire(&ring->lock);
	wake = ring->waiter_count && (int32_t)(ring->queues.cq_tail - ring->wake_tail) >= 0;
	if (wake)	/* all of them look again, and say it again */
		ring->wake_tail = ring->queues.cq_tail + INT32_MAX;
	spinlock_release(&ring->lock);
	return wake;
}

/* The first timeout whose count is reached and whose timer has not fired. */
static struct request *take_counted(struct ring *ring)
{
	struct request *request = NULL;
	struct list *node;

	spinlock_acquire(&ring->lock);
	LIST_FOR_EACH(node, &ring->count_timeouts) {
		request = CONTAINER_OF(node, struct request, timeout.node);
		if ((int32_t)(ring_sequence(ring) - request->timeout.target) < 0) {
			request = NULL;
			break;
		}
		if (request->operation->cancel(request)) {
			table_remove(ring, request);
			request->state &= ~REQUEST_LISTED;
			break;
		}
		request = NULL;
	}
	if (!request)
		ring->ending_timeouts = false;
	spinlock_release(&ring->lock);
	return request;
}

static void end_counted(struct ring *ring)
{
	struct request *request;
	bool busy;

	spinlock_acquire(&ring->lock);
	busy = ring->ending_timeouts;
	ring->ending_timeouts = true;
	spinlock_release(&ring->lock);
	/* whoever is at it looks again after each */
	while (!busy && (request = take_counted(ring)) != NULL)
		request_end_parked(request, 0);
}

void ring_announce_urgency(struct ring *ring)
{
	uint8_t level = READ_ONCE(ring->post_level);

	WRITE_ONCE(ring->post_level, UOS_SCHED_LEVELS - 1);
	urgency_raise(ring->process, level);
}

void ring_announce_slow(struct ring *ring, bool served_inline)
{
	if (READ_ONCE(ring->interrupt))
		ring_announce_interrupt(ring);
	if (take_wake(ring))
		wait_queue_wake_all(&ring->waiters);
	if (!list_empty(&ring->count_timeouts))
		end_counted(ring);
	if (ring->eventfd || ring->is_polled)
		ring_tell_others(ring, served_inline);
}

/* ---- waiting ---------------------------------------------------------------------------- */

static void alarm_ring(struct timer *timer)
{
	struct alarm *alarm = CONTAINER_OF(timer, struct alarm, timer);
	task_wake(alarm->task);
	/* release: the last touch of alarm and task; pairs with the acquire in
	 * alarm_stop */
	__atomic_store_n(&alarm->rung, 1, __ATOMIC_RELEASE);
}

void alarm_set(struct alarm *alarm, uint64_t deadline_ns)
{
	*alarm = (struct alarm){ .task = task_current() };
	if (deadline_ns == ~0ul)
		return;
	alarm->armed = true;
	timer_init(&alarm->timer, alarm_ring);
	timer_start(&alarm->timer, deadline_ns);
}

void alarm_stop(struct alarm *alarm)
{
	if (!alarm->armed || timer_cancel(&alarm->timer))
		return;
	while (!__atomic_load_n(&alarm->rung, __ATOMIC_ACQUIRE))
		;
}

/* Says what it waits for, unless it is there already. */
static bool is_enough(struct ring *ring, uint32_t count)
{
	uint32_t completed;
	bool enough;

	spinlock_acquire(&ring->lock);
	if (ring->overflow_first)
		ring_flush_overflow(ring);
	completed = queues_completed(&ring->queues);
	enough = completed >= count;
	if (!enough) {
		uint32_t tail = ring->queues.cq_tail + (count - completed);

		if ((int32_t)(tail - ring->wake_tail) < 0 || ring->waiter_count == 1)
			ring->wake_tail = tail;
	}
	spinlock_release(&ring->lock);
	return enough;
}

static void count_waiter(struct ring *ring, int by)
{
	spinlock_acquire(&ring->lock);
	if (ring->waiter_count == 0)
		ring->wake_tail = ring->queues.cq_tail + INT32_MAX;
	ring->waiter_count += by;
	ring->listeners += by;
	spinlock_release(&ring->lock);
}

/* Sleeps once, until `count` are there or the time has come.  0: look again or
 * enough (*enough); -ETIME, -EINTR. */
static int sleep_once(struct ring *ring, uint32_t count, uint64_t until_ns,
		      const struct uintr_context *context, bool *enough)
{
	struct waiter waiter;
	struct alarm alarm;
	int result = 0;

	waiter_init_current(&waiter);
	wait_queue_add(&ring->waiters, &waiter);
	*enough = is_enough(ring, count);
	if (!*enough && context && uintr_is_pending(context)) {
		result = -EINTR;
	} else if (!*enough && time_now_ns() >= until_ns) {
		result = -ETIME;
	} else if (!*enough) {
		alarm_set(&alarm, until_ns);
		result = task_wait(true) ? -EINTR : 0;
		alarm_stop(&alarm);
	}
	wait_queue_remove(&ring->waiters, &waiter);
	return result;
}

int ring_wait(struct ring *ring, const struct ring_patience *patience)
{
	struct uintr_context *context = thread_current()->uintr;
	uint32_t count = MIN(patience->count, ring->queues.cq_mask + 1);
	bool fewer = false, enough = false, held_back = READ_ONCE(ring->overflow_first) != NULL;
	int result = 0;

	if (LIKELY(!ring->overflow_first) && queues_completed(&ring->queues) >= count)
		return 0;
	/* a vector of the thread's ends the wait, too */
	if (context)
		uintr_wait_begin(context);
	count_waiter(ring, 1);
	while (!enough && result == 0) {
		uint64_t until_ns = fewer ? patience->deadline_ns :
				    MIN(patience->deadline_ns, patience->fewer_at_ns);

		result = sleep_once(ring, count, until_ns, context, &enough);
		if (result == -ETIME && !fewer && patience->fewer_at_ns < patience->deadline_ns) {
			fewer = true;
			count = MIN(count, 1u);
			result = 0;
		}
	}
	count_waiter(ring, -1);
	if (context)
		uintr_wait_end(context);
	if (held_back)	/* what was held back may be there for another now */
		ring_announce(ring);
	return result && queues_completed(&ring->queues) == 0 ? result : 0;
}

static bool sq_is_full(const struct ring *ring)
{
	const struct ring_words *words = ring->queues.words;
	uint32_t tail = __atomic_load_n(&words->sq_tail, __ATOMIC_RELAXED);

	return tail - __atomic_load_n(&words->sq_head, __ATOMIC_RELAXED) >
	       ring->queues.sq_mask;
}

int ring_wait_for_room(struct ring *ring)
{
	int result = 0;

	count_waiter(ring, 1);
	while (sq_is_full(ring) && result == 0) {
		struct waiter waiter;

		waiter_init_current(&waiter);
		wait_queue_add(&ring->waiters, &waiter);
		spinlock_acquire(&ring->lock);
		ring->wake_tail = ring->queues.cq_tail;	/* whatever is announced next */
		spinlock_release(&ring->lock);
		if (sq_is_full(ring))
			result = task_wait(true) ? -EINTR : 0;
		wait_queue_remove(&ring->waiters, &waiter);
	}
	count_waiter(ring, -1);
	return result;
}
