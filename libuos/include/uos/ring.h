/*
 * The raw ring: a submission and a completion queue of the program's own, to be
 * driven by hand.  Included by <uos.h>.  For one user at a time: two coroutines
 * that share a ring take turns by a mutex, or never wait between taking an entry
 * and submitting it.
 *
 * Memory order, as Linux defines it.  Each word has one writer:
 *   SQ tail   we write it, with release, after the entries; the kernel reads it
 *             with acquire before them.
 *   SQ head   the kernel writes it, with release, after it has read the entries;
 *             we read it with acquire before we write them anew.
 *   CQ tail   the kernel writes it, with release, after the entries; we read it
 *             with acquire before them.
 *   CQ head   we write it, with release, after we have read the entries; the
 *             kernel reads it with acquire before it writes them anew.
 *   SQ flags  the kernel's.  NEED_WAKEUP: it sets the flag, a full fence, and
 *             looks at the SQ tail once more before it sleeps; we write the SQ
 *             tail, a full fence, and look at the flag (uos_ring_knock_needed).
 *             So one of us sees the other.
 * As litmus tests: sq_entry, sq_reuse, cq_entry, cq_reuse, need_wakeup in
 * test/model/litmus.py.
 */
#ifndef UOS_RING_H
#define UOS_RING_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/file.h"
#include "abi/io_uring.h"
#include "abi/process.h"
#include "abi/uos_op.h"

#ifdef __cplusplus
extern "C" {
#endif

struct uos_ring {
	/* submission: the words in the ring, and our copies of them */
	uint32_t *sq_head;
	uint32_t *sq_tail;
	uint32_t *sq_flags;
	struct io_uring_sqe *sqes;
	uint32_t sq_mask;
	uint32_t sq_entries;
	uint32_t sqe_tail;		/* entries taken by uos_ring_get_sqe() */
	uint32_t sqe_head;		/* of these, shown to the kernel */
	uint32_t sqe_consumed;		/* of these, taken by the kernel when we last looked */
	/* completion */
	uint32_t *cq_head;
	uint32_t *cq_tail;
	struct io_uring_cqe *cqes;
	uint32_t cq_mask;
	uint32_t cq_entries;
	/* what it is */
	int fd;
	uint32_t setup_flags;		/* IORING_SETUP_* */
	uint32_t features;		/* IORING_FEAT_* */
	void *ring_memory;
	size_t ring_bytes;
	size_t sqes_bytes;
};

/* ---- a ring's life ------------------------------------------------------------ */

/* Makes a ring with room for `entries` submissions (rounded up to a power of
 * two; 1 to 32768).  params: zero but for flags and what they need, or null; what
 * the kernel answered is left in it.  Traps.  0, -EINVAL, -ENOMEM, -EMFILE. */
int uos_ring_init(struct uos_ring *ring, unsigned int entries, struct io_uring_params *params);

/* Unmaps and closes it.  What is under way is cancelled.  Traps. */
void uos_ring_exit(struct uos_ring *ring);

/* Takes over a ring that exists, from its parameters and mappings. */
void uos_ring_attach(struct uos_ring *ring, int fd, const struct io_uring_params *params,
		     void *ring_memory, struct io_uring_sqe *sqes);

/* ---- submission --------------------------------------------------------------- */

/* An entry to fill, all of it (its content is what was there before), or null
 * while the queue is full.  Seen by the kernel from the next submit on. */
static inline struct io_uring_sqe *uos_ring_get_sqe(struct uos_ring *ring)
{
	uint32_t tail = ring->sqe_tail;

	if (tail - ring->sqe_consumed >= ring->sq_entries) {
		ring->sqe_consumed = __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE);
		if (tail - ring->sqe_consumed >= ring->sq_entries)
			return NULL;
	}
	ring->sqe_tail = tail + 1;
	return &ring->sqes[(int32_t)(tail & ring->sq_mask)];
}

/* Entries taken that the kernel has not consumed yet. */
static inline unsigned int uos_ring_sq_pending(const struct uos_ring *ring)
{
	return ring->sqe_tail - __atomic_load_n(ring->sq_head, __ATOMIC_ACQUIRE);
}

