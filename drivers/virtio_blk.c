/*
 * virtio block devices (virtio 1.2, 5.2): read, write, flush, many at a time.
 *
 * Each request in flight owns a slot of 1024 bytes: an indirect table with the
 * request's header, its status and up to BLOCK_SEGMENTS_MAX segments of data.
 * All that does not change from request to request (the two framing
 * descriptors, the table's links, the ring descriptor that points at it) is
 * built once; nothing is allocated later.  Where the device has no indirect
 * descriptors, the same table is copied into ring descriptors.
 *
 * Requests that find no slot (or no ring descriptors) wait in a FIFO.
 *
 * Locks: lock, over slots, queue and FIFO.  `done` and the notification of the
 * device happen outside it.
 */
#include <string.h>

#include "drivers/block.h"
#include "drivers/virtio_mmio.h"
#include "kernel/api/lock.h"

#define BLK_F_SEGMENTS_MAX	VIRTIO_FEATURE(2)
#define BLK_F_READ_ONLY		VIRTIO_FEATURE(5)
#define BLK_F_SECTOR_BYTES	VIRTIO_FEATURE(6)
#define BLK_F_FLUSH		VIRTIO_FEATURE(9)

#define BLK_CONFIG_CAPACITY	0	/* in 512 bytes */
#define BLK_CONFIG_SEGMENTS_MAX	12
#define BLK_CONFIG_SECTOR_BYTES	20

#define BLK_QUEUE		0
#define BLK_SLOTS_MAX		128

/* struct virtio_blk_req's first part */
struct blk_header {
	uint32_t type;			/* enum block_operation has its numbers */
	uint32_t reserved;
	uint64_t sector;		/* of 512 bytes */
};
#define BLK_STATUS_OK		0
#define BLK_STATUS_UNSUPPORTED	2

/* Places in a slot's table: the links run header, data ..., status. */
#define TABLE_HEADER		0
#define TABLE_DATA		1
#define TABLE_STATUS		(TABLE_DATA + BLOCK_SEGMENTS_MAX)
#define TABLE_ENTRIES		(TABLE_STATUS + 1)

struct blk_slot {
	struct virtq_descriptor table[TABLE_ENTRIES];
	struct blk_header header;	/* the device reads it */
	uint8_t status;			/* the device writes it */
	uint8_t reserved;
	uint16_t number;
	uint32_t reserved32;
	union {
		struct block_request *request;	/* in flight */
		struct blk_slot *following;	/* free */
	};
};

ABI_CHECK(sizeof(struct blk_slot) == 1024, "no slot, so no table, crosses a page");

struct virtio_blk {
	/* fixed after probe */
	struct block_device block;
	struct virtio_device *device;
	struct blk_slot *slots;
	unsigned slots_order;		/* of its frames */
	bool indirect;
	/* lock */
	struct spinlock lock;
	struct blk_slot *free_slots;
	struct list waiting;		/* of struct block_request */
	struct virtqueue queue;
};

static struct virtio_blk *virtio_blk_of(struct block_device *block)
{
	return CONTAINER_OF(block, struct virtio_blk, block);
}

/* Fills in what is this request's own. */
static inline void slot_fill(struct blk_slot *slot, struct block_request *request)
{
	const struct pinned_segment *segment = request->segments;
	const struct pinned_segment *end = segment + request->segment_count;
	struct virtq_descriptor *descriptor = &slot->table[TABLE_DATA];
	uint32_t flags_and_next = VIRTQ_DESCRIPTOR_NEXT | (TABLE_DATA + 1) << 16;

	if (request->operation == BLOCK_READ)
		flags_and_next |= VIRTQ_DESCRIPTOR_DEVICE_WRITES;
	slot->request = request;
	slot->header.type = request->operation;
	slot->header.sector = request->offset / BLOCK_SECTOR_BYTES;
	slot->table[TABLE_HEADER].next = TABLE_DATA;
	for (; segment != end; segment++, descriptor++, flags_and_next += 1 << 16) {
		descriptor->physical = segment->physical;
		descriptor->bytes = segment->bytes;
		descriptor->flags_and_next = flags_and_next;
	}
	/* the last one's link; without data, the header's */
	descriptor[-1].next = TABLE_STATUS;
}

