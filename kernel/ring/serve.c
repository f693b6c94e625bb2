/*
 * Serving the SQ: an entry is copied once, made a request, and issued.
 *
 * The loop's state is in struct ring (queues.sq_head, serve_*): an operation that
 * suspends keeps the stack, and the loop starts anew on another, so nothing that
 * must survive an issue lives in a local variable.
 *
 * The caller holds the ring's turn, and its task's `entry` leads to
 * ring_serve_again.
 */
#include <string.h>

#include "kernel/ring/object.h"

/* The kernel's single copy of an SQE: eight loads, eight stores.  True: it is of the
 * common kind, as sqe_is_common says. */
static inline bool copy_sqe(struct io_uring_sqe *to, const struct io_uring_sqe *from)
{
	const volatile uint64_t *source = (const volatile uint64_t *)from;
	uint64_t *target = (uint64_t *)to;
	uint64_t a = source[0], b = source[1], c = source[2], d = source[3];
	uint64_t e = source[4], f = source[5], g = source[6], h = source[7];

	target[0] = a, target[1] = b, target[2] = c, target[3] = d;
	target[4] = e, target[5] = f, target[6] = g, target[7] = h;
	return words_are_common(a, f);
}

/* Ends a request that completed here; its record may go. */
static void end_spare(struct ring *ring, struct request *request, int64_t result)
{
	ring->spare = NULL;
	request_end_inline(request, result);
}

/* The CQE of the spare request, which can be used again if the CQ had room. */
static inline void complete_spare(struct ring *ring, struct request *request, int64_t result)
{
	bool posted;

	spinlock_acquire(&ring->lock);
	ring->post_level = MIN(ring->post_level, request_level(request));
	posted = LIKELY(!ring->overflow_first) &&
		 queues_post(&ring->queues, request->user_data, (int32_t)result, 0);
	spinlock_release(&ring->lock);
	if (UNLIKELY(!posted))
		end_spare(ring, request, result);
}

static void issue_spare(struct ring *ring, struct request *request)
{
	uint32_t flags = request->operation->flags;
	int64_t result;

	if (flags & OP_BEGINS && request->file && request->file->ops->begin &&
	    LIKELY(transfer_start(ring, request)))
		return;
	result = request_issue_here(ring, request);
	if (UNLIKELY(result == REQUEST_PARKED))
		ring->spare = NULL;
	else if (UNLIKELY(flags & (OP_PAGES | OP_PARKS)) || UNLIKELY(result > INT32_MAX) ||
		 UNLIKELY(request->sqe_flags & IOSQE_CQE_SKIP_SUCCESS))
		end_spare(ring, request, result);
	else
		complete_spare(ring, request, result);
}

/* An SQE with flags, or of a chain, or of no known kind.  False: it was refused,
 * and the submission ends with it. */
static bool submit_uncommon(struct ring *ring, struct request *request,
			    const struct io_uring_sqe *sqe)
{
	int error = request_prepare(request, sqe);

	if (chain_is_wanted(ring, sqe->flags)) {
		chain_add(ring, request, error);
		return !error || sqe->flags & (IOSQE_IO_LINK | IOSQE_IO_HARDLINK);
	}
	if (error)
		end_spare(ring, request, error);
	else
		issue_spare(ring, request);
	return !error;
}

static inline bool submit_common(struct ring *ring, struct request *request,
				 const struct operation *operation,
				 const struct io_uring_sqe *sqe)
{
	int error = request_prepare_common(request, operation, sqe);

	if (UNLIKELY(error)) {
		end_spare(ring, request, error);
		return false;
	}
	issue_spare(ring, request);
	return true;
}

/* The index of entry `head`; above the mask: the array has a wrong one (taken as a
 * signed word, so that a large one is larger still). */
static inline uint64_t sqe_index(const uint32_t *array, uint64_t mask, uint64_t head)
{
	uint64_t index = head & mask;

	return array ? (uint64_t)(int64_t)(int32_t)READ_ONCE(array[index]) : index;
}

