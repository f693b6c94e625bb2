/*
 * io_uring_setup: parameters, the object, its file, its places in mmap.
 *
 * A flag that is not honoured is refused, a feature that is announced is true.
 */
#include "kernel/api/memory.h"
#include "kernel/process/trace.h"
#include "kernel/ring/object.h"

/* COOP_TASKRUN, TASKRUN_FLAG and DEFER_TASKRUN promise when completions are worked
 * off inside the submitter; ours never are, so they hold by themselves. */
#define SETUP_FLAGS (IORING_SETUP_IOPOLL | IORING_SETUP_ATTACH_WQ | IORING_SETUP_SQE128 | \
		     IORING_SETUP_CQE32 | IORING_SETUP_NO_MMAP | IORING_SETUP_SQPOLL | \
		     IORING_SETUP_REGISTERED_FD_ONLY | IORING_SETUP_SQ_AFF | \
		     IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | IORING_SETUP_R_DISABLED | \
		     IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN | \
		     IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SINGLE_ISSUER | \
		     IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_NO_SQARRAY)

#define SPECIAL_FLAGS (IORING_SETUP_IOPOLL | IORING_SETUP_SQE128 | IORING_SETUP_CQE32)

#define FEATURES (IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE | \
		  IORING_FEAT_RW_CUR_POS | IORING_FEAT_CUR_PERSONALITY | \
		  IORING_FEAT_SQPOLL_NONFIXED | IORING_FEAT_EXT_ARG | IORING_FEAT_CQE_SKIP | \
		  IORING_FEAT_LINKED_FILE | IORING_FEAT_REG_REG_RING | IORING_FEAT_MIN_TIMEOUT | \
		  IORING_FEAT_FAST_POLL | IORING_FEAT_POLL_32BITS | IORING_FEAT_RSRC_TAGS)

const struct file_ops ring_file_ops = {
	.kind = "ring",
	.poll = ring_poll,
	.release = ring_release,
};

/* ---- parameters -------------------------------------------------------------------------- */

static int check_flags(const struct io_uring_params *params)
{
	uint32_t flags = params->flags;
	const uint32_t task_run = IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG |
				  IORING_SETUP_DEFER_TASKRUN;

	if (flags & ~SETUP_FLAGS)
		return -EINVAL;
	if (flags & IORING_SETUP_SQPOLL && flags & task_run)
		return -EINVAL;
	if (flags & IORING_SETUP_TASKRUN_FLAG &&
	    !(flags & (IORING_SETUP_COOP_TASKRUN | IORING_SETUP_DEFER_TASKRUN)))
		return -EINVAL;
	if (flags & IORING_SETUP_DEFER_TASKRUN && !(flags & IORING_SETUP_SINGLE_ISSUER))
		return -EINVAL;
	if (flags & IORING_SETUP_REGISTERED_FD_ONLY && !(flags & IORING_SETUP_NO_MMAP))
		return -EINVAL;
	if (flags & IORING_SETUP_SQ_AFF &&
	    (!(flags & IORING_SETUP_SQPOLL) || params->sq_thread_cpu >= hart_count()))
		return -EINVAL;
	return 0;
}

static uint32_t power_of_2_from(uint32_t value)
{
	uint32_t power = 1;

	while (power < value)
		power *= 2;
	return power;
}

static int clamp(uint32_t *entries, uint32_t most, uint32_t flags)
{
	if (*entries == 0)
		return -EINVAL;
	if (*entries > most) {
		if (!(flags & IORING_SETUP_CLAMP))
			return -EINVAL;
		*entries = most;
	}
	*entries = power_of_2_from(*entries);
	return 0;
}

static int choose_sizes(struct io_uring_params *params, uint32_t entries)
{
	int error = clamp(&entries, RING_SQ_ENTRIES_MAX, params->flags);

	if (error)
		return error;
	params->sq_entries = entries;
	if (!(params->flags & IORING_SETUP_CQSIZE)) {
		params->cq_entries = 2 * entries;
		return 0;
	}
	error = clamp(&params->cq_entries, RING_CQ_ENTRIES_MAX, params->flags);
	if (error)
		return error;
	return params->cq_entries < params->sq_entries ? -EINVAL : 0;
}

/* ---- the object ----------------------------------------------------------------------------- */

static int ring_fill(struct ring *ring, const struct io_uring_params *params)
{
	turn_init(&ring->turn);
	wait_queue_init(&ring->waiters);
	list_init(&ring->count_timeouts);
	poll_queue_init(&ring->changes);
	ring->table_bits = RING_TABLE_BITS_MIN;
	ring->table = kernel_alloc(sizeof(*ring->table) << ring->table_bits);
	if (!ring->table)
		return -ENOMEM;
	return queues_create(&ring->queues, params->sq_entries, params->cq_entries,
			     params->flags);
}

