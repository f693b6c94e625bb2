/*
 * Who else is told of completions: the ring's eventfd, and who polls the ring.
 *
 * Being told may complete something in another ring, whose eventfd is told in turn,
 * and so on: one within the other, on this stack.  From some depth on the ring's
 * server goes on instead.
 */
#include "fs/eventfd.h"
#include "kernel/ring/object.h"

#define DEPTH_MAX	4u

/* Linux's: whoever owns the ring may ask not to be told. */
static bool wants_event(const struct ring *ring, bool served_inline)
{
	return !(READ_ONCE(ring->queues.words->cq_flags) & IORING_CQ_EVENTFD_DISABLED) &&
	       !(ring->tells_async && served_inline);
}

static void tell(struct ring *ring, bool served_inline)
{
	struct file *eventfd = NULL;
	uint32_t count;
	bool news;

	spinlock_acquire(&ring->lock);
	count = ring->queues.cq_tail + ring->overflow_count;
	news = count != ring->told_count;
	ring->told_count = count;
	if (news && ring->eventfd && wants_event(ring, served_inline)) {
		eventfd = ring->eventfd;
		file_get(eventfd);
	}
	spinlock_release(&ring->lock);
	if (news && ring->is_polled)
		poll_tell(&ring->changes, POLL_READABLE | POLL_BY_RING);
	if (!eventfd)
		return;
	eventfd_signal(eventfd, POLL_BY_RING);
	/* an eventfd's release does not suspend */
	file_put(eventfd);
}

void ring_tell_others(struct ring *ring, bool served_inline)
{
	struct hart *hart = hart_this();

	if (hart->announcing < DEPTH_MAX) {
		hart->announcing++;
		tell(ring, served_inline);
		hart->announcing--;
		return;
	}
	__atomic_store_n(&ring->announce_due, 1, __ATOMIC_RELEASE);
	(void)ring_server_wake(ring);
}

uint32_t ring_poll(struct file *file, struct poll_queue **queue)
{
	struct ring *ring = file->private;
	uint32_t events = 0;

	*queue = &ring->changes;
	spinlock_acquire(&ring->lock);
	if (!ring->is_polled)
		ring->listeners++;
	ring->is_polled = true;
	if (queues_completed(&ring->queues) || ring->overflow_first)
		events |= POLL_READABLE;
	spinlock_release(&ring->lock);
	if (queues_submitted(&ring->queues) <= ring->queues.sq_mask)
		events |= POLL_WRITABLE;
	return events;
}

/* ---- registering; turn held ------------------------------------------------------------ */

int ring_eventfd_register(struct ring *ring, struct process *process, uint64_t address,
			  uint32_t count, bool async)
{
	struct file *file;
	int32_t fd;

	if (count != 1)
		return -EINVAL;
	if (ring->eventfd)
		return -EBUSY;
	if (user_copy_in(process->space, &fd, (struct user_address){ address }, sizeof(fd)))
		return -EFAULT;
	file = files_get(process->files, fd);
	if (!file)
		return -EBADF;
	if (!file_is_eventfd(file)) {
		file_put(file);
		return -EINVAL;
	}
	spinlock_acquire(&ring->lock);
	ring->eventfd = file;
	ring->tells_async = async;
	ring->listeners++;
	spinlock_release(&ring->lock);
	return 0;
}

int ring_eventfd_unregister(struct ring *ring)
{
	struct file *file;

	spinlock_acquire(&ring->lock);
	file = ring->eventfd;
	ring->eventfd = NULL;
	if (file)
		ring->listeners--;
	spinlock_release(&ring->lock);
	if (!file)
		return -ENXIO;
	file_put(file);
	return 0;
}