static void drop_entry(struct ring *ring, uint32_t head)
{
	queues_count_dropped(&ring->queues);
	ring->serve_start++;	/* taken, but no submission */
	ring->queues.sq_head = ring->serve_end = head + 1;
}

/* Takes the next entry.  False: its index is wrong, and the serving ends. */
static inline bool take(struct ring *ring, struct io_uring_sqe *sqe)
{
	struct queues *queues = &ring->queues;
	uint32_t head = queues->sq_head;
	uint64_t index = sqe_index(queues->array, queues->sq_mask, head);

	if (UNLIKELY(index > queues->sq_mask)) {
		drop_entry(ring, head);
		return false;
	}
	copy_sqe(sqe, &queues->sqes[index]);
	queues->sq_head = head + 1;
	return true;
}

/* For who asks what a program uses: UOS_STATS_OPERATIONS. */
static inline void note(struct process *process, uint8_t opcode)
{
	WRITE_ONCE(process->opcodes[opcode], 1);
}

static inline bool is_inline(const struct operation *operation)
{
	return LIKELY(operation != NULL) && operation->flags & OP_INLINE;
}

/*
 * What was taken is done at once: does it, and those that follow, under one lock
 * and with one publication of the tail, as long as they are of that kind.  True:
 * `sqe` is another one now; false: there is none left.
 *
 * This loop is what a NOP costs: no call but prep, nothing spilled.
 */
static __attribute__((noinline)) bool serve_inline(struct ring *ring, struct io_uring_sqe *sqe)
{
	struct queues *queues = &ring->queues;
	struct request *request = ring->spare;
	const uint32_t *const array = queues->array;
	const struct io_uring_sqe *const sqes = queues->sqes;
	const uint64_t sq_mask = queues->sq_mask;
	struct io_uring_cqe *const cqes = queues->words->cqes;
	uint64_t head = queues->sq_head, cq_tail, cq_limit;
	uint64_t left = (uint32_t)(ring->serve_end - queues->sq_head);
	const struct operation *operation = operation_table[sqe->opcode];
	bool common = sqe_is_common(sqe), other = true;

	/* the first stands for those of its run */
	note(ring->serve_process, sqe->opcode);
	spinlock_acquire(&ring->lock);
	cq_tail = queues->cq_tail;
	cq_limit = cq_tail + (uint32_t)(queues->cq_limit - queues->cq_tail);
	while (LIKELY(common) && LIKELY(cq_tail != cq_limit) &&
	       LIKELY(!operation->prep(request, sqe))) {
		uint64_t index;

		cqe_write(&cqes[cq_tail++ & queues->cq_mask], sqe->user_data,
			  (int32_t)request->result, 0);
		if (left-- == 0) {
			other = false;
			break;
		}
		index = sqe_index(array, sq_mask, head++);
		if (UNLIKELY(index > sq_mask)) {
			drop_entry(ring, head - 1);
			other = false;
			break;
		}
		common = copy_sqe(sqe, &sqes[index]);
		operation = operation_table[sqe->opcode];
		if (!is_inline(operation))
			break;
	}
	queues->sq_head = head;
	queues->cq_tail = cq_tail;
	queues_publish_tail(queues);
	spinlock_release(&ring->lock);
	return other;
}

static bool have_spare(struct ring *ring)
{
	ring->spare = request_alloc(ring);
	if (!ring->spare) {
		ring->serve_error = -EAGAIN;
		return false;
	}
	ring->spare->process = ring->serve_process;
	return true;
}

static inline bool take_next(struct ring *ring, struct io_uring_sqe *sqe)
{
	return ring->queues.sq_head != ring->serve_end &&
	       (LIKELY(ring->spare != NULL) || have_spare(ring)) && LIKELY(take(ring, sqe));
}