static void ring_discard(struct ring *ring)
{
	if (ring->table)
		kernel_free(ring->table, sizeof(*ring->table) << ring->table_bits);
	kernel_free(ring, sizeof(*ring));
}

/* Makes the ring and its file, whose one reference is the caller's; fills what
 * params tells. */
static int ring_create(struct process *process, struct io_uring_params *params,
		       struct file **file)
{
	struct ring *ring = kernel_alloc(sizeof(*ring));
	int error;

	if (!ring)
		return -ENOMEM;
	error = ring_fill(ring, params);
	*file = error ? NULL : file_create(&ring_file_ops, ring, O_RDWR);
	if (!*file) {
		if (!error)
			queues_destroy(&ring->queues);
		ring_discard(ring);
		return -ENOMEM;
	}
	ring->setup_flags = params->flags;
	ring->polls = params->flags & IORING_SETUP_SQPOLL;
	ring->is_uncommon = params->flags & (IORING_SETUP_SQPOLL | IORING_SETUP_R_DISABLED |
					     IORING_SETUP_SINGLE_ISSUER);
	ring->is_special = params->flags & SPECIAL_FLAGS || READ_ONCE(process->policy) ||
			   process->trace;
	if (process->trace) {
		trace_get(process->trace);
		ring->queues.trace = process->trace;
		ring->queues.trace_pid = process->pid;
		ring->queues.cq_limit = ring->queues.cq_tail;
	}
	ring->worker_limits[0] = ring->worker_limits[1] = 4 * hart_count();
	ring->idle_ns = params->sq_thread_idle * 1000000ul;
	if (!ring->idle_ns)
		ring->idle_ns = RING_IDLE_NS;
	ring->server_hart = ~0u;
	if (params->flags & IORING_SETUP_SQ_AFF)
		ring->server_hart = params->sq_thread_cpu;
	ring->server.level = process->level;
	ring->file = *file;
	ring->process = process;
	process_get(process);
	ring->references = 1;
	if (ring->polls)
		queues_flags_set(&ring->queues, IORING_SQ_NEED_WAKEUP);
	params->features = FEATURES;
	queues_describe(&ring->queues, params);
	spinlock_acquire(&rings_lock);
	list_push_back(&rings, &ring->all);
	spinlock_release(&rings_lock);
	return 0;
}

/* Rings share their harts with whoever is there: nothing is attached, but it must be a
 * ring of the process. */
static int check_attached(struct process *process, const struct io_uring_params *params)
{
	struct file *file = files_get(process->files, (int32_t)params->wq_fd);
	const struct ring *ring = file ? ring_of(file) : NULL;
	int error = 0;

	if (!file)
		return params->flags & IORING_SETUP_SQPOLL ? -ENXIO : -EBADF;
	if (!ring || (params->flags & IORING_SETUP_SQPOLL && !ring->polls))
		error = -EINVAL;
	else if (params->flags & IORING_SETUP_SQPOLL && ring->process != process)
		error = -EPERM;
	file_put(file);
	return error;
}

/* All of it is the user's, and can be written. */
static int check_user_pages(struct process *process, uint64_t address, uint64_t pages)
{
	if (!address || address & PAGE_MASK)
		return !address ? -EFAULT : -EINVAL;
	for (uint64_t i = 0; i < pages; i++) {
		void *page = user_frame_pin(process->space,
					    (struct user_address){ address + i * PAGE_SIZE },
					    ABI_PROT_READ | ABI_PROT_WRITE);

		if (!page)
			return -EFAULT;
		frame_put(page);
	}
	return 0;
}

static int place(struct process *process, struct ring *ring, uint64_t offset, uint64_t pages,
		 uint64_t address)
{
	struct region_request request = {
		.address = address, .bytes = pages * PAGE_SIZE, .exact = true, .replace = true,
		.protection = ABI_PROT_READ | ABI_PROT_WRITE,
	};
	int error = ring_map_request(ring, offset, request.bytes, &request);

	return error ? error : address_space_map(process->space, &request, &address);
}

/* NO_MMAP: the areas are where the user has memory already.  It is his frames that go
 * there, not ours that are replaced by his: the kernel needs them in one piece. */
