/*
 * io_uring_register.  What is not here is refused as Linux refuses what it was
 * built without: -EINVAL.
 */
#include "abi/interrupt.h"
#include "kernel/api/memory.h"
#include "kernel/ring/object.h"

#define PROBE_OPS_MAX	256u
#define NOT_A_TABLE	INT32_MIN

static int register_probe(struct process *process, uint64_t address, uint32_t count)
{
	const struct user_address user = { address };
	const uint32_t ops = MIN(count, (uint32_t)UOS_OP_END);
	const size_t bytes = sizeof(struct io_uring_probe) +
			     ops * sizeof(struct io_uring_probe_op);
	struct io_uring_probe *probe;
	int error;

	if (!address || count > PROBE_OPS_MAX)
		return -EINVAL;
	probe = kernel_alloc(bytes);
	if (!probe)
		return -ENOMEM;
	error = user_copy_in(process->space, probe, user, bytes);
	for (size_t i = 0; i < bytes && !error; i++)
		if (((const char *)probe)[i])
			error = -EINVAL;
	if (!error) {
		/* the private range is told of too, to who asks that far */
		probe->last_op = UOS_OP_END - 1;
		probe->ops_len = ops;
		for (uint32_t i = 0; i < ops; i++) {
			probe->ops[i].op = i;
			if (operation_table[i])
				probe->ops[i].flags = IO_URING_OP_SUPPORTED;
		}
		error = user_copy_out(process->space, user, probe, bytes);
	}
	kernel_free(probe, bytes);
	return error;
}

static int enable(struct ring *ring)
{
	if (!(ring->setup_flags & IORING_SETUP_R_DISABLED))
		return -EBADFD;
	if (ring->setup_flags & IORING_SETUP_SINGLE_ISSUER)
		ring->issuer = thread_current()->serial;
	if (ring->restrictions)
		WRITE_ONCE(ring->is_special, true);
	WRITE_ONCE(ring->setup_flags, ring->setup_flags & ~IORING_SETUP_R_DISABLED);
	if (ring->polls)
		(void)ring_server_wake(ring);
	return 0;
}

/* There are no workers to limit: the numbers are kept. */
static int register_workers(struct ring *ring, struct process *process, uint64_t address,
			    uint32_t count)
{
	const struct user_address user = { address };
	uint32_t wanted[2], before[2];

	if (!address || count != 2)
		return -EINVAL;
	if (user_copy_in(process->space, wanted, user, sizeof(wanted)))
		return -EFAULT;
	for (int i = 0; i < 2; i++) {
		if (wanted[i] > INT32_MAX)
			return -EINVAL;
		before[i] = ring->worker_limits[i];
		if (wanted[i])
			ring->worker_limits[i] = wanted[i];
	}
	return user_copy_out(process->space, user, before, sizeof(before)) ? -EFAULT : 0;
}

/* Both clocks are the same one here. */
static int register_clock(struct process *process, uint64_t address, uint32_t count)
{
	struct io_uring_clock_register wanted;

	if (!address || count)
		return -EINVAL;
	if (user_copy_in(process->space, &wanted, (struct user_address){ address },
			 sizeof(wanted)))
		return -EFAULT;
	if (wanted.__resv[0] | wanted.__resv[1] | wanted.__resv[2])
		return -EINVAL;
	return wanted.clockid == ABI_CLOCK_MONOTONIC || wanted.clockid == ABI_CLOCK_BOOTTIME ?
	       0 : -EINVAL;
}

static int register_files_update(struct ring *ring, struct process *process, uint64_t address,
				 uint32_t count)
{
	struct io_uring_files_update update;
	struct fixed_list list;

	if (!count)
		return -EINVAL;
	if (user_copy_in(process->space, &update, (struct user_address){ address },
			 sizeof(update)))
		return -EFAULT;
	if (update.resv)
		return -EINVAL;
	list = (struct fixed_list){ .data = update.fds, .count = count, .offset = update.offset };
	return fixed_files_update(ring, process, &list);
}

/* FILES2 and BUFFERS2: `count` is the structure's size. */
static int register_tagged(struct ring *ring, struct process *process, bool files,
			   uint64_t address, uint32_t count)
{
	struct io_uring_rsrc_register wanted;
	struct fixed_list list;

	if (count != sizeof(wanted))
		return -EINVAL;
	if (user_copy_in(process->space, &wanted, (struct user_address){ address },
			 sizeof(wanted)))
		return -EFAULT;
	if (!wanted.nr || wanted.resv2 || wanted.flags & ~IORING_RSRC_REGISTER_SPARSE)
		return -EINVAL;
	if (wanted.flags & IORING_RSRC_REGISTER_SPARSE ? wanted.data != 0 : wanted.data == 0)
		return wanted.data ? -EINVAL : -EFAULT;
	list = (struct fixed_list){ .data = wanted.data, .tags = wanted.tags, .count = wanted.nr };
	return files ? fixed_files_register(ring, process, &list) :
		       fixed_buffers_register(ring, process, &list);
}