/* A result of an SQE that needed no record.  False: the CQ is full. */
static inline bool post_plain(struct ring *ring, uint64_t user_data, int64_t result)
{
	bool posted;

	spinlock_acquire(&ring->lock);
	posted = LIKELY(!ring->overflow_first) &&
		 queues_post(&ring->queues, user_data, (int32_t)result, 0);
	spinlock_release(&ring->lock);
	return posted;
}

/* ---- runs of transfers on one file ----------------------------------------------------------- */

/* The words of an SQE that a run of plain transfers looks at: 0 is opcode, flags, ioprio
 * and fd, the same in all of a run. */
enum { WORD_KIND, WORD_OFFSET, WORD_ADDRESS, WORD_LENGTH, WORD_USER_DATA, WORD_INDEX };
ABI_CHECK(offsetof(struct io_uring_sqe, addr) == 8 * WORD_ADDRESS &&
	  offsetof(struct io_uring_sqe, len) == 8 * WORD_LENGTH &&
	  offsetof(struct io_uring_sqe, rw_flags) == 8 * WORD_LENGTH + 4 &&
	  offsetof(struct io_uring_sqe, user_data) == 8 * WORD_USER_DATA, "serve_ranges knows them");

/* A result for which the CQ has no room takes the record.  True: there is another one. */
static __attribute__((noinline)) bool post_in_record(struct ring *ring, uint8_t opcode,
						     uint64_t user_data, int64_t result)
{
	const struct io_uring_sqe sqe = { .opcode = opcode, .user_data = user_data };

	request_set(ring->spare, operation_table[opcode], &sqe);
	end_spare(ring, ring->spare, result);
	return have_spare(ring);
}

/*
 * `sqe` and those that follow as long as they are alike: transfers of one range on
 * `file`, which moves it without waiting.  Of each entry the words that count are read
 * once, and the others not at all; one that ends the run is copied whole.  True: `sqe`
 * has to be served otherwise; false: there is none left.
 */
static __attribute__((noinline)) bool serve_ranges(struct ring *ring, struct io_uring_sqe *sqe,
						   struct file *file, file_range_fn *transfer)
{
	struct queues *queues = &ring->queues;
	struct address_space *space = ring->serve_process->space;
	const uint64_t kind = *(const uint64_t *)sqe;
	uint64_t address = sqe->addr, user_data = sqe->user_data, offset = sqe->off;
	/* flags stand in its upper half, and make it too long */
	uint64_t length = ((const uint64_t *)sqe)[WORD_LENGTH];
	const volatile uint64_t *entry = NULL;
	uint64_t entry_kind = kind, entry_index = 0;

	while (LIKELY(entry_kind == kind) && LIKELY(words_are_common(0, entry_index)) &&
	       LIKELY(transfer_range_is_plain(address, length))) {
		int64_t result = transfer(file, space, address, length, offset);
		uint64_t index;

		if (UNLIKELY(result == FILE_NOT_NOW))
			break;
		if (UNLIKELY(!post_plain(ring, user_data, result)) &&
		    !post_in_record(ring, (uint8_t)kind, user_data, result))
			return false;
		if (queues->sq_head == ring->serve_end)
			return false;
		index = sqe_index(queues->array, queues->sq_mask, queues->sq_head);
		if (UNLIKELY(index > queues->sq_mask)) {
			drop_entry(ring, queues->sq_head);
			return false;
		}
		queues->sq_head++;
		entry = (const volatile uint64_t *)&queues->sqes[index];
		entry_kind = entry[WORD_KIND];
		offset = entry[WORD_OFFSET];
		address = entry[WORD_ADDRESS];
		length = entry[WORD_LENGTH];
		user_data = entry[WORD_USER_DATA];
		entry_index = entry[WORD_INDEX];
	}
	if (entry) {
		const uint64_t words[] = { entry_kind, offset, address, length,
					   user_data, entry_index, entry[6], entry[7] };

		memcpy(sqe, words, sizeof(words));
	}
	return true;
}

