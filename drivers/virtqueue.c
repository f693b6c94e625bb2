/*
 * Split virtqueues: see virtqueue.h for the rules and the memory order.
 */
#include <string.h>

#include "drivers/virtqueue.h"

static volatile uint16_t *used_event(struct virtqueue *queue)
{
	return &queue->available->ring[queue->entries];
}

static volatile uint16_t *available_event(struct virtqueue *queue)
{
	return (volatile uint16_t *)&queue->used->ring[queue->entries];
}

static size_t available_offset(uint16_t entries)
{
	return sizeof(struct virtq_descriptor) * entries;
}

static size_t used_offset(uint16_t entries)
{
	size_t end = available_offset(entries) + sizeof(struct virtq_available) +
		     sizeof(uint16_t) * (entries + 1u);

	return ALIGN_UP(end, 64);	/* the spec asks for 4 */
}

size_t virtqueue_memory_bytes(uint16_t entries)
{
	return used_offset(entries) + sizeof(struct virtq_used) +
	       sizeof(struct virtq_used_entry) * entries + sizeof(uint16_t);
}

void virtqueue_init(struct virtqueue *queue, void *memory, uint16_t entries,
		    bool event_index)
{
	char *bytes = memory;

	ASSERT(entries != 0 && entries <= VIRTQ_ENTRIES_MAX);
	ASSERT((entries & (entries - 1)) == 0);
	memset(memory, 0, virtqueue_memory_bytes(entries));
	memset(queue, 0, sizeof(*queue));
	queue->descriptors = memory;
	queue->available = (struct virtq_available *)(bytes + available_offset(entries));
	queue->used = (struct virtq_used *)(bytes + used_offset(entries));
	queue->entries = entries;
	queue->event_index = event_index;
	queue->free_count = entries;
	for (uint16_t i = 0; i < entries; i++)
		queue->descriptors[i].next = i + 1;
}

void virtqueue_bind(struct virtqueue *queue, uint16_t head, uint64_t table_physical,
		    uint32_t table_bytes, void *token)
{
	ASSERT(head < queue->entries && token);
	queue->bound = true;
	queue->tokens[head] = token;
	queue->descriptors[head] = (struct virtq_descriptor){
		.physical = table_physical,
		.bytes = table_bytes,
		.flags = VIRTQ_DESCRIPTOR_INDIRECT,
	};
}

static unsigned chain_length(const struct virtq_descriptor *chain)
{
	unsigned count = 1;

	for (unsigned i = 0; chain[i].flags & VIRTQ_DESCRIPTOR_NEXT; i = chain[i].next)
		count++;
	return count;
}

bool virtqueue_add_chain(struct virtqueue *queue, const struct virtq_descriptor *chain,
			 void *token)
{
	unsigned count = chain_length(chain), from = 0;
	uint16_t head = queue->free_head, to = head;

	ASSERT(!queue->bound && token);
	if (count > queue->free_count)
		return false;
	for (unsigned i = 0; i < count; i++, from = chain[from].next) {
		uint16_t following = queue->descriptors[to].next;	/* as the free list has it */

		queue->descriptors[to] = chain[from];
		queue->descriptors[to].next = following;
		to = following;
	}
	queue->free_head = to;
	queue->free_count -= count;
	queue->tokens[head] = token;
	virtqueue_publish(queue, head);
	return true;
}

static void chain_free(struct virtqueue *queue, uint16_t head)
{
	uint16_t last = head;

	queue->free_count++;
	while (queue->descriptors[last].flags & VIRTQ_DESCRIPTOR_NEXT) {
		last = queue->descriptors[last].next;
		queue->free_count++;
	}
	queue->descriptors[last].next = queue->free_head;
	queue->free_head = head;
}

bool virtqueue_notification_due(struct virtqueue *queue)
{
	uint16_t new = queue->available_index, old = queue->notified_index;

	if (new == old)
		return false;
	queue->notified_index = new;
	/* pairs with the device's fence between its wish and its last look */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!queue->event_index)
		return !(READ_ONCE(queue->used->flags) & VIRTQ_USED_NO_NOTIFY);
	/* virtio 1.2, 2.7.10: the event lies among old .. new - 1, modulo 2^16 */
	return (uint16_t)(new - *available_event(queue) - 1) < (uint16_t)(new - old);
}

void *virtqueue_take_used(struct virtqueue *queue, uint32_t *bytes_written)
{
	struct virtq_used_entry entry;

	/* pairs with the device's release of index after the entry and the data */
	if (__atomic_load_n(&queue->used->index, __ATOMIC_ACQUIRE) == queue->used_index)
		return NULL;
	entry = queue->used->ring[queue->used_index & (queue->entries - 1)];
	queue->used_index++;
	ASSERT(entry.id < queue->entries && queue->tokens[entry.id]);
	*bytes_written = entry.bytes;
	if (!queue->bound) {
		void *token = queue->tokens[entry.id];

		queue->tokens[entry.id] = NULL;
		chain_free(queue, (uint16_t)entry.id);
		return token;
	}
	return queue->tokens[entry.id];
}

bool virtqueue_interrupt_wanted(struct virtqueue *queue)
{
	if (queue->event_index)
		*used_event(queue) = queue->used_index;
	/* pairs with the device's fence between its used index and our wish */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return READ_ONCE(queue->used->index) == queue->used_index;
}