static int place_in_user(struct process *process, struct ring *ring,
			 uint64_t words_address, uint64_t sqes_address)
{
	const struct queues *queues = &ring->queues;
	int error = check_user_pages(process, words_address, queues->words_pages);

	if (!error)
		error = check_user_pages(process, sqes_address, queues->sqes_pages);
	if (!error)
		error = place(process, ring, IORING_OFF_SQ_RING, queues->words_pages,
			      words_address);
	if (!error)
		error = place(process, ring, IORING_OFF_SQES, queues->sqes_pages,
			      sqes_address);
	return error;
}

int64_t ring_setup(struct process *process, uint32_t entries, uint64_t address)
{
	const struct user_address user = { address };
	struct io_uring_params params;
	uint64_t words_address, sqes_address;
	struct file *file;
	struct ring *ring;
	int result;

	if (user_copy_in(process->space, &params, user, sizeof(params)))
		return -EFAULT;
	words_address = params.cq_off.user_addr;
	sqes_address = params.sq_off.user_addr;
	if (params.resv[0] | params.resv[1] | params.resv[2])
		return -EINVAL;
	result = check_flags(&params);
	if (!result && params.flags & IORING_SETUP_ATTACH_WQ)
		result = check_attached(process, &params);
	if (!result)
		result = choose_sizes(&params, entries);
	if (!result)
		result = ring_create(process, &params, &file);
	if (result)
		return result;
	ring = ring_of(file);
	if ((params.flags & (IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_R_DISABLED)) ==
	    IORING_SETUP_SINGLE_ISSUER)
		ring->issuer = thread_current()->serial;
	if (params.flags & IORING_SETUP_NO_MMAP)
		result = place_in_user(process, ring, words_address, sqes_address);
	if (!result && user_copy_out(process->space, user, &params, sizeof(params)))
		result = -EFAULT;
	if (!result)
		result = params.flags & IORING_SETUP_REGISTERED_FD_ONLY ?
			 ring_fds_add(process, file) : files_install(process->files, file, true);
	if (result < 0)
		file_put(file);
	return result;
}

/* ---- mmap ---------------------------------------------------------------------------------------- */

static void *page_at(void *area, uint64_t index)
{
	return (char *)area + index * PAGE_SIZE;
}

int ring_map_request(struct ring *ring, uint64_t offset, uint64_t bytes,
		     struct region_request *request)
{
	const struct queues *queues = &ring->queues;
	uint64_t pages;

	switch (offset & IORING_OFF_MMAP_MASK) {
	case IORING_OFF_SQ_RING:
	case IORING_OFF_CQ_RING:
		request->object = queues->words;
		pages = queues->words_pages;
		break;
	case IORING_OFF_SQES:
		request->object = queues->sqes;
		pages = queues->sqes_pages;
		break;
	case IORING_OFF_PBUF_RING:
		return buffer_ring_map(ring, (offset & ~IORING_OFF_MMAP_MASK) >>
				       IORING_OFF_PBUF_SHIFT, bytes, request);
	default:
		return -EINVAL;
	}
	if (bytes > pages * PAGE_SIZE)
		return -EINVAL;
	request->kind = REGION_FRAMES;
	request->frame_at = page_at;
	return 0;
}

/* ---- a program's own ring ------------------------------------------------------------------------- */

static int map_own(struct process *process, struct ring *ring, uint64_t offset,
		   uint64_t pages, uint64_t *address)
{
	struct region_request request = {
		.bytes = pages * PAGE_SIZE, .protection = ABI_PROT_READ | ABI_PROT_WRITE,
	};
	int error = ring_map_request(ring, offset, request.bytes, &request);

	ASSERT(!error);
	return address_space_map(process->space, &request, address);
}

int ring_create_own(struct process *process, struct ring_birth *birth)
{
	struct io_uring_params *params = &birth->params;
	struct file *file;
	struct ring *ring;
	int error;

	*params = (struct io_uring_params){
		.sq_entries = RING_OWN_SQ_ENTRIES, .cq_entries = RING_OWN_CQ_ENTRIES,
		.flags = IORING_SETUP_SQPOLL | IORING_SETUP_CQSIZE | IORING_SETUP_NO_SQARRAY |
			 IORING_SETUP_SUBMIT_ALL,
		.sq_thread_idle = RING_OWN_IDLE_NS / 1000000,
	};
	error = ring_create(process, params, &file);
	if (error)
		return error;
	ring = ring_of(file);
	error = map_own(process, ring, IORING_OFF_SQ_RING, ring->queues.words_pages,
			&birth->rings_address);
	if (!error)
		error = map_own(process, ring, IORING_OFF_SQES, ring->queues.sqes_pages,
				&birth->sqes_address);
	if (error) {
		file_put(file);
		return error;
	}
	process->ring = ring;
	files_set_ring(process->files, file);
	return 0;
}
