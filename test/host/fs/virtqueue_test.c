/*
 * The virtqueue against a device that works through it at random: each request
 * comes back once, no wish for a notification or an interrupt is missed, also
 * when the 16-bit indexes wrap.  Arguments: a seed, the number of steps.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/virtqueue.h"
#include "fake.h"

#define ENTRIES		16u
#define CHAIN_MAX	4u

static struct virtqueue queue;
static _Alignas(PAGE_SIZE) char ring_memory[PAGE_SIZE];
static bool in_flight[ENTRIES];		/* by token number */
static unsigned in_flight_count;

/* The device's side. */
static uint16_t taken_index;		/* next of the available ring to take */
static uint16_t held[ENTRIES];		/* heads that it works on */
static unsigned held_count;
static uint16_t interrupted_index;	/* used index when it last thought of interrupts */
static bool notified, interrupted, asleep;

static uint16_t *available_event(void)
{
	return (uint16_t *)&queue.used->ring[ENTRIES];
}

/* Tokens are never zero: 1 .. ENTRIES. */
static void *token_of(unsigned number)
{
	return (void *)(uintptr_t)(number + 1);
}

/* ---- the device --------------------------------------------------------------- */

static void device_take(void)
{
	if (asleep && !notified)
		return;
	asleep = notified = false;
	if (taken_index == queue.available->index) {
		/* nothing to do: asks to be told, looks once more, sleeps */
		*available_event() = taken_index;
		asleep = true;
		return;
	}
	held[held_count++] = queue.available->ring[taken_index++ % ENTRIES];
}

static unsigned chain_bytes(uint16_t head)
{
	const struct virtq_descriptor *descriptor = &queue.descriptors[head];
	unsigned bytes = 0, count = 0;

	if (descriptor->flags & VIRTQ_DESCRIPTOR_INDIRECT)
		return descriptor->bytes;
	for (;;) {
		CHECK(++count <= CHAIN_MAX);
		bytes += descriptor->bytes;
		if (!(descriptor->flags & VIRTQ_DESCRIPTOR_NEXT))
			return bytes;
		CHECK(descriptor->next < ENTRIES);
		descriptor = &queue.descriptors[descriptor->next];
	}
}

static void device_finish(void)
{
	unsigned which = (unsigned)fake_random_below(held_count + !held_count);
	uint16_t event = queue.available->ring[ENTRIES];

	if (held_count == 0)
		return;
	queue.used->ring[queue.used->index % ENTRIES] = (struct virtq_used_entry){
		held[which], chain_bytes(held[which]),
	};
	held[which] = held[--held_count];
	queue.used->index++;
	if ((uint16_t)(queue.used->index - event - 1) <
	    (uint16_t)(queue.used->index - interrupted_index))
		interrupted = true;
	interrupted_index = queue.used->index;
}

/* ---- the driver ------------------------------------------------------------------- */

static unsigned token_bytes(unsigned number)
{
	return queue.bound ? 16 : 100 * number + 7;
}

static bool submit_chain(unsigned number)
{
	struct virtq_descriptor chain[CHAIN_MAX] = { 0 };
	unsigned count = 1 + (unsigned)fake_random_below(CHAIN_MAX);

	for (unsigned i = 0; i < count; i++) {
		chain[i].bytes = i ? 0 : token_bytes(number);
		chain[i].flags = i + 1 < count ? VIRTQ_DESCRIPTOR_NEXT : 0;
		chain[i].next = (uint16_t)(i + 1);
	}
	if (queue.free_count < count)
		CHECK(!virtqueue_add_chain(&queue, chain, token_of(number)));
	else
		CHECK(virtqueue_add_chain(&queue, chain, token_of(number)));
	return queue.tokens[queue.available->ring[(queue.available_index - 1u) % ENTRIES]] ==
	       token_of(number);
}

static void driver_submit(void)
{
	unsigned number = (unsigned)fake_random_below(ENTRIES);
	unsigned free_before = queue.free_count;

	if (in_flight[number])
		return;
	if (queue.bound)
		virtqueue_publish(&queue, (uint16_t)number);
	else if (!submit_chain(number) || queue.free_count == free_before)
		return;
	in_flight[number] = true;
	in_flight_count++;
	/* now and then several at once */
	if (fake_random_below(3) && virtqueue_notification_due(&queue))
		notified = true;
}

static void driver_reap(void)
{
	uint32_t bytes;
	void *token;

	if (!interrupted && fake_random_below(4))
		return;
	interrupted = false;
	do {
		while ((token = virtqueue_take_used(&queue, &bytes))) {
			unsigned number = (unsigned)(uintptr_t)token - 1;

			CHECK(number < ENTRIES && in_flight[number]);
			CHECK_EQUAL(bytes, token_bytes(number));
			in_flight[number] = false;
			in_flight_count--;
		}
	} while (!virtqueue_interrupt_wanted(&queue));
}

/* Only notifications and interrupts that were given drive it to the end. */
static void drain(void)
{
	if (virtqueue_notification_due(&queue))
		notified = true;
	for (unsigned i = 0; i < 10 * ENTRIES; i++) {
		device_take();
		device_finish();
		if (interrupted)
			driver_reap();
	}
	CHECK_EQUAL(in_flight_count, 0);
}

static void run(bool bound, uint64_t steps)
{
	taken_index = interrupted_index = 0;
	held_count = 0;
	notified = interrupted = asleep = false;
	virtqueue_init(&queue, ring_memory, ENTRIES, true);
	for (unsigned i = 0; bound && i < ENTRIES; i++)
		virtqueue_bind(&queue, (uint16_t)i, 0x1000 * i, 16, token_of(i));
	virtqueue_interrupt_wanted(&queue);
	for (uint64_t step = 0; step < steps; step++) {
		switch (fake_random_below(4)) {
		case 0:
			driver_submit();
			break;
		case 1:
			device_take();
			break;
		case 2:
			device_finish();
			break;
		default:
			driver_reap();
		}
		if (step % 1000 == 0)
			drain();
	}
	drain();
	CHECK(bound || queue.free_count == ENTRIES);
	CHECK(queue.available_index == queue.used_index);
}

int main(int count, char **arguments)
{
	uint64_t steps;

	CHECK(count == 3);
	fake_random_state = strtoull(arguments[1], NULL, 10);
	steps = strtoull(arguments[2], NULL, 10);
	CHECK(virtqueue_memory_bytes(ENTRIES) <= sizeof(ring_memory));
	run(true, steps);
	run(false, steps);
	return 0;
}