/* Hands a request to the device.  False: it has to wait.  lock held. */
static inline bool request_start(struct virtio_blk *blk, struct block_request *request)
{
	struct blk_slot *slot = blk->free_slots;

	if (UNLIKELY(!slot))
		return false;
	blk->free_slots = slot->following;
	slot_fill(slot, request);
	if (LIKELY(blk->indirect)) {
		virtqueue_publish(&blk->queue, slot->number);
		return true;
	}
	if (virtqueue_add_chain(&blk->queue, slot->table, slot))
		return true;
	slot->following = blk->free_slots;
	blk->free_slots = slot;
	return false;
}

static void virtio_blk_submit(struct block_device *block, struct block_request *request)
{
	struct virtio_blk *blk = virtio_blk_of(block);
	bool notify = false;

	ASSERT(request->segment_count <= block->segments_max);
	spinlock_acquire(&blk->lock);
	/* whoever waits already is served before us */
	if (LIKELY(list_empty(&blk->waiting)) && request_start(blk, request))
		notify = !request->quiet && virtqueue_notification_due(&blk->queue);
	else
		list_push_back(&blk->waiting, &request->node);
	spinlock_release(&blk->lock);
	if (notify)
		virtio_notify(blk->device, BLK_QUEUE);
}

/* Also where others are at it: what this hart has made available it sees itself. */
static void virtio_blk_kick(struct block_device *block)
{
	struct virtio_blk *blk = virtio_blk_of(block);
	bool notify;

	spinlock_acquire(&blk->lock);
	notify = virtqueue_notification_due(&blk->queue);
	spinlock_release(&blk->lock);
	if (notify)
		virtio_notify(blk->device, BLK_QUEUE);
}

static int result_of_failure(uint8_t status)
{
	return status == BLK_STATUS_UNSUPPORTED ? -EOPNOTSUPP : -EIO;
}

/* Takes what the device has finished, and starts those that waited for a slot.
 * The finished ones, linked by node.next.  lock held. */
static struct list *collect_finished(struct virtio_blk *blk)
{
	struct list *first = NULL, **last = &first;
	struct blk_slot *slot;
	uint64_t count = 0;
	uint32_t unused;

	do {
		while ((slot = virtqueue_take_used(&blk->queue, &unused))) {
			struct block_request *request = slot->request;

			request->result = 0;
			if (UNLIKELY(slot->status != BLK_STATUS_OK))
				request->result = result_of_failure(slot->status);
			slot->following = blk->free_slots;
			blk->free_slots = slot;
			*last = &request->node;
			last = &request->node.next;
			count++;
		}
	} while (!virtqueue_interrupt_wanted(&blk->queue));
	*last = NULL;
	__atomic_fetch_add(&block_requests, count, __ATOMIC_RELAXED);
	while (!list_empty(&blk->waiting)) {
		struct list *node = blk->waiting.next;

		if (!request_start(blk, CONTAINER_OF(node, struct block_request, node)))
			break;
		list_remove(node);
	}
	return first;
}

static void virtio_blk_used(struct virtio_device *device)
{
	struct virtio_blk *blk = device->driver;
	struct list *node, *following;
	bool notify;

	__atomic_fetch_add(&block_interrupts, 1, __ATOMIC_RELAXED);
	spinlock_acquire(&blk->lock);
	node = collect_finished(blk);
	notify = virtqueue_notification_due(&blk->queue);
	spinlock_release(&blk->lock);
	if (notify)
		virtio_notify(device, BLK_QUEUE);
	for (; node; node = following) {
		struct block_request *request = CONTAINER_OF(node, struct block_request, node);

		following = node->next;		/* the request is its owner's after this */
		request->done(request);
	}
}

/* ---- set-up ------------------------------------------------------------------- */

static void slot_build(struct virtio_blk *blk, uint16_t number)
{
	struct blk_slot *slot = &blk->slots[number];

	slot->number = number;
	slot->table[TABLE_HEADER] = (struct virtq_descriptor){
		.physical = physical_of(&slot->header),
		.bytes = sizeof(slot->header),
		.flags = VIRTQ_DESCRIPTOR_NEXT,
	};
	slot->table[TABLE_STATUS] = (struct virtq_descriptor){
		.physical = physical_of(&slot->status),
		.bytes = sizeof(slot->status),
		.flags = VIRTQ_DESCRIPTOR_DEVICE_WRITES,
	};
	if (blk->indirect)
		virtqueue_bind(&blk->queue, number, physical_of(slot->table),
			       sizeof(slot->table), slot);
	slot->following = blk->free_slots;
	blk->free_slots = slot;
}

