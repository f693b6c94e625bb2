/*
 * Processes: KILL, SET_PRIORITY, GETPID, GETPPID, STATS, POWEROFF.  SPAWN and WAITID
 * have files of their own.
 *
 * Cancel: none waits; nothing to cancel.
 */
#include "drivers/power.h"
#include "kernel/ring/object.h"

static bool is_bare(const struct io_uring_sqe *sqe)
{
	return sqe_names_no_file(sqe) && !(sqe->off | sqe->addr | sqe->len | sqe->op_flags | sqe->addr3) &&
	       sqe_has_no_index(sqe);
}

static int prep_pid_and_word(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->off || sqe->addr || sqe->op_flags || sqe->addr3 || !sqe_has_no_index(sqe))
		return -EINVAL;
	request->plain.words[0] = (uint32_t)sqe->fd;
	request->plain.words[1] = sqe->len;
	return 0;
}

static int64_t issue_kill(struct request *request)
{
	return process_kill((int32_t)request->plain.words[0], (int)request->plain.words[1]);
}

const struct operation op_kill = {
	.name = "kill", .flags = OP_NO_FIXED, .prep = prep_pid_and_word, .issue = issue_kill,
};

static int64_t issue_set_priority(struct request *request)
{
	int32_t pid = (int32_t)request->plain.words[0];

	return process_set_level(request->process, pid ? pid : request->process->pid,
				 request->plain.words[1]);
}

const struct operation op_set_priority = {
	.name = "set_priority", .flags = OP_NO_FIXED,
	.prep = prep_pid_and_word, .issue = issue_set_priority,
};

/* ---- GETPID, GETPPID ----------------------------------------------------------------------- */

static int prep_getpid(struct request *request, const struct io_uring_sqe *sqe)
{
	request->result = request->process->pid;
	return is_bare(sqe) ? 0 : -EINVAL;
}

static int64_t issue_getpid(struct request *request)
{
	return request->process->pid;
}

const struct operation op_getpid = {
	.name = "getpid", .flags = OP_NO_FIXED | OP_INLINE, .prep = prep_getpid, .issue = issue_getpid,
};

static int prep_bare(struct request *request, const struct io_uring_sqe *sqe)
{
	return is_bare(sqe) ? 0 : -EINVAL;
}

static int64_t issue_getppid(struct request *request)
{
	return process_parent_pid(request->process);
}

const struct operation op_getppid = {
	.name = "getppid", .flags = OP_NO_FIXED, .prep = prep_bare, .issue = issue_getppid,
};

/* ---- STATS ---------------------------------------------------------------------------------- */

static int prep_stats(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->op_flags || sqe->addr3 || !sqe_has_no_index(sqe))
		return -EINVAL;
	if ((uint32_t)sqe->fd > UOS_STATS_OPERATIONS)
		return -EINVAL;
	if (sqe->off > INT32_MAX || (sqe->fd == UOS_STATS_SYSTEM && sqe->off))
		return -EINVAL;
	request->plain.words[0] = (uint32_t)sqe->fd;
	request->plain.offset = sqe->off;
	request->plain.address = sqe->addr;
	request->plain.bytes = sqe->len;
	return 0;
}

static int64_t put_system(struct request *request, struct user_address to, uint64_t bytes)
{
	struct uos_system_stats stats = { 0 };

	system_stats(&stats);
	bytes = MIN(bytes, sizeof(stats));
	return user_copy_out(request->process->space, to, &stats, bytes) ? -EFAULT :
	       (int64_t)bytes;
}

static int64_t put_processes(struct request *request, struct user_address to, uint64_t bytes)
{
	int32_t from_pid = (int32_t)request->plain.offset;
	struct uos_process_stats stats;
	uint64_t done = 0;

	while (bytes - done >= sizeof(stats)) {
		struct process *process = process_next(from_pid);
		const struct user_address at = { to.value + done };

		if (!process)
			break;
		stats = (struct uos_process_stats){ 0 };
		process_stats(process, &stats);
		from_pid = process->pid == INT32_MAX ? INT32_MAX : process->pid + 1;
		process_put(process);
		if (user_copy_out(request->process->space, at, &stats, sizeof(stats)))
			return done ? (int64_t)done : -EFAULT;
		done += sizeof(stats);
	}
	return done;
}

static int64_t put_operations(struct request *request, struct user_address to, uint64_t bytes)
{
	struct process *process = process_find((int32_t)request->plain.offset);
	struct uos_operation_stats stats;

	if (!process)
		return -ESRCH;
	process_operation_stats(process, &stats);
	process_put(process);
	bytes = MIN(bytes, sizeof(stats));
	return user_copy_out(request->process->space, to, &stats, bytes) ? -EFAULT :
	       (int64_t)bytes;
}

static int64_t issue_stats(struct request *request)
{
	const struct user_address to = { request->plain.address };

	if (request->plain.words[0] == UOS_STATS_SYSTEM)
		return put_system(request, to, request->plain.bytes);
	if (request->plain.words[0] == UOS_STATS_OPERATIONS)
		return put_operations(request, to, request->plain.bytes);
	return put_processes(request, to, request->plain.bytes);
}

const struct operation op_stats = {
	.name = "stats", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_stats, .issue = issue_stats,
};

/* ---- POWEROFF -------------------------------------------------------------------------------- */

#define STATUS_MAX	127u

static int prep_poweroff(struct request *request, const struct io_uring_sqe *sqe)
{
	if (!sqe_names_no_file(sqe) || sqe->off || sqe->addr || sqe->op_flags || sqe->addr3 ||
	    !sqe_has_no_index(sqe) || sqe->len > STATUS_MAX)
		return -EINVAL;
	request->plain.words[0] = sqe->len;
	return 0;
}

static int64_t issue_poweroff(struct request *request)
{
	machine_end(request->plain.words[0]);
}

const struct operation op_poweroff = {
	.name = "poweroff", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_poweroff, .issue = issue_poweroff,
};

/* ---- RESTRICT --------------------------------------------------------------------------------- */

static int prep_restrict(struct request *request, const struct io_uring_sqe *sqe)
{
	if (!sqe_names_no_file(sqe) || sqe->off || sqe->op_flags || sqe->addr3 ||
	    !sqe_has_no_index(sqe) || sqe->len != sizeof(request->restriction.allowed))
		return -EINVAL;
	return user_copy_in(request->process->space, request->restriction.allowed,
			    (struct user_address){ sqe->addr },
			    sizeof(request->restriction.allowed));
}

static int64_t issue_restrict(struct request *request)
{
	return policy_narrow(request->process, request->restriction.allowed);
}

const struct operation op_restrict = {
	.name = "restrict", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_restrict, .issue = issue_restrict,
};
