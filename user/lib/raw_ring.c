/*
 * A ring of one's own, by the bare calls.
 */
#include "raw_ring.h"

#include <errno.h>
#include <string.h>

#include "abi/file.h"
#include "abi/syscall.h"
#include "trap.h"

static void *ring_map(int fd, uint64_t bytes, uint64_t offset)
{
	int64_t address = trap6(SYS_mmap, 0, bytes, ABI_PROT_READ | ABI_PROT_WRITE,
				ABI_MAP_SHARED | ABI_MAP_POPULATE, (uint64_t)fd, offset);

	return address < 0 && address > -4096 ? NULL : (void *)address;
}

static void find_words(struct raw_ring *ring)
{
	const struct io_uring_params *params = &ring->params;

	ring->sq_head = (uint32_t *)(ring->rings + params->sq_off.head);
	ring->sq_tail = (uint32_t *)(ring->rings + params->sq_off.tail);
	ring->sq_flags = (uint32_t *)(ring->rings + params->sq_off.flags);
	ring->sq_array = (uint32_t *)(ring->rings + params->sq_off.array);
	ring->sq_dropped = (uint32_t *)(ring->rings + params->sq_off.dropped);
	ring->cq_head = (uint32_t *)(ring->rings + params->cq_off.head);
	ring->cq_tail = (uint32_t *)(ring->rings + params->cq_off.tail);
	ring->cq_overflow = (uint32_t *)(ring->rings + params->cq_off.overflow);
	ring->cqes = (struct io_uring_cqe *)(ring->rings + params->cq_off.cqes);
	ring->sq_mask = params->sq_entries - 1;
	ring->cq_mask = params->cq_entries - 1;
}

int raw_ring_attach(struct raw_ring *ring, int fd, const struct io_uring_params *params)
{
	uint64_t sq_bytes, cq_bytes;

	memset(ring, 0, sizeof(*ring));
	ring->fd = fd;
	ring->params = *params;
	sq_bytes = params->sq_off.array + params->sq_entries * sizeof(uint32_t);
	cq_bytes = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);
	ring->rings_bytes = sq_bytes > cq_bytes ? sq_bytes : cq_bytes;
	ring->sqes_bytes = params->sq_entries * sizeof(struct io_uring_sqe);
	ring->rings = ring_map(ring->fd, ring->rings_bytes, IORING_OFF_SQ_RING);
	ring->sqes = ring_map(ring->fd, ring->sqes_bytes, IORING_OFF_SQES);
	if (!ring->rings || !ring->sqes) {
		raw_ring_close(ring);
		return -ENOMEM;
	}
	find_words(ring);
	return 0;
}

int raw_ring_open(struct raw_ring *ring, uint32_t entries, const struct io_uring_params *setup)
{
	struct io_uring_params params = { 0 };
	int result;

	if (setup)
		params = *setup;
	result = (int)trap3(SYS_io_uring_setup, entries, (uint64_t)&params, 0);
	if (result >= 0)
		result = raw_ring_attach(ring, result, &params);
	if (result < 0)
		return result;
	for (uint32_t i = 0; i < params.sq_entries; i++)
		ring->sq_array[i] = i;
	return 0;
}

void raw_ring_close(struct raw_ring *ring)
{
	if (ring->rings)
		trap3(SYS_munmap, (uint64_t)ring->rings, ring->rings_bytes, 0);
	if (ring->sqes)
		trap3(SYS_munmap, (uint64_t)ring->sqes, ring->sqes_bytes, 0);
	trap3(SYS_close, (uint64_t)ring->fd, 0, 0);
}

struct io_uring_sqe *raw_ring_sqe(struct raw_ring *ring)
{
	struct io_uring_sqe *sqe = &ring->sqes[ring->sqes_tail++ & ring->sq_mask];

	memset(sqe, 0, sizeof(*sqe));
	return sqe;
}

uint32_t raw_ring_publish(struct raw_ring *ring)
{
	__atomic_store_n(ring->sq_tail, ring->sqes_tail, __ATOMIC_RELEASE);
	return ring->sqes_tail - __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE);
}

int raw_ring_enter(struct raw_ring *ring, uint32_t submit, uint32_t wait, uint32_t flags)
{
	return (int)trap6(SYS_io_uring_enter, (uint64_t)ring->fd, submit, wait, flags, 0, 0);
}

int raw_ring_submit(struct raw_ring *ring, uint32_t wait)
{
	uint32_t submit = raw_ring_publish(ring);

	return raw_ring_enter(ring, submit, wait, IORING_ENTER_GETEVENTS);
}

bool raw_ring_take(struct raw_ring *ring, struct io_uring_cqe *cqe)
{
	uint32_t head = *ring->cq_head;

	if (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE))
		return false;
	*cqe = ring->cqes[head & ring->cq_mask];
	__atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
	return true;
}

int raw_ring_wait(struct raw_ring *ring, struct io_uring_cqe *cqe)
{
	while (!raw_ring_take(ring, cqe)) {
		int result = raw_ring_enter(ring, 0, 1, IORING_ENTER_GETEVENTS);

		if (result < 0)
			return result;
	}
	return 0;
}

int raw_ring_do(struct raw_ring *ring, const struct io_uring_sqe *sqe)
{
	struct io_uring_cqe cqe;
	int result;

	*raw_ring_sqe(ring) = *sqe;
	result = raw_ring_submit(ring, 1);
	if (result < 0)
		return result;
	result = raw_ring_wait(ring, &cqe);
	return result < 0 ? result : cqe.res;
}
