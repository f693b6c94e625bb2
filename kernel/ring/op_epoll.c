/*
 * EPOLL_CREATE, EPOLL_CTL, EPOLL_WAIT; TIMERFD, TIMERFD_SETTIME.
 *
 * Cancel: EPOLL_WAIT at once; the others never wait.
 */
#include "drivers/rtc.h"
#include "fs/epoll.h"
#include "fs/timerfd.h"
#include "kernel/ring/object.h"

#define EVENTS_PER_LOOK	32u
#define EVENTS_MAX	(INT32_MAX / sizeof(struct abi_epoll_event))

static int64_t install(struct request *request, struct file *file, uint32_t flags)
{
	int fd;

	if (!file)
		return -ENOMEM;
	fd = files_install(request->process->files, file, flags & O_CLOEXEC);
	if (fd < 0)
		file_put(file);
	return fd;
}

/* ---- EPOLL_CREATE ------------------------------------------------------------------------ */

static int prep_create(struct request *request, const struct io_uring_sqe *sqe)
{
	if (!sqe_names_no_file(sqe) || sqe->off || sqe->addr || sqe->len || sqe->addr3 ||
	    !sqe_has_no_index(sqe) || sqe->op_flags & ~O_CLOEXEC)
		return -EINVAL;
	request->plain.words[0] = sqe->op_flags;
	return 0;
}

static int64_t issue_create(struct request *request)
{
	return install(request, epoll_create(), request->plain.words[0]);
}

const struct operation op_epoll_create = {
	.name = "epoll_create", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_create, .issue = issue_create,
};

/* ---- EPOLL_CTL ------------------------------------------------------------------------------ */

/* The epoll is `fd`, the file that it is about `off`. */
static int prep_control(struct request *request, const struct io_uring_sqe *sqe)
{
	struct abi_epoll_event event = { 0, 0 };

	if (!sqe_has_no_index(sqe))
		return -EINVAL;
	if (sqe->len != ABI_EPOLL_CTL_DEL &&
	    user_copy_in(request->process->space, &event, (struct user_address){ sqe->addr },
			 sizeof(event)))
		return -EFAULT;
	request->plain.words[0] = sqe->len;
	request->plain.words[1] = (uint32_t)sqe->off;
	request->plain.words[2] = event.events;
	request->plain.bytes = event.data;
	return 0;
}

static int64_t issue_control(struct request *request)
{
	const uint32_t *words = request->plain.words;
	const struct abi_epoll_event event = { words[2], request->plain.bytes };
	struct file *file = files_get(request->process->files, (int32_t)words[1]);
	int result;

	if (!file)
		return -EBADF;
	result = epoll_control(request->file, (int)words[0], (int32_t)words[1], file, &event);
	file_put(file);
	return result;
}

const struct operation op_epoll_ctl = {
	.name = "epoll_ctl", .flags = OP_FILE | OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_control, .issue = issue_control,
};

/* ---- EPOLL_WAIT ----------------------------------------------------------------------------- */

static int prep_wait(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->op_flags || sqe->addr3 || !sqe_has_no_index(sqe))
		return -EINVAL;
	if (!sqe->len || sqe->len > EVENTS_MAX)
		return -EINVAL;
	request->plain.address = sqe->addr;
	request->plain.words[0] = sqe->len;
	/* milliseconds; less than 0: for ever */
	request->plain.offset = (int64_t)sqe->off < 0 ? ~0ul :
				deadline_of_time(MIN(sqe->off, (uint64_t)INT32_MAX) * 1000000, 0);
	return 0;
}

static int64_t collect(struct request *request)
{
	struct abi_epoll_event events[EVENTS_PER_LOOK];
	const struct user_address to = { request->plain.address };
	uint32_t count = epoll_collect(request->file, events,
				       MIN(request->plain.words[0], EVENTS_PER_LOOK));

	if (count && user_copy_out(request->process->space, to, events,
				   count * sizeof(events[0])))
		return -EFAULT;
	return count;
}

static int64_t issue_wait(struct request *request)
{
	int64_t result;

	if (!file_is_epoll(request->file))
		return -EINVAL;
	while ((result = collect(request)) == 0) {
		result = file_wait_until(request->file, POLL_READABLE, request->plain.offset);
		if (result)
			return result == -ETIME ? 0 : result;
	}
	return result;
}

