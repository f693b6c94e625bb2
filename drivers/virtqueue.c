/*
 * Split virtqueues: see virtqueue.h for the rules and the memory order.
 */
#include <string.h>

#include "drivers/virtqueue.h"

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
	queue->used_event = &queue->available->ring[entries];
	queue->available_event = (uint16_t *)&queue->used->ring[entries];
	queue->entries = entries;
	queue->index_mask = entries - 1u;
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

void *virtqueue_chain_end(struct virtqueue *queue, uint16_t head)
{
	void *token = queue->tokens[head];
	uint16_t last = head;

	ASSERT(token);
	queue->tokens[head] = NULL;
	queue->free_count++;
	while (queue->descriptors[last].flags & VIRTQ_DESCRIPTOR_NEXT) {
		last = queue->descriptors[last].next;
		queue->free_count++;
	}
	queue->descriptors[last].next = queue->free_head;
	queue->free_head = head;
	return token;
}

bool virtqueue_interrupt_wanted(struct virtqueue *queue)
{
	if (queue->event_index)
		WRITE_ONCE(*queue->used_event, (uint16_t)queue->used_index);
	/* pairs with the device's fence between its used index and our wish */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return READ_ONCE(queue->used->index) == (uint16_t)queue->used_index;
}
