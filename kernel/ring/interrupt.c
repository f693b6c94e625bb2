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
#include "kernel/process/senders.h"
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
	spinlock_acquire(&ring->lock);
	if (LIKELY(ring->interrupt != NULL)) {
		struct hart_counters *counters = &hart_this()->counters;
		uint32_t tail = ring->queues.cq_tail;
		uint32_t completions = tail - ring->cq_checked;
		bool announces = passes(tail, READ_ONCE(ring->queues.words->cq_event),
					ring->cq_checked) || ring->held_back;

		/* the same passing is not announced twice (announce.pml: one_shot) */
		ring->cq_checked = tail;
		ring->held_back = false;
		if (announces)	/* (h) */
			uintr_post(ring->interrupt, ring->interrupt_vector);
		ring->announcements += announces;
		ring->announced_completions += completions;
		counters->announcements += announces;
		counters->announced_completions += completions;
	}
	spinlock_release(&ring->lock);
}

void ring_announced(const struct process *process, uint64_t *announcements,
		    uint64_t *completions)
{
	struct list *node;

	*announcements = process->counters.announcements;
	*completions = process->counters.announced_completions;
	spinlock_acquire(&rings_lock);
	LIST_FOR_EACH(node, &rings) {
		const struct ring *ring = CONTAINER_OF(node, struct ring, all);

		if (ring->process != process)
			continue;
		*announcements += READ_ONCE(ring->announcements);
		*completions += READ_ONCE(ring->announced_completions);
	}
	spinlock_release(&rings_lock);
}

void ring_interrupt_end(struct ring *ring)
{
	struct process_counters *counters = &ring->process->counters;

	(void)ring_interrupt_unregister(ring);
	if (ring->doorbell)
		sender_revoke(ring->doorbell);
	__atomic_fetch_add(&counters->announcements, ring->announcements, __ATOMIC_RELAXED);
	__atomic_fetch_add(&counters->announced_completions, ring->announced_completions,
			   __ATOMIC_RELAXED);
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

/* ---- who may send ------------------------------------------------------------------------ */

/* Of the bound and the unbound one: a new file as a descriptor. */
static int receiver_make(struct process *process, const struct uos_register_receiver *wanted)
{
	struct file *file = NULL;
	int result = receiver_create(&file);

	if (!result && !(wanted->flags & UOS_RECEIVER_UNBOUND))
		result = receiver_bind(thread_current(), file, wanted->vector);
	else if (!result && uintr_kind == UINTR_KIND_NONE)
		result = -EOPNOTSUPP;
	if (result >= 0)
		result = files_install(process->files, file, wanted->flags & O_CLOEXEC);
	if (result < 0 && file)
		file_put(file);
	return result;
}

static int receiver_bind_fd(struct process *process, const struct uos_register_receiver *wanted)
{
	struct file *file = files_get(process->files, wanted->fd);
	int result;

	if (!file)
		return -EBADF;
	result = receiver_bind(thread_current(), file, wanted->vector);
	file_put(file);
	return result;
}

static int register_receiver(struct process *process, uint64_t address)
{
	const struct user_address user = { address };
	struct uos_register_receiver wanted;
	int result;

	if (user_copy_in(process->space, &wanted, user, sizeof(wanted)))
		return -EFAULT;
	if (wanted.vector >= UOS_INTERRUPT_VECTORS ||
	    wanted.flags & ~(O_CLOEXEC | UOS_RECEIVER_UNBOUND | UOS_RECEIVER_BIND) ||
	    wanted.reserved32 || wanted.reserved[0] | wanted.reserved[1])
		return -EINVAL;
	if (wanted.flags & UOS_RECEIVER_BIND)
		return wanted.flags != UOS_RECEIVER_BIND ? -EINVAL :
		       receiver_bind_fd(process, &wanted);
	if (wanted.flags & UOS_RECEIVER_UNBOUND && wanted.vector)
		return -EINVAL;
	result = receiver_make(process, &wanted);
	if (result < 0)
		return result;
	wanted.fd = result;
	if (!user_copy_out(process->space, user, &wanted, sizeof(wanted)))
		return 0;
	(void)files_close(process->files, result);
	return -EFAULT;
}

static int sender_argument(struct process *process, uint64_t address,
			   struct uos_register_sender *wanted)
{
	if (user_copy_in(process->space, wanted, (struct user_address){ address },
			 sizeof(*wanted)))
		return -EFAULT;
	return wanted->flags || wanted->reserved32 ||
	       wanted->reserved[0] | wanted->reserved[1] ? -EINVAL : 0;
}

static int register_sender(struct process *process, uint64_t address)
{
	struct uos_register_sender wanted;
	struct file *file;
	int result = sender_argument(process, address, &wanted);

	if (result)
		return result;
	file = files_get(process->files, wanted.fd);
	if (!file)
		return -EBADF;
	result = sender_register(thread_current(), file);
	file_put(file);
	if (result < 0)
		return result;
	wanted.sender = (uint32_t)result;
	if (!user_copy_out(process->space, (struct user_address){ address }, &wanted,
			   sizeof(wanted)))
		return 0;
	(void)sender_unregister(process, wanted.sender);
	return -EFAULT;
}

static int unregister_sender(struct process *process, uint64_t address)
{
	struct uos_register_sender wanted;
	int error = sender_argument(process, address, &wanted);

	if (error)
		return error;
	return wanted.fd == -1 ? sender_unregister(process, wanted.sender) : -EINVAL;
}

/* The turn is held: nobody else gives the ring one, or closes it. */
static int register_doorbell(struct ring *ring, struct process *process, uint64_t address)
{
	static uint32_t next_vector;
	const struct user_address user = { address };
	struct uos_register_doorbell wanted;
	struct sender *sender;
	uint32_t vector;
	int result;

	if (user_copy_in(process->space, &wanted, user, sizeof(wanted)))
		return -EFAULT;
	if (wanted.flags || wanted.reserved[0] | wanted.reserved[1] || !ring->polls ||
	    ring->process != process)
		return -EINVAL;
	if (ring->doorbell)
		return -EBUSY;
	/* several rings may have the same one */
	vector = __atomic_fetch_add(&next_vector, 1, __ATOMIC_RELAXED) % UOS_INTERRUPT_VECTORS;
	result = sender_register_kernel(thread_current(), vector, &sender);
	if (result < 0)
		return result;
	wanted.sender = (uint32_t)result;
	if (user_copy_out(process->space, user, &wanted, sizeof(wanted))) {
		sender_revoke(sender);
		(void)sender_unregister(process, wanted.sender);
		return -EFAULT;
	}
	ring->doorbell_vector = vector;
	/* release, pairs with nothing more than the look at a vector that was rung later */
	__atomic_store_n(&ring->doorbell, sender, __ATOMIC_RELEASE);
	uintr_doorbells_begin();
	return 0;
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
	case UOS_REGISTER_DOORBELL:
		return register_doorbell(ring, process, address);
	case UOS_REGISTER_RECEIVER:
		return register_receiver(process, address);
	case UOS_REGISTER_SENDER:
		return register_sender(process, address);
	case UOS_UNREGISTER_SENDER:
		return unregister_sender(process, address);
	default:
		return -EINVAL;
	}
}