/* Shows the entries to a polling kernel; how many are new. */
static inline unsigned int uos_ring_publish(struct uos_ring *ring)
{
	unsigned int count = ring->sqe_tail - ring->sqe_head;

	ring->sqe_head = ring->sqe_tail;
	__atomic_store_n(ring->sq_tail, ring->sqe_tail, __ATOMIC_RELEASE);
	return count;
}

/* After uos_ring_publish() on a ring with SQPOLL: whether the kernel sleeps and
 * wants io_uring_enter(SQ_WAKEUP). */
static inline bool uos_ring_knock_needed(const struct uos_ring *ring)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return __atomic_load_n(ring->sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP;
}

/* Hands all taken entries to the kernel, and waits until `wait_count`
 * completions are there.  Traps if the kernel must be told or waited for; the
 * whole executor waits.  Entries submitted, or -errno of io_uring_enter. */
int uos_ring_submit_and_wait(struct uos_ring *ring, unsigned int wait_count);

static inline int uos_ring_submit(struct uos_ring *ring)
{
	return uos_ring_submit_and_wait(ring, 0);
}

/* ---- completion --------------------------------------------------------------- */

/* Completions that are there. */
static inline unsigned int uos_ring_cq_ready(const struct uos_ring *ring)
{
	return __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE) - *ring->cq_head;
}

/* The oldest completion, or null.  It stays till uos_ring_cqe_seen(). */
static inline struct io_uring_cqe *uos_ring_peek_cqe(struct uos_ring *ring)
{
	uint32_t head = *ring->cq_head;

	if (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE))
		return NULL;
	return &ring->cqes[(int32_t)(head & ring->cq_mask)];
}

/* The completion `place` behind the oldest, of those that uos_ring_cq_ready() has
 * counted: for taking many at once and giving them back together. */
static inline struct io_uring_cqe *uos_ring_cqe_at(struct uos_ring *ring, unsigned int place)
{
	return &ring->cqes[(int32_t)((*ring->cq_head + place) & ring->cq_mask)];
}

/* Gives `count` entries back to the kernel, the oldest first. */
static inline void uos_ring_cq_advance(struct uos_ring *ring, unsigned int count)
{
	__atomic_store_n(ring->cq_head, *ring->cq_head + count, __ATOMIC_RELEASE);
}

static inline void uos_ring_cqe_seen(struct uos_ring *ring)
{
	uos_ring_cq_advance(ring, 1);
}

/* The oldest completion in *cqe, waiting for it (and submitting what was taken).
 * Traps while there is none; the whole executor waits.  0 or -errno. */
int uos_ring_wait_cqe(struct uos_ring *ring, struct io_uring_cqe **cqe);

/* ---- filling an entry ----------------------------------------------------------- */

/* Each fills the whole entry but user_data, which is 0 afterwards. */
static inline void uos_prep(struct io_uring_sqe *sqe, uint8_t opcode, int fd, uint64_t address,
			    uint32_t length, uint64_t offset)
{
	uint64_t *words = (uint64_t *)(void *)sqe;

	/* By words: a library's memset() is dearer than the rest of an operation. */
	words[0] = opcode | (uint64_t)(uint32_t)fd << 32;
	words[1] = offset;
	words[2] = address;
	words[3] = length;
	words[4] = words[5] = words[6] = words[7] = 0;
}

static inline uint64_t uos_prep_address(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}

static inline void uos_prep_nop(struct io_uring_sqe *sqe)
{
	uos_prep(sqe, IORING_OP_NOP, -1, 0, 0, 0);
}

static inline void uos_prep_read(struct io_uring_sqe *sqe, int fd, void *buffer,
				 uint32_t bytes, uint64_t offset)
{
	uos_prep(sqe, IORING_OP_READ, fd, uos_prep_address(buffer), bytes, offset);
}

static inline void uos_prep_write(struct io_uring_sqe *sqe, int fd, const void *buffer,
				  uint32_t bytes, uint64_t offset)
{
	uos_prep(sqe, IORING_OP_WRITE, fd, uos_prep_address(buffer), bytes, offset);
}

static inline void uos_prep_readv(struct io_uring_sqe *sqe, int fd,
				  const struct abi_iovec *vector, uint32_t count, uint64_t offset)
{
	uos_prep(sqe, IORING_OP_READV, fd, uos_prep_address(vector), count, offset);
}

static inline void uos_prep_writev(struct io_uring_sqe *sqe, int fd,
				   const struct abi_iovec *vector, uint32_t count, uint64_t offset)
{
	uos_prep(sqe, IORING_OP_WRITEV, fd, uos_prep_address(vector), count, offset);
}

