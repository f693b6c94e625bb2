/* How urgent threads are; see the header. */
#include "kernel/process/urgency.h"

#include "kernel/api/wait.h"
#include "kernel/task/hart.h"
#include "kernel/task/task.h"

/* level_lock held. */
static void apply(struct thread *thread)
{
	unsigned penalty = thread->is_ending ? 0 : thread->penalty;
	unsigned level = MAX(thread->base, thread->urgency) + penalty;

	level = MIN(level, UOS_SCHED_LEVELS - 1u);
	WRITE_ONCE(thread->slice_ns, SLICE_NS / (1 + penalty));
	if (level != thread->task.level)
		task_set_level(&thread->task, (uint8_t)level);
}

/* level_lock held. */
static void set_urgency(struct thread *thread, uint8_t urgency)
{
	int by = (urgency != 0) - (thread->urgency != 0);

	thread->urgency = urgency;
	if (by)
		__atomic_fetch_add(&thread->process->lowered, by, __ATOMIC_RELAXED);
	apply(thread);
}

void urgency_begin(struct thread *thread, uint8_t base)
{
	thread->base = base;
	thread->slice_ns = SLICE_NS;
	list_init(&thread->penalty_node);
}

void urgency_set_base(struct thread *thread, uint8_t base)
{
	spinlock_acquire(&thread->level_lock);
	if (!thread->is_ending)
		thread->base = base;
	apply(thread);
	spinlock_release(&thread->level_lock);
}

void urgency_hasten(struct thread *thread, uint8_t level)
{
	spinlock_acquire(&thread->level_lock);
	thread->is_ending = true;
	thread->base = MIN(thread->base, level);
	set_urgency(thread, 0);
	spinlock_release(&thread->level_lock);
}

void urgency_sample_slow(struct thread *thread, uint32_t best)
{
	bool lower = best > thread->base && best < UOS_SCHED_LEVELS;

	spinlock_acquire(&thread->level_lock);
	set_urgency(thread, lower ? (uint8_t)best : 0);
	spinlock_release(&thread->level_lock);
}

void urgency_raise(struct process *process, uint8_t level)
{
	struct list *node;

	spinlock_acquire(&process->lock);
	LIST_FOR_EACH(node, &process->threads) {
		struct thread *thread = CONTAINER_OF(node, struct thread, node);

		spinlock_acquire(&thread->level_lock);
		if (thread->urgency > level)
			set_urgency(thread, level > thread->base ? level : 0);
		spinlock_release(&thread->level_lock);
	}
	spinlock_release(&process->lock);
}

/* ---- penalties ---------------------------------------------------------------------- */

/*
 * A penalized thread stands in the list of the hart where that was, until its penalty
 * has worn off or the thread, which alone goes in, goes to another's or ends.  The
 * list's lock is taken before a thread's level_lock.
 */
static void leave_list(struct thread *thread)
{
	struct hart *hart = READ_ONCE(thread->penalty_hart);

	if (!hart)
		return;
	spinlock_acquire(&hart->penalty_lock);
	list_remove(&thread->penalty_node);
	WRITE_ONCE(thread->penalty_hart, NULL);
	spinlock_release(&hart->penalty_lock);
}

void urgency_end(struct thread *thread)
{
	leave_list(thread);
	spinlock_acquire(&thread->level_lock);
	set_urgency(thread, 0);
	spinlock_release(&thread->level_lock);
}

/* The list's lock is held, so the thread is there. */
static void wear_off_one(struct thread *thread)
{
	bool is_over;

	spinlock_acquire(&thread->level_lock);
	thread->penalty--;
	is_over = thread->penalty == 0;
	apply(thread);
	spinlock_release(&thread->level_lock);
	if (is_over) {
		list_remove(&thread->penalty_node);
		WRITE_ONCE(thread->penalty_hart, NULL);
	}
}

static void wear_off(struct hart *hart)
{
	struct list *node, *following;

	spinlock_acquire(&hart->penalty_lock);
	LIST_FOR_EACH_SAFE(node, following, &hart->penalized)
		wear_off_one(CONTAINER_OF(node, struct thread, penalty_node));
	spinlock_release(&hart->penalty_lock);
}

/*
 * A timer of the hart's for as long as its list is not empty: an idle hart, or one that
 * stays in the kernel, has no end of a slice.
 */
static struct timer wear_off_timers[HARTS_MAX];

static void wear_off_start(struct hart *hart)
{
	timer_start(&wear_off_timers[hart->index], time_now_ns() + PENALTY_WEARS_OFF_NS);
}

static void wear_off_due(struct timer *timer)
{
	struct hart *hart = &harts[timer - wear_off_timers];
	uint32_t look = hart->look;

	wear_off(hart);
	/* who rose has its turn when the slice ends: nobody was woken */
	hart->look = look;
	hart->wearing_off = !list_empty(&hart->penalized);
	if (hart->wearing_off)
		wear_off_start(hart);
}

void urgency_penalize(struct thread *thread)
{
	struct hart *hart = hart_this();

	leave_list(thread);
	spinlock_acquire(&hart->penalty_lock);
	spinlock_acquire(&thread->level_lock);
	thread->penalty = (uint8_t)MIN(thread->penalty + 1u, PENALTY_MAX);
	thread->penalties++;
	apply(thread);
	spinlock_release(&thread->level_lock);
	thread->penalty_hart = hart;
	list_push_back(&hart->penalized, &thread->penalty_node);
	spinlock_release(&hart->penalty_lock);
	if (hart->wearing_off)
		return;
	hart->wearing_off = true;
	timer_init(&wear_off_timers[hart->index], wear_off_due);
	wear_off_start(hart);
}
