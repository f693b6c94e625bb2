/*
 * The virtio-mmio transport: see virtio_mmio.h.
 *
 * Locks: none.  Set-up is the boot hart's alone; the list of started devices
 * only grows, at boot.
 */
#include <string.h>

#include "drivers/drivers.h"
#include "drivers/virtio_mmio.h"
#include "kernel/api/device.h"

#define MMIO_MAGIC		0x000
#define   MMIO_MAGIC_VALUE	0x74726976u	/* "virt" */
#define MMIO_VERSION		0x004
#define MMIO_DEVICE_ID		0x008
#define MMIO_DEVICE_FEATURES	0x010
#define MMIO_DEVICE_FEATURES_SEL 0x014
#define MMIO_DRIVER_FEATURES	0x020
#define MMIO_DRIVER_FEATURES_SEL 0x024
#define MMIO_QUEUE_SEL		0x030
#define MMIO_QUEUE_ENTRIES_MAX	0x034
#define MMIO_QUEUE_ENTRIES	0x038
#define MMIO_QUEUE_READY	0x044
#define MMIO_INTERRUPT_STATUS	0x060
#define   MMIO_INTERRUPT_USED	1u
#define MMIO_INTERRUPT_ACK	0x064
#define MMIO_STATUS		0x070
#define   STATUS_ACKNOWLEDGE	1u
#define   STATUS_DRIVER		2u
#define   STATUS_DRIVER_OK	4u
#define   STATUS_FEATURES_OK	8u
#define MMIO_QUEUE_DESCRIPTORS	0x080
#define MMIO_QUEUE_AVAILABLE	0x090
#define MMIO_QUEUE_USED		0x0a0
#define MMIO_CONFIG_GENERATION	0x0fc
#define MMIO_CONFIG		0x100

static struct virtio_device *started_devices;

static uint32_t mmio_read(struct virtio_device *device, uint32_t offset)
{
	return register_read32(device->registers + offset);
}

static void mmio_write(struct virtio_device *device, uint32_t offset, uint32_t value)
{
	register_write32(device->registers + offset, value);
}

static void mmio_write_address(struct virtio_device *device, uint32_t offset,
			       const void *memory)
{
	uint64_t physical = physical_of(memory);

	mmio_write(device, offset, (uint32_t)physical);
	mmio_write(device, offset + 4, (uint32_t)(physical >> 32));
}

void virtio_reset(struct virtio_device *device)
{
	mmio_write(device, MMIO_STATUS, 0);
	while (mmio_read(device, MMIO_STATUS) != 0)
		;
}

static uint64_t features_offered(struct virtio_device *device)
{
	uint64_t low, high;

	mmio_write(device, MMIO_DEVICE_FEATURES_SEL, 0);
	low = mmio_read(device, MMIO_DEVICE_FEATURES);
	mmio_write(device, MMIO_DEVICE_FEATURES_SEL, 1);
	high = mmio_read(device, MMIO_DEVICE_FEATURES);
	return high << 32 | low;
}

int virtio_negotiate(struct virtio_device *device, uint64_t wanted)
{
	uint32_t status = STATUS_ACKNOWLEDGE | STATUS_DRIVER;

	virtio_reset(device);
	mmio_write(device, MMIO_STATUS, STATUS_ACKNOWLEDGE);
	mmio_write(device, MMIO_STATUS, status);
	device->features = features_offered(device) & (wanted | VIRTIO_F_VERSION_1);
	mmio_write(device, MMIO_DRIVER_FEATURES_SEL, 0);
	mmio_write(device, MMIO_DRIVER_FEATURES, (uint32_t)device->features);
	mmio_write(device, MMIO_DRIVER_FEATURES_SEL, 1);
	mmio_write(device, MMIO_DRIVER_FEATURES, (uint32_t)(device->features >> 32));
	status |= STATUS_FEATURES_OK;
	mmio_write(device, MMIO_STATUS, status);
	if ((device->features & VIRTIO_F_VERSION_1) &&
	    (mmio_read(device, MMIO_STATUS) & STATUS_FEATURES_OK))
		return 0;
	virtio_reset(device);
	return -ENODEV;
}

static unsigned order_of_bytes(size_t bytes)
{
	unsigned order = 0;

	while ((PAGE_SIZE << order) < bytes)
		order++;
	return order;
}

