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
	uint16_t flags;
	uint16_t next;
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
	uint16_t entries;
	bool event_index;		/* RING_EVENT_IDX was negotiated */
	/* the owner's lock */
	bool bound;
	uint16_t free_head;		/* chained: free descriptors, linked by `next` */
	uint16_t free_count;
	uint16_t available_index;	/* what available->index is, or will be */
	uint16_t notified_index;	/* what it was at the last look at the device's wish */
	uint16_t used_index;		/* next entry of the used ring to look at */
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
	queue->available->ring[queue->available_index & (queue->entries - 1)] = head;
	queue->available_index++;
	/* pairs with the device's read of index before ring and descriptors */
	__atomic_store_n(&queue->available->index, queue->available_index, __ATOMIC_RELEASE);
}

/* Copies a chain, from `chain[0]` along `next`, into free descriptors and makes
 * it available.  False: not enough of them are free. */
bool virtqueue_add_chain(struct virtqueue *queue, const struct virtq_descriptor *chain,
			 void *token);

/* Whether the device wants to hear of what was made available since last asked. */
bool virtqueue_notification_due(struct virtqueue *queue);

/* Next finished request's token; NULL: none now. */
void *virtqueue_take_used(struct virtqueue *queue, uint32_t *bytes_written);

/* Asks for an interrupt at the next completion.  False: there is one already, so
 * take it and ask again. */
bool virtqueue_interrupt_wanted(struct virtqueue *queue);

#endif
