/*
 * Completions as user interrupts: registration, and the decision.  docs/uintr.md has the
 * protocol, test/model/announce.pml all of its interleavings.
 *
 * ring->interrupt, the context that is told, with a reference; the vector; cq_checked,
 * the tail at the last decision; held_back: all under ring->lock.  The user's word
 * cq_event is good for one announcement: when the tail passes it.  Whatever he writes
 * there, the worst is an announcement per decision, to himself.
 */
#include "kernel/process/interrupts.h"
#include "kernel/ring/object.h"
#include "uintr/uintr.h"

/* ---- the decision ------------------------------------------------------------------ */

/* The tail has gone from `checked` to `tail`: cq_event lies in between. */
static inline bool passes(uint32_t tail, uint32_t event, uint32_t checked)
{
	return tail - event - 1 < tail - checked;
}

/*
 * Completions have been posted.  Under ring->lock, taken anew: it orders the look at cq_event
 * behind the tail that was visible when the lock was let go of (queue.h (g); announce.pml:
 * lock_again), and of two who complete the later decides for both.  The context stays: whoever
 * takes it away holds the lock too.
 */
void ring_announce_interrupt(struct ring *ring)
{
	struct hart_counters *counters = &hart_this()->counters;
	uint32_t tail, completions = 0;
	bool announces = false;

	spinlock_acquire(&ring->lock);
	if (ring->interrupt) {
		tail = ring->queues.cq_tail;
		completions = tail - ring->cq_checked;
		announces = passes(tail, READ_ONCE(ring->queues.words->cq_event),
				   ring->cq_checked) || ring->held_back;
		/* the same passing is not announced twice (announce.pml: one_shot) */
		ring->cq_checked = tail;
		ring->held_back = false;
		if (announces)	/* (h) */
			uintr_post(ring->interrupt, ring->interrupt_vector);
	}
	spinlock_release(&ring->lock);
	counters->announced_completions += completions;
	counters->announcements += announces;
	__atomic_fetch_add(&ring->process->counters.announced_completions, completions,
			   __ATOMIC_RELAXED);
	__atomic_fetch_add(&ring->process->counters.announcements, announces, __ATOMIC_RELAXED);
}

/* ---- registration -------------------------------------------------------------------- */

/* ring->lock held: takes the interrupt away; the reference is the caller's. */
static struct uintr_context *take_away_locked(struct ring *ring)
{
	struct uintr_context *context = ring->interrupt;

	ring->interrupt = NULL;
	if (context)
		ring->listeners--;
	return context;
}

int ring_interrupt_unregister(struct ring *ring)
{
	struct uintr_context *context;

	spinlock_acquire(&ring->lock);
	context = take_away_locked(ring);
	spinlock_release(&ring->lock);
	if (!context)
		return -ENXIO;
	uintr_context_put(context);
	return 0;
}

static int ring_interrupt_set(struct ring *ring, struct uintr_context *context,
			      struct uos_register_interrupt *wanted)
{
	int result = -EBUSY;

	spinlock_acquire(&ring->lock);
	if (!ring->interrupt) {
		uintr_context_get(context);
		ring->interrupt = context;
		ring->interrupt_vector = wanted->vector;
		ring->held_back = ring->overflow_first != NULL;
		ring->cq_checked = ring->queues.cq_tail;
		ring->listeners++;
		wanted->cq_event = ring->queues.cq_tail;
		/* the user's word; from now on he writes it */
		WRITE_ONCE(ring->queues.words->cq_event, wanted->cq_event);
		result = 0;
	}
	spinlock_release(&ring->lock);
	return result;
}

static int register_interrupt(struct ring *ring, struct process *process, uint64_t address)
{
	const struct user_address user = { address };
	struct thread *thread = thread_current();
	struct uos_register_interrupt wanted;
	int error;

	if (user_copy_in(process->space, &wanted, user, sizeof(wanted)))
		return -EFAULT;
	if (wanted.vector >= UOS_INTERRUPT_VECTORS || wanted.flags ||
	    wanted.reserved[0] | wanted.reserved[1])
		return -EINVAL;
	error = thread_receiver(thread);
	if (!error)
		error = ring_interrupt_set(ring, thread->uintr, &wanted);
	if (error)
		return error;
	wanted.flags = uintr_kind == UINTR_KIND_EMULATED ? UOS_INTERRUPT_EMULATED : 0;
	wanted.cq_event_offset = offsetof(struct ring_words, cq_event);
	if (!user_copy_out(process->space, user, &wanted, sizeof(wanted)))
		return 0;
	(void)ring_interrupt_unregister(ring);
	return -EFAULT;
}

int ring_interrupt_register(struct ring *ring, struct process *process, uint32_t opcode,
			    uint64_t address, uint32_t count)
{
	if (opcode == UOS_UNREGISTER_INTERRUPT)
		return address || count ? -EINVAL : ring_interrupt_unregister(ring);
	if (count != 1)
		return -EINVAL;
	switch (opcode) {
	case UOS_REGISTER_INTERRUPT:
		return register_interrupt(ring, process, address);
	default:
		return -EINVAL;
	}
}