static int slots_build(struct virtio_blk *blk)
{
	unsigned count = MIN(blk->queue.entries, BLK_SLOTS_MAX);

	while ((PAGE_SIZE << blk->slots_order) < count * sizeof(struct blk_slot))
		blk->slots_order++;
	blk->slots = frames_alloc(blk->slots_order);
	if (!blk->slots)
		return -ENOMEM;
	memset(blk->slots, 0, PAGE_SIZE << blk->slots_order);
	for (unsigned number = count; number-- > 0;)
		slot_build(blk, (uint16_t)number);
	return 0;
}

static void configuration_read(struct virtio_blk *blk)
{
	struct virtio_device *device = blk->device;
	struct block_device *block = &blk->block;

	block->bytes = virtio_config_read64(device, BLK_CONFIG_CAPACITY) * BLOCK_SECTOR_BYTES;
	block->sector_bytes = BLOCK_SECTOR_BYTES;
	if (device->features & BLK_F_SECTOR_BYTES)
		block->sector_bytes = virtio_config_read32(device, BLK_CONFIG_SECTOR_BYTES);
	block->segments_max = 1;
	if (device->features & BLK_F_SEGMENTS_MAX)
		block->segments_max = (int)MIN(virtio_config_read32(device,
						BLK_CONFIG_SEGMENTS_MAX), BLOCK_SEGMENTS_MAX);
	block->read_only = device->features & BLK_F_READ_ONLY;
	block->write_cache = device->features & BLK_F_FLUSH;
	block->submit = virtio_blk_submit;
	block->kick = virtio_blk_kick;
	blk->indirect = device->features & VIRTIO_F_INDIRECT;
}

static bool configuration_usable(const struct block_device *block)
{
	uint32_t sector_bytes = block->sector_bytes;

	return sector_bytes >= BLOCK_SECTOR_BYTES && sector_bytes <= PAGE_SIZE &&
	       (sector_bytes & (sector_bytes - 1)) == 0 &&
	       (block->bytes & (sector_bytes - 1)) == 0 && block->segments_max > 0;
}

static int device_setup(struct virtio_blk *blk)
{
	int result = virtio_negotiate(blk->device, BLK_F_SEGMENTS_MAX | BLK_F_READ_ONLY |
				      BLK_F_SECTOR_BYTES | BLK_F_FLUSH |
				      VIRTIO_F_INDIRECT | VIRTIO_F_EVENT_INDEX);

	if (result)
		return result;
	configuration_read(blk);
	if (!configuration_usable(&blk->block))
		return -EINVAL;
	result = virtio_queue_setup(blk->device, BLK_QUEUE, VIRTQ_ENTRIES_MAX, &blk->queue);
	if (result)
		return result;
	/* without indirect tables a whole request must fit in the ring */
	if (!blk->indirect)
		blk->block.segments_max = MIN(blk->block.segments_max,
					      blk->queue.entries - 2);
	return blk->block.segments_max > 0 ? slots_build(blk) : -EINVAL;
}

int virtio_blk_probe(struct virtio_device *device)
{
	struct virtio_blk *blk = kernel_alloc(sizeof(*blk));
	int result;

	if (!blk)
		return -ENOMEM;
	blk->device = device;
	list_init(&blk->waiting);
	device->driver = blk;
	device->used = virtio_blk_used;
	result = device_setup(blk);
	if (result) {
		virtio_reset(device);
		virtio_queue_release(&blk->queue);
		kernel_free(blk, sizeof(*blk));
		return result;
	}
	block_register(&blk->block);
	virtio_start(device);
	virtqueue_interrupt_wanted(&blk->queue);
	kernel_log("%s: %lu MiB, a queue of %u, %s, %s", blk->block.name,
		   blk->block.bytes >> 20, blk->queue.entries,
		   blk->indirect ? "indirect descriptors" : "descriptor chains",
		   blk->queue.event_index ? "EVENT_IDX" : "no EVENT_IDX");
	return 0;
}
