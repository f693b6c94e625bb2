/*
 * The virtio entropy device (virtio 1.2, 5.4): asked once, at boot, for a seed
 * of the kernel's own generator; then reset, so that it owns no memory.
 *
 * No interrupt, no locks: the boot hart polls, for a bounded time.
 */
#include "drivers/random.h"
#include "drivers/virtio_mmio.h"
#include "kernel/api/wait.h"

#define RNG_QUEUE		0
#define RNG_QUEUE_ENTRIES	2
#define RNG_SEED_BYTES		64
#define RNG_PATIENCE_NS		100000000ull

/* Bytes of seed, or -ETIMEDOUT. */
static int seed_wait(struct virtqueue *queue)
{
	uint64_t deadline_ns = time_now_ns() + RNG_PATIENCE_NS;
	uint32_t bytes;

	while (time_now_ns() < deadline_ns)
		if (virtqueue_take_used(queue, &bytes))
			return (int)MIN(bytes, (uint32_t)RNG_SEED_BYTES);
	return -ETIMEDOUT;
}

static int seed_ask(struct virtio_device *device, struct virtqueue *queue, void *seed)
{
	struct virtq_descriptor chain = {
		.physical = physical_of(seed),
		.bytes = RNG_SEED_BYTES,
		.flags = VIRTQ_DESCRIPTOR_DEVICE_WRITES,
	};
	int result = virtio_queue_setup(device, RNG_QUEUE, RNG_QUEUE_ENTRIES, queue);

	if (result)
		return result;
	virtio_start(device);
	virtqueue_add_chain(queue, &chain, seed);
	if (virtqueue_notification_due(queue))
		virtio_notify(device, RNG_QUEUE);
	result = seed_wait(queue);
	virtio_reset(device);
	virtio_queue_release(queue);
	if (result > 0)
		random_seed_add(seed, (size_t)result);
	else
		kernel_log("%s: no entropy (%d)", device->name, result);
	return 0;
}

int virtio_rng_probe(struct virtio_device *device)
{
	struct virtqueue *queue = kernel_alloc(sizeof(*queue));
	void *seed = frame_alloc_zeroed();
	int result = -ENOMEM;

	if (queue && seed) {
		result = virtio_negotiate(device, 0);
		if (!result)
			result = seed_ask(device, queue, seed);
	}
	if (seed)
		frame_put(seed);
	kernel_free(queue, sizeof(*queue));
	return result;
}