const struct operation op_epoll_wait = {
	.name = "epoll_wait", .flags = OP_FILE | OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_wait, .issue = issue_wait,
};

/* ---- TIMERFD ---------------------------------------------------------------------------------- */

static int prep_timerfd(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->off || sqe->addr || sqe->len || sqe->addr3 || !sqe_has_no_index(sqe) ||
	    sqe->op_flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	if (sqe->fd != ABI_CLOCK_REALTIME && sqe->fd != ABI_CLOCK_MONOTONIC &&
	    sqe->fd != ABI_CLOCK_BOOTTIME)
		return -EINVAL;
	request->plain.words[0] = sqe->op_flags;
	request->plain.words[1] = (uint32_t)sqe->fd;
	return 0;
}

static int64_t issue_timerfd(struct request *request)
{
	const uint32_t *words = request->plain.words;

	return install(request, timerfd_create((int32_t)words[1], words[0]), words[0]);
}

const struct operation op_timerfd = {
	.name = "timerfd", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_timerfd, .issue = issue_timerfd,
};

/* ---- TIMERFD_SETTIME: addr the new setting (0: only asks), off receives the old one ------------- */

static bool is_time(const struct __kernel_timespec *time)
{
	return time->tv_sec >= 0 && (uint64_t)time->tv_nsec < 1000000000;
}

static uint64_t ns_of(const struct __kernel_timespec *time)
{
	if (time->tv_sec > INT64_MAX / 1000000000 - 1)
		return INT64_MAX;
	return (uint64_t)time->tv_sec * 1000000000 + (uint64_t)time->tv_nsec;
}

static struct __kernel_timespec time_of(uint64_t ns)
{
	return (struct __kernel_timespec){ (int64_t)(ns / 1000000000), (int64_t)(ns % 1000000000) };
}

static int prep_settime(struct request *request, const struct io_uring_sqe *sqe)
{
	struct abi_itimerspec wanted = { 0 };

	if (sqe->len || sqe->addr3 || !sqe_has_no_index(sqe) ||
	    sqe->op_flags & ~(ABI_TFD_TIMER_ABSTIME | ABI_TFD_TIMER_CANCEL_ON_SET))
		return -EINVAL;
	if (sqe->addr && user_copy_in(request->process->space, &wanted,
				      (struct user_address){ sqe->addr }, sizeof(wanted)))
		return -EFAULT;
	if (!is_time(&wanted.it_value) || !is_time(&wanted.it_interval))
		return -EINVAL;
	request->plain.address = sqe->off;
	request->plain.bytes = ns_of(&wanted.it_value);
	request->plain.offset = ns_of(&wanted.it_interval);
	request->plain.words[0] = sqe->op_flags;
	request->plain.words[1] = sqe->addr != 0;
	return 0;
}

static int64_t issue_settime(struct request *request)
{
	const uint32_t *words = request->plain.words;
	uint32_t flags = words[0] & ABI_TFD_TIMER_ABSTIME ? IORING_TIMEOUT_ABS : 0;
	struct timerfd_setting setting = { .interval_ns = request->plain.offset }, before;
	struct abi_itimerspec old;
	uint64_t now_ns = time_now_ns();
	int32_t clock;

	if (!file_is_timerfd(request->file, &clock))
		return -EINVAL;
	if (clock == ABI_CLOCK_REALTIME)
		flags |= IORING_TIMEOUT_REALTIME;
	if (request->plain.bytes)	/* what is over already is due at once, but not off */
		setting.deadline_ns = MAX(deadline_of_time(request->plain.bytes, flags), 1ul);
	timerfd_set(request->file, words[1] ? &setting : NULL, &before);
	if (!request->plain.address)
		return 0;
	old.it_interval = time_of(before.interval_ns);
	old.it_value = time_of(before.deadline_ns > now_ns ? before.deadline_ns - now_ns :
			       before.deadline_ns != 0);
	return user_copy_out(request->process->space,
			     (struct user_address){ request->plain.address }, &old, sizeof(old));
}

const struct operation op_timerfd_settime = {
	.name = "timerfd_settime", .flags = OP_FILE | OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_settime, .issue = issue_settime,
};