static int update_tagged(struct ring *ring, struct process *process, bool files,
			 uint64_t address, uint32_t count)
{
	struct io_uring_rsrc_update2 wanted;
	struct fixed_list list;

	if (count != sizeof(wanted))
		return -EINVAL;
	if (user_copy_in(process->space, &wanted, (struct user_address){ address },
			 sizeof(wanted)))
		return -EFAULT;
	if (!wanted.nr || wanted.resv || wanted.resv2)
		return -EINVAL;
	list = (struct fixed_list){ .data = wanted.data, .tags = wanted.tags, .count = wanted.nr,
				    .offset = wanted.offset };
	return files ? fixed_files_update(ring, process, &list) :
		       fixed_buffers_update(ring, process, &list);
}

/* Tables of files and buffers.  NOT_A_TABLE: the op is about something else. */
static int register_table(struct ring *ring, struct process *process, uint32_t opcode,
			  uint64_t address, uint32_t count)
{
	const struct fixed_list list = { .data = address, .count = count };
	const bool bare = !address && !count;

	switch (opcode) {
	case IORING_REGISTER_BUFFERS:
		return address ? fixed_buffers_register(ring, process, &list) : -EFAULT;
	case IORING_UNREGISTER_BUFFERS:
		return bare ? fixed_buffers_unregister(ring) : -EINVAL;
	case IORING_REGISTER_FILES:
		return address ? fixed_files_register(ring, process, &list) : -EFAULT;
	case IORING_UNREGISTER_FILES:
		return bare ? fixed_files_unregister(ring) : -EINVAL;
	case IORING_REGISTER_FILES_UPDATE:
		return register_files_update(ring, process, address, count);
	case IORING_REGISTER_FILES2:
	case IORING_REGISTER_BUFFERS2:
		return register_tagged(ring, process, opcode == IORING_REGISTER_FILES2, address,
				       count);
	case IORING_REGISTER_FILES_UPDATE2:
	case IORING_REGISTER_BUFFERS_UPDATE:
		return update_tagged(ring, process, opcode == IORING_REGISTER_FILES_UPDATE2,
				     address, count);
	case IORING_REGISTER_FILE_ALLOC_RANGE:
		return address && !count ? fixed_files_set_range(ring, process, address) : -EINVAL;
	default:
		return NOT_A_TABLE;
	}
}

static int register_on(struct ring *ring, struct process *process, uint32_t opcode,
		       uint64_t address, uint32_t count)
{
	const bool bare = !address && !count;
	int result = register_table(ring, process, opcode, address, count);

	if (result != NOT_A_TABLE)
		return result;
	switch (opcode) {
	case IORING_REGISTER_EVENTFD:
	case IORING_REGISTER_EVENTFD_ASYNC:
		return ring_eventfd_register(ring, process, address, count,
					     opcode == IORING_REGISTER_EVENTFD_ASYNC);
	case IORING_UNREGISTER_EVENTFD:
		return bare ? ring_eventfd_unregister(ring) : -EINVAL;
	case IORING_REGISTER_PERSONALITY:
		return bare ? personality_register(ring) : -EINVAL;
	case IORING_UNREGISTER_PERSONALITY:
		return address ? -EINVAL : personality_unregister(ring, count);
	case IORING_REGISTER_RESTRICTIONS:
		return restrictions_register(ring, process, address, count);
	case IORING_REGISTER_IOWQ_AFF:	/* there are no workers to place */
	case IORING_UNREGISTER_IOWQ_AFF:
		return opcode == IORING_REGISTER_IOWQ_AFF ? (address && count ? 0 : -EINVAL) :
		       bare ? 0 : -EINVAL;
	case IORING_REGISTER_IOWQ_MAX_WORKERS:
		return register_workers(ring, process, address, count);
	case IORING_REGISTER_PBUF_RING:
		return buffer_ring_register(ring, process, address, count);
	case IORING_UNREGISTER_PBUF_RING:
		return buffer_ring_unregister(ring, process, address, count);
	case IORING_REGISTER_PBUF_STATUS:
		return buffer_ring_status(ring, process, address, count);
	case IORING_REGISTER_CLOCK:
		return register_clock(process, address, count);
	case IORING_REGISTER_PROBE:
		return register_probe(process, address, count);
	case IORING_REGISTER_ENABLE_RINGS:
		return bare ? enable(ring) : -EINVAL;
	case IORING_REGISTER_RING_FDS:
		return ring_fds_register(process, address, count);
	case IORING_UNREGISTER_RING_FDS:
		return ring_fds_unregister(process, address, count);
	default:
		return ring_interrupt_register(ring, process, opcode, address, count);
	}
}

