/*
 * Work on a file in chunks by many coroutines, whose results are wanted in order.
 *
 * Coroutine k works on chunks k, k + N, k + 2N, ..., each in the one buffer that it has;
 * meanwhile all the others' work is in flight.  What it worked on it hands over when it is
 * its turn, and passes the turn on.
 */
#ifndef USER_LIB_IN_ORDER_H
#define USER_LIB_IN_ORDER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct in_order {
	uint64_t coroutines, chunk_bytes, total_bytes;
	/* Works on `bytes` at `offset`; may wait.  Bytes, which must be all; or -errno. */
	ssize_t (*work)(void *context, char *buffer, uint64_t offset, uint64_t bytes);
	/* Takes what was worked on, in order of offsets; must not wait. */
	void (*take)(void *context, const char *buffer, size_t bytes);
	void *context;
};

/* From a coroutine.  0 when all is done; the first -errno, or -ENOMEM. */
int in_order_run(const struct in_order *job);

/* All of `bytes` at `offset`: a short transfer is no end.  Bytes, or -errno. */
ssize_t read_whole(int fd, char *buffer, uint64_t bytes, uint64_t offset);
ssize_t write_whole(int fd, const char *buffer, uint64_t bytes, uint64_t offset);

#endif
