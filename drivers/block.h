/*
 * Block devices: sectors that are read and written by requests, many at a time,
 * finished in any order.
 *
 * block_submit is the asynchronous core; block_transfer and block_flush are its
 * blocking form for coroutines.
 */
#ifndef DRIVERS_BLOCK_H
#define DRIVERS_BLOCK_H

#include "kernel/api/base.h"
#include "kernel/api/cursor.h"

#define BLOCK_SECTOR_BYTES	512	/* the unit of sizes; offsets use sector_bytes */

#define BLOCK_SEGMENTS_MAX	60

/* The numbers are virtio's. */
enum block_operation {
	BLOCK_READ = 0,
	BLOCK_WRITE = 1,
	BLOCK_FLUSH = 4,		/* what was written so far survives a power cut */
};

/*
 * The submitter owns it, and all that it points to, until `done` is called:
 * once, from an interrupt handler or from within block_submit, with no lock of
 * the device held.  `done` may submit, and must not suspend.
 */
struct block_request {
	/* the submitter's */
	uint8_t operation;		/* enum block_operation */
	bool quiet;			/* the device may be told later, by block_kick_all */
	int16_t segment_count;		/* 1 .. segments_max; 0 for BLOCK_FLUSH */
	/* the answer: 0 or -errno */
	int32_t result;
	/* the submitter's */
	uint64_t offset;		/* bytes, a multiple of sector_bytes */
	const struct pinned_segment *segments;	/* sum: a multiple of sector_bytes */
	void (*done)(struct block_request *request);
	/* the driver's */
	struct list node;
};

struct block_device {
	/* fixed after block_register */
	char name[8];			/* "vda" */
	uint64_t bytes;
	uint32_t sector_bytes;		/* a power of two, 512 .. 4096 */
	int segments_max;		/* of one request; at most BLOCK_SEGMENTS_MAX */
	bool read_only;
	bool write_cache;		/* BLOCK_FLUSH means something, and is allowed */
	void (*submit)(struct block_device *device, struct block_request *request);
	void (*kick)(struct block_device *device);	/* NULL: it is never told late */
	struct block_device *following;	/* see block_device_first */
};

/* A driver makes a device known, before the file systems start.  The name is
 * given here: vda, vdb, ... */
void block_register(struct block_device *device);
struct block_device *block_device_first(void);	/* then along `following`; NULL: end */

/* Any context; waits in a queue of the device's while it is busy. */
static inline void block_submit(struct block_device *device, struct block_request *request)
{
	device->submit(device, request);
}

/* Whoever has submitted quietly calls it before he waits for anything: the devices are
 * told of all that they don't know of yet, at once.  Any context. */
void block_kick_all(void);

/*
 * Moves `bytes` between the device at `offset` (both multiples of sector_bytes,
 * within the device) and the cursor's memory, without a copy: the memory is
 * pinned while the device owns it.  Coroutine context; waits uninterruptibly.
 * Bytes done, a multiple of sector_bytes; or -EFAULT, -EIO, ... for the first.
 *
 * Each piece of the memory starts and ends on a multiple of sector_bytes; for
 * _unaligned, which takes longer, anywhere; and 0 is then a result too: the
 * memory at the front can't be had for a whole sector.
 */
ssize_t block_transfer(struct block_device *device, bool write, uint64_t offset,
		       struct cursor *cursor, uint64_t bytes);
ssize_t block_transfer_unaligned(struct block_device *device, bool write, uint64_t offset,
				 struct cursor *cursor, uint64_t bytes);
/* Whole sectors between the device and one piece of kernel memory.  0 or -errno. */
int block_transfer_kernel(struct block_device *device, bool write, uint64_t offset,
			  void *memory, uint32_t bytes);
int block_flush(struct block_device *device);

/* Since boot, all devices; atomic. */
extern uint64_t block_requests;
extern uint64_t block_interrupts;

#endif
