/*
 * virtio over memory-mapped registers (virtio 1.2, 4.2; version 2 only), as the
 * drivers of the single kinds of device use it.
 *
 * A driver's probe: virtio_negotiate, then the configuration, then its queues,
 * then virtio_start.  All of that on the boot hart.  After a failure the device
 * is left reset.
 */
#ifndef DRIVERS_VIRTIO_MMIO_H
#define DRIVERS_VIRTIO_MMIO_H

#include "drivers/virtqueue.h"
#include "kernel/api/base.h"
#include "kernel/api/memory.h"

#define VIRTIO_ID_BLOCK		2
#define VIRTIO_ID_ENTROPY	4

#define VIRTIO_FEATURE(bit)	(1ull << (bit))
#define VIRTIO_F_INDIRECT	VIRTIO_FEATURE(28)
#define VIRTIO_F_EVENT_INDEX	VIRTIO_FEATURE(29)
#define VIRTIO_F_VERSION_1	VIRTIO_FEATURE(32)

#define VIRTIO_MMIO_QUEUE_NOTIFY	0x050

struct virtio_device {
	/* fixed after probe */
	const char *name;
	volatile uint8_t *registers;
	uint32_t interrupt;		/* 0: none, the driver polls */
	uint64_t features;		/* negotiated */
	void (*used)(struct virtio_device *device);	/* interrupt: look at the queues */
	void *driver;			/* the driver's own */
	struct virtio_device *following;	/* all that were started */
};

/* Resets the device and agrees on the features that it offers among `wanted`,
 * and on VERSION_1.  0, or -ENODEV if it refuses. */
int virtio_negotiate(struct virtio_device *device, uint64_t wanted);
/* Gives queue `index` its memory: `entries_most` entries, fewer if the device
 * can't have as many.  0, -ENODEV: no such queue, -ENOMEM. */
int virtio_queue_setup(struct virtio_device *device, uint32_t index, uint16_t entries_most,
		       struct virtqueue *queue);
void virtio_queue_release(struct virtqueue *queue);	/* after a reset */
/* The device may work from now on; its interrupt goes to `used`. */
void virtio_start(struct virtio_device *device);
/* When this returns the device touches no memory. */
void virtio_reset(struct virtio_device *device);
/* All that were started, for the machine's end.  Any context, no lock. */
void virtio_reset_all(void);

/* Words of the device's configuration, by offset; consistent over 64 bits. */
uint32_t virtio_config_read32(struct virtio_device *device, uint32_t offset);
uint64_t virtio_config_read64(struct virtio_device *device, uint32_t offset);

static inline void virtio_notify(struct virtio_device *device, uint32_t queue_index)
{
	register_write32(device->registers + VIRTIO_MMIO_QUEUE_NOTIFY, queue_index);
}

/* The drivers: 0, or -errno and the device is not kept. */
int virtio_blk_probe(struct virtio_device *device);
int virtio_rng_probe(struct virtio_device *device);

#endif
