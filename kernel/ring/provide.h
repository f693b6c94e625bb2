/*
 * Provided buffers; see provide.c.  The turn is held where groups come and go.
 */
#ifndef KERNEL_RING_PROVIDE_H
#define KERNEL_RING_PROVIDE_H

#include "kernel/ring/object.h"

struct provided;

/* A piece that an operation has taken. */
struct buffer_choice {
	uint64_t address;
	uint32_t bytes;
	uint16_t id;
	/* provide.c's own */
	uint16_t group, head;
	struct provided *provided;
};

/* 0, -ENOBUFS, or -EBUSY: another operation is filling what comes next.  Any context. */
int buffer_choose(struct ring *ring, uint32_t group, struct buffer_choice *choice);
/* It was filled with `result` bytes, or not (0 or less): then it is the group's again.  What
 * the CQE's flags say of it. */
uint32_t buffer_done(struct ring *ring, struct buffer_choice *choice, int64_t result);

struct buffer_range {
	uint64_t address;
	uint32_t bytes, count, group, first_id;
};
/* 0, -ENOMEM, -EINVAL: the group is a ring. */
int buffers_provide(struct ring *ring, const struct buffer_range *range);
/* How many, -ENOENT, -EINVAL. */
int buffers_remove(struct ring *ring, uint32_t group, uint32_t count);

#endif