/* buf_index: number of the registered buffer that holds buffer. */
static inline void uos_prep_read_fixed(struct io_uring_sqe *sqe, int fd, void *buffer,
				       uint32_t bytes, uint64_t offset, uint16_t buf_index)
{
	uos_prep(sqe, IORING_OP_READ_FIXED, fd, uos_prep_address(buffer), bytes, offset);
	sqe->buf_index = buf_index;
}

static inline void uos_prep_write_fixed(struct io_uring_sqe *sqe, int fd, const void *buffer,
					uint32_t bytes, uint64_t offset, uint16_t buf_index)
{
	uos_prep(sqe, IORING_OP_WRITE_FIXED, fd, uos_prep_address(buffer), bytes, offset);
	sqe->buf_index = buf_index;
}

static inline void uos_prep_openat(struct io_uring_sqe *sqe, int folder, const char *path,
				   int flags, uint32_t mode)
{
	uos_prep(sqe, IORING_OP_OPENAT, folder, uos_prep_address(path), mode, 0);
	sqe->open_flags = flags;
}

static inline void uos_prep_close(struct io_uring_sqe *sqe, int fd)
{
	uos_prep(sqe, IORING_OP_CLOSE, fd, 0, 0, 0);
}

static inline void uos_prep_fsync(struct io_uring_sqe *sqe, int fd, uint32_t flags)
{
	uos_prep(sqe, IORING_OP_FSYNC, fd, 0, 0, 0);
	sqe->fsync_flags = flags;
}

static inline void uos_prep_ftruncate(struct io_uring_sqe *sqe, int fd, uint64_t bytes)
{
	uos_prep(sqe, IORING_OP_FTRUNCATE, fd, 0, 0, bytes);
}

static inline void uos_prep_statx(struct io_uring_sqe *sqe, int folder, const char *path,
				  int flags, uint32_t mask, struct statx *status)
{
	uos_prep(sqe, IORING_OP_STATX, folder, uos_prep_address(path), mask,
		 uos_prep_address(status));
	sqe->statx_flags = flags;
}

static inline void uos_prep_unlinkat(struct io_uring_sqe *sqe, int folder, const char *path,
				     int flags)
{
	uos_prep(sqe, IORING_OP_UNLINKAT, folder, uos_prep_address(path), 0, 0);
	sqe->unlink_flags = flags;
}

static inline void uos_prep_renameat(struct io_uring_sqe *sqe, int from_folder, const char *from,
				     int to_folder, const char *to, uint32_t flags)
{
	uos_prep(sqe, IORING_OP_RENAMEAT, from_folder, uos_prep_address(from), to_folder,
		 uos_prep_address(to));
	sqe->rename_flags = flags;
}

static inline void uos_prep_mkdirat(struct io_uring_sqe *sqe, int folder, const char *path,
				    uint32_t mode)
{
	uos_prep(sqe, IORING_OP_MKDIRAT, folder, uos_prep_address(path), mode, 0);
}

/* Completes with -ETIME after *time, or with 0 after `count` completions. */
static inline void uos_prep_timeout(struct io_uring_sqe *sqe,
				    const struct __kernel_timespec *time, uint32_t count,
				    uint32_t flags)
{
	uos_prep(sqe, IORING_OP_TIMEOUT, -1, uos_prep_address(time), 1, count);
	sqe->timeout_flags = flags;
}

static inline void uos_prep_timeout_remove(struct io_uring_sqe *sqe, uint64_t user_data)
{
	uos_prep(sqe, IORING_OP_TIMEOUT_REMOVE, -1, user_data, 0, 0);
}

static inline void uos_prep_cancel(struct io_uring_sqe *sqe, uint64_t user_data, uint32_t flags)
{
	uos_prep(sqe, IORING_OP_ASYNC_CANCEL, -1, user_data, 0, 0);
	sqe->cancel_flags = flags;
}

static inline void uos_prep_waitid(struct io_uring_sqe *sqe, int which, int32_t id,
				   struct abi_siginfo *info, int options)
{
	uos_prep(sqe, IORING_OP_WAITID, id, 0, which, uos_prep_address(info));
	sqe->file_index = options;
}

#ifdef __cplusplus
}
#endif
#endif