/* `sqe` is a transfer on that descriptor, too, and common. */
static inline bool is_transfer_on(const struct io_uring_sqe *sqe, int32_t fd)
{
	const struct operation *operation = operation_table[sqe->opcode];

	return sqe->fd == fd && LIKELY(operation != NULL) && LIKELY(operation->promptly != NULL) &&
	       LIKELY(sqe_is_common(sqe));
}

/*
 * Likewise on a file that may move what is there now (kernel/door does the same for
 * traps).  The file is the one of the first; the others are submitted together with it.
 */
static __attribute__((noinline)) bool serve_promptly(struct ring *ring, struct io_uring_sqe *sqe,
						     struct file *file)
{
	const int32_t fd = sqe->fd;

	for (;;) {
		int64_t result = operation_table[sqe->opcode]->promptly(ring->serve_process, file,
									sqe);

		note(ring->serve_process, sqe->opcode);

		if (UNLIKELY(result == NOT_PLAIN))
			return true;
		if (UNLIKELY(!post_plain(ring, sqe->user_data, result)) &&
		    !post_in_record(ring, sqe->opcode, sqe->user_data, result))
			return false;
		if (ring->queues.sq_head == ring->serve_end || UNLIKELY(!take(ring, sqe)))
			return false;
		if (!is_transfer_on(sqe, fd))
			return true;
	}
}

/* A read or write of the common kind; the file's reference is taken over.  False: the
 * submission ends with it. */
static bool submit_transfer(struct ring *ring, const struct operation *operation,
			    const struct io_uring_sqe *sqe, struct file *file)
{
	struct request *request = ring->spare;
	int error = request_prep(request, operation, sqe);

	if (UNLIKELY(error)) {
		if (file)
			file_put(file);
		end_spare(ring, request, error);
		return ring->setup_flags & IORING_SETUP_SUBMIT_ALL;
	}
	request_give_file(request, file);
	issue_spare(ring, request);
	return true;
}

/* False: the submission ends with it. */
static inline bool submit(struct ring *ring, const struct io_uring_sqe *sqe)
{
	const struct operation *operation = operation_table[sqe->opcode];
	bool accepted;

	if (LIKELY(operation != NULL))
		note(ring->serve_process, sqe->opcode);
	if (LIKELY(sqe_is_common(sqe)) && LIKELY(operation != NULL) && LIKELY(!ring->queueing))
		accepted = submit_common(ring, ring->spare, operation, sqe);
	else
		accepted = submit_uncommon(ring, ring->spare, sqe);
	return LIKELY(accepted) || ring->setup_flags & IORING_SETUP_SUBMIT_ALL;
}

/* A run of transfers that a device finishes by itself.  Each has a reference of its own;
 * `file`, and the answer, as in serve_file. */
static __attribute__((noinline)) bool serve_transfers(struct ring *ring, struct io_uring_sqe *sqe,
						      struct file *file)
{
	const int32_t fd = sqe->fd;

	do {
		const struct operation *operation = operation_table[sqe->opcode];

		file_get(file);
		if (UNLIKELY(!transfer_start_plain(ring, operation, sqe, file))) {
			(void)file_put_unless_last(file);	/* it is not */
			/* it may not come back here: nothing is held meanwhile */
			return submit_transfer(ring, operation, sqe, file) &&
			       take_next(ring, sqe);
		}
		if (!take_next(ring, sqe)) {
			file_put(file);
			return false;
		}
	} while (LIKELY(is_transfer_on(sqe, fd)));
	file_put(file);
	return true;
}

/*
 * A transfer on a file, of the common kind, and what follows as long as it is quick.  The
 * file is looked up once, whatever becomes of it.  True: `sqe` is another one now; false:
 * there is none left, or the submission ends.
 */
