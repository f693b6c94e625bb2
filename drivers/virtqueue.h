/*
 * A split virtqueue (virtio 1.2, 2.7): descriptors, the ring of what is
 * available to the device, the ring of what it has used.  Transport-free.
 *
 * Two ways to hand over work; a queue keeps to one of them:
 *   - bound: virtqueue_bind once per ring descriptor makes it point at an
 *     indirect table for good; then virtqueue_publish(head) per request;
 *   - chained: virtqueue_add_chain copies a chain into free ring descriptors.
 *
 * Locks: none here; each call but virtqueue_init needs the owner's lock.
 *
 * Memory order, stated once.  Driver: entries, then available->index (release;
 * the device reads them the other way round), then a full fence, then the
 * device's wish to be notified (available event).  Likewise when interrupts are
 * asked for: used event, a full fence, then used->index again.  The device does
 * the mirror image, so that one of the two always sees the other's write.
 */
#ifndef DRIVERS_VIRTQUEUE_H
#define DRIVERS_VIRTQUEUE_H

#include "kernel/api/base.h"

#define VIRTQ_ENTRIES_MAX	256	/* a power of two */

#define VIRTQ_DESCRIPTOR_NEXT		1
#define VIRTQ_DESCRIPTOR_DEVICE_WRITES	2
#define VIRTQ_DESCRIPTOR_INDIRECT	4

struct virtq_descriptor {
	uint64_t physical;
	uint32_t bytes;
	union {
		struct {
			uint16_t flags;
			uint16_t next;
		};
		uint32_t flags_and_next;	/* both at once: next << 16 | flags */
	};
};

struct virtq_available {
	uint16_t flags;
	uint16_t index;
	uint16_t ring[];	/* [entries], then the used event */
};

struct virtq_used_entry {
	uint32_t id;
	uint32_t bytes;
};

struct virtq_used {
	uint16_t flags;
	uint16_t index;
	struct virtq_used_entry ring[];	/* [entries], then the available event */
};

ABI_CHECK(sizeof(struct virtq_descriptor) == 16, "virtio 1.2, 2.7.5");
ABI_CHECK(sizeof(struct virtq_used_entry) == 8, "virtio 1.2, 2.7.8");

#define VIRTQ_USED_NO_NOTIFY	1	/* used->flags: the device needs no notification */

struct virtqueue {
	/* fixed after virtqueue_init */
	struct virtq_descriptor *descriptors;
	struct virtq_available *available;
	struct virtq_used *used;
	uint16_t *used_event;		/* ours: when to interrupt us */
	const uint16_t *available_event;	/* the device's: when to notify it */
	uint16_t entries;
	uint32_t index_mask;		/* entries - 1 */
	bool event_index;		/* RING_EVENT_IDX was negotiated */
	/* the owner's lock; indexes count up for ever, the rings hold their low halves */
	bool bound;
	uint16_t free_head;		/* chained: free descriptors, linked by `next` */
	uint16_t free_count;
	uint32_t available_index;	/* what available->index is, or will be */
	uint32_t notified_index;	/* what it was at the last look at the device's wish */
	uint32_t used_index;		/* next entry of the used ring to look at */
	void *tokens[VIRTQ_ENTRIES_MAX];	/* by head */
};

/* Bytes of ring memory that a queue needs: physically contiguous, page-aligned. */
size_t virtqueue_memory_bytes(uint16_t entries);
/* `memory` is zeroed here. */
void virtqueue_init(struct virtqueue *queue, void *memory, uint16_t entries,
		    bool event_index);

/* Ties descriptor `head` to an indirect table, and to a token. */
void virtqueue_bind(struct virtqueue *queue, uint16_t head, uint64_t table_physical,
		    uint32_t table_bytes, void *token);

/* Makes a bound head available. */
static inline void virtqueue_publish(struct virtqueue *queue, uint16_t head)
{
	uint32_t index = queue->available_index;

	queue->available->ring[index & queue->index_mask] = head;
	queue->available_index = index + 1;
	/* pairs with the device's read of index before ring and descriptors */
	__atomic_store_n(&queue->available->index, (uint16_t)(index + 1), __ATOMIC_RELEASE);
}

/* Copies a chain, from `chain[0]` along `next`, into free descriptors and makes
 * it available.  False: not enough of them are free. */
bool virtqueue_add_chain(struct virtqueue *queue, const struct virtq_descriptor *chain,
			 void *token);
/* A chain is done: frees its descriptors; its token. */
void *virtqueue_chain_end(struct virtqueue *queue, uint16_t head);

/* Whether the device wants to hear of what was made available since last asked. */
static inline bool virtqueue_notification_due(struct virtqueue *queue)
{
	uint32_t new = queue->available_index, old = queue->notified_index;

	if (new == old)
		return false;
	queue->notified_index = new;
	/* pairs with the device's fence between its wish and its last look */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (UNLIKELY(!queue->event_index))
		return !(READ_ONCE(queue->used->flags) & VIRTQ_USED_NO_NOTIFY);
	/* virtio 1.2, 2.7.10: the event lies among old .. new - 1, modulo 2^16 */
	return (uint16_t)(new - READ_ONCE(*queue->available_event) - 1) < new - old;
}

/* Next finished request's token; NULL: none now. */
static inline void *virtqueue_take_used(struct virtqueue *queue, uint32_t *bytes_written)
{
	const struct virtq_used_entry *entry;
	uint32_t head;

	/* pairs with the device's release of index after the entry and the data */
	if (__atomic_load_n(&queue->used->index, __ATOMIC_ACQUIRE) == (uint16_t)queue->used_index)
		return NULL;
	entry = &queue->used->ring[queue->used_index & queue->index_mask];
	head = entry->id;
	*bytes_written = entry->bytes;
	queue->used_index++;
	ASSERT(head <= queue->index_mask);
	if (LIKELY(queue->bound))
		return queue->tokens[head];
	return virtqueue_chain_end(queue, (uint16_t)head);
}

/* Asks for an interrupt at the next completion.  False: there is one already, so
 * take it and ask again. */
bool virtqueue_interrupt_wanted(struct virtqueue *queue);

#endif