/* ---- SYNC_CANCEL: from any thread, on any ring that it has --------------------------------- */

#define SYNC_CANCEL_STEP_NS	1000000ul	/* how often what can't be ended is looked at again */

static uint64_t sync_deadline(const struct __kernel_timespec *time)
{
	if (time->tv_sec < 0 || time->tv_nsec < 0 || time->tv_sec > INT64_MAX / 2000000000)
		return ~0ul;
	return time_now_ns() + (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_nsec;
}

static int sync_cancel(struct ring *ring, const struct cancel_match *match,
		       const struct __kernel_timespec *time)
{
	uint64_t deadline_ns = sync_deadline(time);
	int result;

	while ((result = ring_cancel(ring, match)) == -EALREADY) {
		uint64_t now_ns = time_now_ns();

		if (now_ns >= deadline_ns)
			return -ETIME;
		if (task_sleep_until_ns(MIN(deadline_ns, now_ns + SYNC_CANCEL_STEP_NS)))
			return -EINTR;
	}
	return result;
}

static int sync_cancel_file(struct ring *ring, struct process *process,
			    const struct io_uring_sync_cancel_reg *wanted, struct file **file)
{
	*file = NULL;
	if (!(wanted->flags & IORING_ASYNC_CANCEL_FD))
		return 0;
	if (wanted->flags & IORING_ASYNC_CANCEL_FD_FIXED) {
		turn_take(&ring->turn);
		*file = fixed_file_get(ring, (uint32_t)wanted->fd);
		turn_leave(&ring->turn);
	} else {
		*file = files_get(process->files, wanted->fd);
	}
	return *file ? 0 : -EBADF;
}

static int register_sync_cancel(struct ring *ring, struct process *process, uint64_t address,
				uint32_t count)
{
	struct io_uring_sync_cancel_reg wanted;
	struct cancel_match match;
	struct file *file;
	int result;

	if (!address || count != 1)
		return -EINVAL;
	if (user_copy_in(process->space, &wanted, (struct user_address){ address },
			 sizeof(wanted)))
		return -EFAULT;
	if (wanted.flags & ~CANCEL_FLAGS)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(wanted.pad); i++)
		if (wanted.pad[i])
			return -EINVAL;
	if (wanted.pad2[0] | wanted.pad2[1] | wanted.pad2[2])
		return -EINVAL;
	result = sync_cancel_file(ring, process, &wanted, &file);
	if (result)
		return result;
	match = (struct cancel_match){ .file = file, .user_data = wanted.addr,
				       .flags = wanted.flags, .opcode = wanted.opcode };
	result = sync_cancel(ring, &match, &wanted.timeout);
	if (file)
		file_put(file);
	return result;
}

static int find_file(struct process *process, int32_t fd, bool registered, struct file **file)
{
	if (registered) {
		int error = ring_fds_get(process, (uint32_t)fd, file);

		if (error)
			return error;
	} else {
		*file = files_get(process->files, fd);
		if (!*file)
			return -EBADF;
	}
	if (ring_of(*file))
		return 0;
	file_put(*file);
	return -EOPNOTSUPP;
}

int64_t ring_register(struct process *process, int32_t fd, uint32_t opcode, uint64_t address,
		      uint32_t count)
{
	bool registered = opcode & IORING_REGISTER_USE_REGISTERED_RING;
	struct file *file;
	struct ring *ring;
	int result;

	opcode &= ~IORING_REGISTER_USE_REGISTERED_RING;
	if (opcode >= IORING_REGISTER_LAST &&
	    (opcode < UOS_REGISTER_BASE || opcode >= UOS_REGISTER_END))
		return -EINVAL;
	result = find_file(process, fd, registered, &file);
	if (result)
		return result;
	ring = ring_of(file);
	if (ring->issuer && ring->issuer != thread_current()->serial) {
		result = -EEXIST;
	} else if (policy_check_register(ring, opcode)) {
		result = -EACCES;
	} else if (opcode == IORING_REGISTER_SYNC_CANCEL) {
		/* it may wait, so not with the turn */
		result = register_sync_cancel(ring, process, address, count);
	} else if (opcode == IORING_REGISTER_CLONE_BUFFERS) {
		/* it takes the turns of both, one after the other */
		result = fixed_buffers_clone(ring, process, address, count);
	} else {
		turn_take(&ring->turn);
		result = register_on(ring, process, opcode, address, count);
		turn_leave(&ring->turn);
	}
	file_put(file);
	if (result != -EINVAL && opcode < 64)
		__atomic_fetch_or(&process->register_ops, 1ul << opcode, __ATOMIC_RELAXED);
	return result;
}