static __attribute__((noinline)) bool serve_file(struct ring *ring, struct io_uring_sqe *sqe)
{
	const struct operation *operation = operation_table[sqe->opcode];
	const int32_t fd = sqe->fd;
	struct file *file = files_get(ring->serve_process->files, fd);
	file_range_fn *transfer = NULL;
	bool other = true;

	if (LIKELY(file != NULL) && !(file->flags & O_DIRECT) &&
	    operation->flags & (OP_READS | OP_WRITES))
		transfer = file_range(file, operation->flags & OP_WRITES);
	if (transfer) {
		other = serve_ranges(ring, sqe, file, transfer);
		if (!other || !is_transfer_on(sqe, fd)) {
			file_put(file);
			return other;
		}
		operation = operation_table[sqe->opcode];
	}
	if (UNLIKELY(!file) || !file->ops->prompt)
		return file && file->ops->begin ? serve_transfers(ring, sqe, file) :
		       submit_transfer(ring, operation, sqe, file) && take_next(ring, sqe);
	other = serve_promptly(ring, sqe, file);
	file_put(file);
	return other;
}

/* Whatever ended the serving, it has ended, also for one who looks again. */
static inline void end_serving(struct ring *ring)
{
	ring->serve_end = ring->queues.sq_head;
	if (UNLIKELY(ring->chain_first != NULL))
		chain_issue(ring);
	ring_kick(ring);
	queues_publish_head(&ring->queues);
	ring_announce_served(ring);
}

/* Runs of what is quick, as long as there is one.  True: `sqe` is of another kind;
 * false: there is none left. */
static inline bool serve_quickly(struct ring *ring, struct io_uring_sqe *sqe)
{
	const struct operation *operation = operation_table[sqe->opcode];

	if (UNLIKELY(!operation) || UNLIKELY(ring->queueing) || UNLIKELY(!sqe_is_common(sqe)))
		return true;
	WRITE_ONCE(ring->post_level, 0);
	if (operation->flags & OP_INLINE)
		return serve_inline(ring, sqe);
	return operation->promptly ? serve_file(ring, sqe) : true;
}

static __attribute__((noinline)) void serve_loop(struct ring *ring)
{
	struct io_uring_sqe sqe;

	while (take_next(ring, &sqe)) {
		if (!serve_quickly(ring, &sqe) || !submit(ring, &sqe))
			break;
	}
	end_serving(ring);
}

/* The only entry, if it is one of the quick kinds: true, and it is done. */
static inline bool serve_alone(struct ring *ring, struct io_uring_sqe *sqe)
{
	const struct operation *operation = operation_table[sqe->opcode];
	struct request *request = ring->spare;

	if (UNLIKELY(!operation) || UNLIKELY(ring->queueing) || UNLIKELY(!sqe_is_common(sqe)))
		return false;
	WRITE_ONCE(ring->post_level, 0);
	if (!(operation->flags & OP_INLINE))
		return operation->promptly && !serve_file(ring, sqe);
	if (UNLIKELY(operation->prep(request, sqe)))
		return false;
	note(ring->serve_process, sqe->opcode);
	if (UNLIKELY(!post_plain(ring, sqe->user_data, request->result))) {
		int64_t result = request->result;

		request_set(request, operation, sqe);
		end_spare(ring, request, result);
	}
	return true;
}

void ring_serve(struct ring *ring, struct process *process, uint32_t limit)
{
	uint32_t there = MIN(queues_submitted(&ring->queues), limit);
	struct io_uring_sqe sqe;

	ring->serve_process = process;
	if (ring->spare)
		ring->spare->process = process;
	ring->serve_error = 0;
	ring->serve_start = ring->queues.sq_head;
	ring->serve_end = ring->queues.sq_head + there;
	if (there > 1) {
		serve_loop(ring);
		return;
	}
	/* one alone is spared the loops */
	if (there && take_next(ring, &sqe) && !serve_alone(ring, &sqe))
		(void)submit(ring, &sqe);
	end_serving(ring);
}

void ring_serve_again(struct ring *ring)
{
	request_parted(ring);
	queues_publish_head(&ring->queues);
	/* what was completed before must not wait for the end of the batch */
	ring_announce(ring);
	serve_loop(ring);
}
