/*
 * Serving runs of reads and writes on one file, each kind in the shortest way that its
 * file has: straight to the user's memory, with what is there now, by a device, or as any
 * other operation.
 */
#include <string.h>

#include "kernel/ring/serve.h"

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
	return serve_have_spare(ring);
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

		if (UNLIKELY(result == NOT_PLAIN))
			return true;
		if (UNLIKELY(!post_plain(ring, sqe->user_data, result)) &&
		    !post_in_record(ring, sqe->opcode, sqe->user_data, result))
			return false;
		if (ring->queues.sq_head == ring->serve_end || UNLIKELY(!take(ring, sqe)))
			return false;
		if (!is_transfer_on(sqe, fd))
			return true;
		note(ring->serve_process, sqe->opcode);
	}
}

bool serve_held_file(struct ring *ring, const struct io_uring_sqe *sqe)
{
	struct request *request = ring->spare;
	struct file *file = ring->held_file;
	int error = request_prep(request, operation_table[sqe->opcode], sqe);

	ring->held_file = NULL;
	if (UNLIKELY(error)) {
		file_put(file);
		end_spare(ring, request, error);
		return ring->setup_flags & IORING_SETUP_SUBMIT_ALL;
	}
	request_give_file(request, file);
	serve_issue_spare(ring, request);
	return true;
}

/* A run of transfers that a device finishes by itself.  Each has a reference of its own;
 * `file`, and the answer, as in serve_file. */
static __attribute__((noinline)) bool serve_transfers(struct ring *ring, struct io_uring_sqe *sqe,
						      struct file *file)
{
	const uint64_t *words = (const uint64_t *)sqe;
	const struct operation *operation = operation_table[sqe->opcode];
	const int32_t fd = sqe->fd;
	uint64_t kind = words[WORD_KIND];

	for (;;) {
		file_get(file);
		if (UNLIKELY(!transfer_start_plain(ring, operation, sqe, file))) {
			(void)file_put_unless_last(file);	/* it is not */
			ring->held_file = file;
			return true;
		}
		if (!take_next(ring, sqe)) {
			file_put(file);
			return false;
		}
		if (LIKELY(words[WORD_KIND] == kind) &&
		    LIKELY(words_are_common(0, words[WORD_INDEX])))
			continue;
		if (!is_transfer_on(sqe, fd))
			break;
		kind = words[WORD_KIND];
		operation = operation_table[sqe->opcode];
		note(ring->serve_process, sqe->opcode);
	}
	file_put(file);
	return true;
}

/* Whatever the file can, beginning with `transfer` if there is one; the file's reference is
 * taken over. */
static __attribute__((noinline)) bool serve_run(struct ring *ring, struct io_uring_sqe *sqe,
						struct file *file, file_range_fn *transfer)
{
	const int32_t fd = sqe->fd;
	bool other = true;

	if (transfer) {
		other = serve_ranges(ring, sqe, file, transfer);
		if (!other || !is_transfer_on(sqe, fd)) {
			file_put(file);
			return other;
		}
	}
	if (!file->ops->prompt) {
		if (file->ops->begin)
			return serve_transfers(ring, sqe, file);
		ring->held_file = file;
		return true;
	}
	other = serve_promptly(ring, sqe, file);
	file_put(file);
	return other;
}

bool serve_file(struct ring *ring, struct io_uring_sqe *sqe)
{
	const struct operation *operation = operation_table[sqe->opcode];
	struct process *process = ring->serve_process;
	const uint64_t length = ((const uint64_t *)sqe)[WORD_LENGTH];
	struct file *file = files_get(process->files, sqe->fd);
	file_range_fn *transfer = NULL;
	int64_t result;

	/* the first stands for those of its run */
	note(process, sqe->opcode);
	if (UNLIKELY(!file))
		return true;
	if (!(file->flags & O_DIRECT) && operation->flags & (OP_READS | OP_WRITES))
		transfer = file_range(file, operation->flags & OP_WRITES);
	/* the last one, or the only one, is spared the loops */
	if (!transfer || ring->queues.sq_head != ring->serve_end ||
	    UNLIKELY(!transfer_range_is_plain(sqe->addr, length)))
		return serve_run(ring, sqe, file, transfer);
	result = transfer(file, process->space, sqe->addr, length, sqe->off);
	if (UNLIKELY(result == FILE_NOT_NOW))
		return serve_run(ring, sqe, file, NULL);
	if (UNLIKELY(!post_plain(ring, sqe->user_data, result)))
		(void)post_in_record(ring, sqe->opcode, sqe->user_data, result);
	file_put(file);
	return false;
}
