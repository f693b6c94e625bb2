/* The shared queues of a ring: making, describing, freeing.  See the header. */
#include "kernel/ring/queue.h"

#include <string.h>

#include "kernel/api/memory.h"
#include "kernel/process/trace.h"

ABI_CHECK(offsetof(struct ring_words, cqes) == 320, "CQEs on a cache line");
ABI_CHECK((RING_SQ_ENTRIES_MAX & (RING_SQ_ENTRIES_MAX - 1)) == 0, "indices are masked");

static uint64_t array_offset(uint32_t cq_entries, unsigned cqe_shift)
{
	return sizeof(struct ring_words) + (cq_entries * sizeof(struct io_uring_cqe) << cqe_shift);
}

/* Zeroed, contiguous; what the order rounds up is given back. */
static void *pages_alloc(uint32_t pages)
{
	unsigned order = 0;
	char *memory;

	while ((1u << order) < pages)
		order++;
	memory = frames_alloc(order);
	if (!memory)
		return NULL;
	for (uint32_t page = pages; page < 1u << order; page++)
		frame_put(memory + page * PAGE_SIZE);
	memset(memory, 0, pages * PAGE_SIZE);
	return memory;
}

static void pages_free(void *memory, uint32_t pages)
{
	for (uint32_t page = 0; memory && page < pages; page++)
		frame_put((char *)memory + page * PAGE_SIZE);
}

int queues_create(struct queues *queues, uint32_t sq_entries, uint32_t cq_entries,
		  uint32_t setup_flags)
{
	const unsigned cqe_shift = (setup_flags & IORING_SETUP_CQE32) != 0;
	const unsigned sqe_shift = (setup_flags & IORING_SETUP_SQE128) != 0;
	const bool with_array = !(setup_flags & IORING_SETUP_NO_SQARRAY);
	uint64_t words_bytes = array_offset(cq_entries, cqe_shift) +
			       (with_array ? 4ul * sq_entries : 0);

	*queues = (struct queues){
		.sq_mask = sq_entries - 1, .cq_mask = cq_entries - 1,
		.cq_limit = cqe_shift ? 0 : cq_entries,
		.sqe_shift = sqe_shift, .cqe_shift = cqe_shift,
		.words_pages = ALIGN_UP(words_bytes, PAGE_SIZE) >> PAGE_SHIFT,
		.sqes_pages = ALIGN_UP(sq_entries * sizeof(struct io_uring_sqe) << sqe_shift, PAGE_SIZE)
			      >> PAGE_SHIFT,
	};
	queues->words = pages_alloc(queues->words_pages);
	queues->sqes = pages_alloc(queues->sqes_pages);
	if (!queues->words || !queues->sqes) {
		queues_destroy(queues);
		return -ENOMEM;
	}
	if (with_array)
		queues->array = (uint32_t *)((char *)queues->words +
					     array_offset(cq_entries, cqe_shift));
	queues->words->sq_ring_mask = sq_entries - 1;
	queues->words->cq_ring_mask = cq_entries - 1;
	queues->words->sq_ring_entries = sq_entries;
	queues->words->cq_ring_entries = cq_entries;
	return 0;
}

void queues_destroy(struct queues *queues)
{
	pages_free(queues->words, queues->words_pages);
	pages_free(queues->sqes, queues->sqes_pages);
	queues->words = NULL;
	queues->sqes = NULL;
}

void queues_describe(const struct queues *queues, struct io_uring_params *params)
{
	params->sq_off = (struct io_sqring_offsets){
		.head = offsetof(struct ring_words, sq_head),
		.tail = offsetof(struct ring_words, sq_tail),
		.ring_mask = offsetof(struct ring_words, sq_ring_mask),
		.ring_entries = offsetof(struct ring_words, sq_ring_entries),
		.flags = offsetof(struct ring_words, sq_flags),
		.dropped = offsetof(struct ring_words, sq_dropped),
		.array = queues->array ? array_offset(queues->cq_mask + 1, queues->cqe_shift) : 0,
	};
	params->cq_off = (struct io_cqring_offsets){
		.head = offsetof(struct ring_words, cq_head),
		.tail = offsetof(struct ring_words, cq_tail),
		.ring_mask = offsetof(struct ring_words, cq_ring_mask),
		.ring_entries = offsetof(struct ring_words, cq_ring_entries),
		.overflow = offsetof(struct ring_words, cq_overflow),
		.cqes = offsetof(struct ring_words, cqes),
		.flags = offsetof(struct ring_words, cq_flags),
	};
}

bool queues_look_for_room(struct queues *queues)
{
	uint32_t taken = queues_completed(queues);

	/* a head that overtook the tail is the user's loss: nothing is free */
	if (taken > queues->cq_mask)
		return false;
	queues->cq_limit = queues->cq_tail - taken + (uint32_t)queues->cq_mask + 1;
	return queues->cq_limit != queues->cq_tail;
}

/* The second half is for operations that have more to tell: none of ours. */
static bool post_wide(struct queues *queues, uint64_t user_data, int32_t res, uint32_t flags)
{
	struct io_uring_cqe *cqe = &queues->words->cqes[2 * (queues->cq_tail & queues->cq_mask)];

	if (queues_completed(queues) > queues->cq_mask)
		return false;
	cqe_write(&cqe[0], user_data, res, flags);
	cqe_write(&cqe[1], 0, 0, 0);
	queues->cq_tail++;
	queues->cq_limit = queues->cq_tail;
	queues_publish_tail(queues);
	return true;
}

/* Each completion comes this way: `cq_limit` stays at the tail. */
static bool post_traced(struct queues *queues, uint64_t user_data, int32_t res, uint32_t flags)
{
	bool posted = queues_look_for_room(queues) && queues_post(queues, user_data, res, flags);

	queues->cq_limit = queues->cq_tail;
	return posted;
}

bool queues_post_slowly(struct queues *queues, uint64_t user_data, int32_t res, uint32_t flags)
{
	bool posted;

	if (queues->cqe_shift)
		posted = post_wide(queues, user_data, res, flags);
	else if (queues->trace)
		posted = post_traced(queues, user_data, res, flags);
	else
		return queues_look_for_room(queues) &&
		       queues_post(queues, user_data, res, flags);
	if (posted && queues->trace)
		trace_add_completion(queues->trace, queues->trace_pid, user_data, res, flags);
	return posted;
}