int virtio_queue_setup(struct virtio_device *device, uint32_t index, uint16_t entries_most,
		       struct virtqueue *queue)
{
	uint32_t entries;
	void *memory;

	mmio_write(device, MMIO_QUEUE_SEL, index);
	entries = MIN(mmio_read(device, MMIO_QUEUE_ENTRIES_MAX), (uint32_t)entries_most);
	if (entries == 0)
		return -ENODEV;
	while (entries & (entries - 1))		/* down to a power of two */
		entries &= entries - 1;
	memory = frames_alloc(order_of_bytes(virtqueue_memory_bytes(entries)));
	if (!memory)
		return -ENOMEM;
	virtqueue_init(queue, memory, (uint16_t)entries,
		       device->features & VIRTIO_F_EVENT_INDEX);
	mmio_write(device, MMIO_QUEUE_ENTRIES, entries);
	mmio_write_address(device, MMIO_QUEUE_DESCRIPTORS, queue->descriptors);
	mmio_write_address(device, MMIO_QUEUE_AVAILABLE, queue->available);
	mmio_write_address(device, MMIO_QUEUE_USED, queue->used);
	mmio_write(device, MMIO_QUEUE_READY, 1);
	return 0;
}

void virtio_queue_release(struct virtqueue *queue)
{
	if (queue->descriptors)
		frames_free(queue->descriptors,
			    order_of_bytes(virtqueue_memory_bytes(queue->entries)));
	queue->descriptors = NULL;
}

static void mmio_interrupt(void *argument)
{
	struct virtio_device *device = argument;
	uint32_t status = mmio_read(device, MMIO_INTERRUPT_STATUS);

	/* acknowledged first: what is used from here on raises it again */
	mmio_write(device, MMIO_INTERRUPT_ACK, status);
	if (status & MMIO_INTERRUPT_USED)
		device->used(device);
}

void virtio_start(struct virtio_device *device)
{
	device->following = started_devices;
	started_devices = device;
	if (device->used)
		interrupt_register(device->interrupt, mmio_interrupt, device);
	mmio_write(device, MMIO_STATUS, mmio_read(device, MMIO_STATUS) | STATUS_DRIVER_OK);
}

void virtio_reset_all(void)
{
	for (struct virtio_device *device = started_devices; device;
	     device = device->following)
		virtio_reset(device);
}

uint32_t virtio_config_read32(struct virtio_device *device, uint32_t offset)
{
	return mmio_read(device, MMIO_CONFIG + offset);
}

uint64_t virtio_config_read64(struct virtio_device *device, uint32_t offset)
{
	uint32_t before, low, high;

	do {
		before = mmio_read(device, MMIO_CONFIG_GENERATION);
		low = virtio_config_read32(device, offset);
		high = virtio_config_read32(device, offset + 4);
	} while (mmio_read(device, MMIO_CONFIG_GENERATION) != before);
	return (uint64_t)high << 32 | low;
}

static int driver_probe(struct virtio_device *device, uint32_t device_id)
{
	switch (device_id) {
	case VIRTIO_ID_BLOCK:
		return virtio_blk_probe(device);
	case VIRTIO_ID_ENTROPY:
		return virtio_rng_probe(device);
	default:
		return -ENODEV;
	}
}

static int virtio_mmio_probe(const struct device *node)
{
	struct virtio_device *device = kernel_alloc(sizeof(*device));
	uint32_t device_id;
	int result;

	if (!device)
		return -ENOMEM;
	device->name = node->name;
	device->interrupt = node->interrupt;
	device->registers = registers_map(node->base, node->bytes);
	device_id = mmio_read(device, MMIO_DEVICE_ID);
	if (mmio_read(device, MMIO_MAGIC) != MMIO_MAGIC_VALUE || device_id == 0) {
		result = -ENODEV;		/* an empty slot */
	} else if (mmio_read(device, MMIO_VERSION) != 2) {
		kernel_log("%s: legacy virtio; start QEMU with "
			   "-global virtio-mmio.force-legacy=false", node->name);
		result = -ENODEV;
	} else {
		result = driver_probe(device, device_id);
	}
	if (result)
		kernel_free(device, sizeof(*device));
	return result;
}

const struct device_driver virtio_mmio_driver = { "virtio,mmio", virtio_mmio_probe };
