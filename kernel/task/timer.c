/*
 * Timers: a pairing heap per hart, earliest on top; and the clock.
 *
 * A timer fires on the hart where it was started, at a scheduling point there.
 * Insertion is O(1), taking the first O(log n) amortised.  timer.hart and .state
 * are guarded by that hart's timer_lock; fire() is called without it.
 */
#include "kernel/task/timer.h"

#include "kernel/api/wait.h"
#include "kernel/boot/sbi.h"
#include "kernel/riscv.h"
#include "kernel/task/hart.h"
#include "kernel/task/task.h"

#define NS_PER_SECOND	1000000000ul

enum timer_state { TIMER_IDLE, TIMER_ARMED };

static uint64_t timebase_hz = 10000000;
uint64_t timer_tick_ns = 100;
static bool has_sstc;

void timer_boot(uint32_t hz, bool sstc)
{
	timebase_hz = hz;
	timer_tick_ns = NS_PER_SECOND % hz == 0 ? NS_PER_SECOND / hz : 0;
	has_sstc = sstc;
}

uint64_t timer_timebase_hz(void)
{
	return timebase_hz;
}

uint64_t timer_now_by_division_ns(void)
{
	return (uint64_t)((unsigned __int128)csr_read(time) * NS_PER_SECOND / timebase_hz);
}

uint64_t time_now_ns(void)
{
	return timer_now_ns();
}

/* Rounded up: never early. */
static uint64_t ticks_of(uint64_t ns)
{
	if (ns == ~0ul)
		return ~0ul;
	if (LIKELY(timer_tick_ns != 0))
		return ns / timer_tick_ns + (ns % timer_tick_ns != 0);
	return (uint64_t)((unsigned __int128)ns * timebase_hz / NS_PER_SECOND) + 1;
}

void hart_program_timer(struct hart *hart)
{
	const struct timer *first = READ_ONCE(hart->timers);
	uint64_t deadline = hart->slice_end_ns;

	if (first) {
		spinlock_acquire(&hart->timer_lock);
		if (hart->timers)
			deadline = MIN(deadline, hart->timers->deadline_ns);
		spinlock_release(&hart->timer_lock);
	}
	if (deadline == hart->programmed_ns)
		return;
	hart->programmed_ns = deadline;
	if (has_sstc)
		csr_write(0x14d, ticks_of(deadline));	/* stimecmp, whose name the assembler lacks */
	else
		sbi_set_timer(ticks_of(deadline));
}

/* ---- the heap: timer_lock is held ------------------------------------------------ */

/* `previous`: the elder sibling, or the parent of a first child. */
static struct timer *meld(struct timer *a, struct timer *b)
{
	if (!a || !b)
		return a ? a : b;
	if (b->deadline_ns < a->deadline_ns) {
		struct timer *swap = a;

		a = b;
		b = swap;
	}
	b->previous = a;
	b->sibling = a->child;
	if (a->child)
		a->child->previous = b;
	a->child = b;
	a->sibling = a->previous = NULL;
	return a;
}

/* Two passes: pairs from the left, then all from the right. */
static struct timer *meld_children(struct timer *first)
{
	struct timer *pairs = NULL, *result = NULL;

	while (first) {
		struct timer *a = first, *b = first->sibling;

		first = b ? b->sibling : NULL;
		a->sibling = a->previous = NULL;
		if (b)
			b->sibling = b->previous = NULL;
		a = meld(a, b);
		a->sibling = pairs;
		pairs = a;
	}
	while (pairs) {
		struct timer *next = pairs->sibling;

		pairs->sibling = NULL;
		result = meld(result, pairs);
		pairs = next;
	}
	return result;
}

static void heap_remove(struct hart *hart, struct timer *timer)
{
	if (timer == hart->timers) {
		hart->timers = meld_children(timer->child);
	} else {
		if (timer->previous->child == timer)
			timer->previous->child = timer->sibling;
		else
			timer->previous->sibling = timer->sibling;
		if (timer->sibling)
			timer->sibling->previous = timer->previous;
		hart->timers = meld(hart->timers, meld_children(timer->child));
	}
	timer->child = timer->sibling = timer->previous = NULL;
	timer->state = TIMER_IDLE;
	hart->timer_count--;
}

/* ---- what others call ------------------------------------------------------------- */

void timer_init(struct timer *timer, void (*fire)(struct timer *timer))
{
	*timer = (struct timer){ .fire = fire };
}

void timer_start(struct timer *timer, uint64_t deadline_ns)
{
	struct hart *hart = hart_this();
	bool first;

	spinlock_acquire(&hart->timer_lock);
	ASSERT(timer->state == TIMER_IDLE);
	timer->deadline_ns = deadline_ns;
	timer->child = timer->sibling = timer->previous = NULL;
	timer->state = TIMER_ARMED;
	WRITE_ONCE(timer->hart, hart->index);
	hart->timers = meld(hart->timers, timer);
	hart->timer_count++;
	first = hart->timers == timer;
	spinlock_release(&hart->timer_lock);
	if (first)
		hart_program_timer(hart);
}

bool timer_cancel(struct timer *timer)
{
	struct hart *hart = &harts[READ_ONCE(timer->hart)];
	bool armed;

	spinlock_acquire(&hart->timer_lock);
	armed = timer->state == TIMER_ARMED;
	if (armed)
		heap_remove(hart, timer);
	spinlock_release(&hart->timer_lock);
	return armed;
}

void timers_fire(struct hart *hart)
{
	struct timer *timer;

	for (;;) {
		spinlock_acquire(&hart->timer_lock);
		timer = hart->timers;
		if (!timer || timer->deadline_ns > time_now_ns())
			break;
		heap_remove(hart, timer);
		spinlock_release(&hart->timer_lock);
		timer->fire(timer);
	}
	spinlock_release(&hart->timer_lock);
	if (time_now_ns() >= hart->slice_end_ns) {
		hart->look |= HART_LOOK_SLICE;
		hart->slice_end_ns = ~0ul;
	}
	/* the deadline passed: whatever comes next is programmed anew, which also
	 * takes the pending bit away */
	hart->programmed_ns = 0;
	hart_program_timer(hart);
}

uint64_t timers_count(void)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < hart_count(); i++)
		count += READ_ONCE(harts[i].timer_count);
	return count;
}

/* ---- sleep --------------------------------------------------------------------------- */

struct sleeper {
	struct timer timer;
	struct wait_queue queue;
	uint32_t over;
};

static void sleep_over(struct timer *timer)
{
	struct sleeper *sleeper = CONTAINER_OF(timer, struct sleeper, timer);

	spinlock_acquire(&sleeper->queue.lock);
	sleeper->over = 1;
	for (struct list *node; (node = list_pop_front(&sleeper->queue.waiters)) != NULL;)
		waiter_wake_task(CONTAINER_OF(node, struct waiter, node));
	/* release: the sleeper may be gone from here on */
	spinlock_release(&sleeper->queue.lock);
}

int task_sleep_until_ns(uint64_t deadline_ns)
{
	struct sleeper sleeper = { .over = 0 };
	int result;

	timer_init(&sleeper.timer, sleep_over);
	wait_queue_init(&sleeper.queue);
	timer_start(&sleeper.timer, deadline_ns);
	result = WAIT_UNTIL(&sleeper.queue, READ_ONCE(sleeper.over), true);
	if (!timer_cancel(&sleeper.timer)) {
		/* it fires or has fired: until it has let go of us */
		while (!READ_ONCE(sleeper.over))
			;
		spinlock_acquire(&sleeper.queue.lock);
		spinlock_release(&sleeper.queue.lock);
	}
	return result;
}
