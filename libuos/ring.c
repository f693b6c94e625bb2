/*
 * The raw ring: making it, and the calls that trap.  uos/ring.h has the rest and
 * states the memory order.
 */
#include "uos/ring.h"

#include <string.h>

#include "abi/syscall.h"
#include "uos/sys.h"

static size_t larger(size_t one, size_t other)
{
	return one > other ? one : other;
}

static void *word_at(void *memory, uint32_t offset)
{
	return (char *)memory + offset;
}

void uos_ring_attach(struct uos_ring *ring, int fd, const struct io_uring_params *params,
		     void *ring_memory, struct io_uring_sqe *sqes)
{
	uint32_t *array = word_at(ring_memory, params->sq_off.array);

	memset(ring, 0, sizeof(*ring));
	ring->fd = fd;
	ring->setup_flags = params->flags;
	ring->features = params->features;
	ring->ring_memory = ring_memory;
	ring->sqes = sqes;
	ring->sq_head = word_at(ring_memory, params->sq_off.head);
	ring->sq_tail = word_at(ring_memory, params->sq_off.tail);
	ring->sq_flags = word_at(ring_memory, params->sq_off.flags);
	ring->sq_entries = params->sq_entries;
	ring->sq_mask = params->sq_entries - 1;
	ring->cq_head = word_at(ring_memory, params->cq_off.head);
	ring->cq_tail = word_at(ring_memory, params->cq_off.tail);
	ring->cqes = word_at(ring_memory, params->cq_off.cqes);
	ring->cq_entries = params->cq_entries;
	ring->cq_mask = params->cq_entries - 1;
	ring->sqe_tail = ring->sqe_head = *ring->sq_tail;
	ring->sqe_consumed = *ring->sq_head;
	/* Entry n always stands in place n: the table between is filled once. */
	if (!(params->flags & IORING_SETUP_NO_SQARRAY))
		for (uint32_t i = 0; i < params->sq_entries; i++)
			array[i] = i;
}

static int map(void **address, size_t bytes, int fd, uint64_t offset)
{
	*address = NULL;
	return uos_sys_mmap(address, bytes, ABI_PROT_READ | ABI_PROT_WRITE,
			    ABI_MAP_SHARED | ABI_MAP_POPULATE, fd, offset);
}

int uos_ring_init(struct uos_ring *ring, unsigned int entries, struct io_uring_params *params)
{
	struct io_uring_params own;
	size_t ring_bytes, sqes_bytes;
	void *ring_memory, *sqes;
	int fd, result;

	if (!params) {
		memset(&own, 0, sizeof(own));
		params = &own;
	}
	fd = uos_sys_io_uring_setup(entries, params);
	if (fd < 0)
		return fd;
	ring_bytes = larger(params->sq_off.array + params->sq_entries * sizeof(uint32_t),
			    params->cq_off.cqes +
				    params->cq_entries * sizeof(struct io_uring_cqe));
	sqes_bytes = params->sq_entries * sizeof(struct io_uring_sqe);
	result = map(&ring_memory, ring_bytes, fd, IORING_OFF_SQ_RING);
	if (result < 0)
		goto close_fd;
	result = map(&sqes, sqes_bytes, fd, IORING_OFF_SQES);
	if (result < 0)
		goto unmap;
	uos_ring_attach(ring, fd, params, ring_memory, sqes);
	ring->ring_bytes = ring_bytes;
	ring->sqes_bytes = sqes_bytes;
	return 0;
unmap:
	uos_sys_munmap(ring_memory, ring_bytes);
close_fd:
	uos_sys_close(fd);
	return result;
}

void uos_ring_exit(struct uos_ring *ring)
{
	uos_sys_munmap(ring->sqes, ring->sqes_bytes);
	uos_sys_munmap(ring->ring_memory, ring->ring_bytes);
	uos_sys_close(ring->fd);
}

int uos_ring_submit_and_wait(struct uos_ring *ring, unsigned int wait_count)
{
	unsigned int count = uos_ring_publish(ring), flags = 0;

	if (wait_count)
		flags = IORING_ENTER_GETEVENTS;
	if (ring->setup_flags & IORING_SETUP_SQPOLL) {
		if (uos_ring_knock_needed(ring))
			flags |= IORING_ENTER_SQ_WAKEUP;
		else if (!wait_count)
			return count;
	} else {
		count = uos_ring_sq_pending(ring);
	}
	if (wait_count && !count && uos_ring_cq_ready(ring) >= wait_count)
		return 0;
	return uos_sys_io_uring_enter(ring->fd, count, wait_count, flags, NULL, 0);
}

int uos_ring_wait_cqe(struct uos_ring *ring, struct io_uring_cqe **cqe)
{
	while (!(*cqe = uos_ring_peek_cqe(ring))) {
		int result = uos_ring_submit_and_wait(ring, 1);

		if (result < 0)
			return result;
	}
	return 0;
}
