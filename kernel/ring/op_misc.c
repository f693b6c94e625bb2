/*
 * CLOCK_GETTIME and GETRANDOM.
 *
 * Cancel: neither waits; nothing to cancel.
 */
#include "drivers/random.h"
#include "drivers/rtc.h"
#include "kernel/ring/object.h"

/* ---- CLOCK_GETTIME ---------------------------------------------------------------------- */

static int prep_clock(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->off || sqe->len || sqe->op_flags || sqe->addr3 || !sqe_has_no_index(sqe))
		return -EINVAL;
	if (sqe->fd != ABI_CLOCK_REALTIME && sqe->fd != ABI_CLOCK_MONOTONIC &&
	    sqe->fd != ABI_CLOCK_BOOTTIME)
		return -EINVAL;
	request->plain.words[0] = (uint32_t)sqe->fd;
	request->plain.address = sqe->addr;
	return 0;
}

static int64_t issue_clock(struct request *request)
{
	uint64_t now_ns = request->plain.words[0] == ABI_CLOCK_REALTIME ? rtc_now_ns() :
			  time_now_ns();
	const struct __kernel_timespec time = {
		(int64_t)(now_ns / 1000000000), (int64_t)(now_ns % 1000000000),
	};

	return user_copy_out(request->process->space,
			     (struct user_address){ request->plain.address }, &time,
			     sizeof(time));
}

const struct operation op_clock_gettime = {
	.name = "clock_gettime", .flags = OP_NO_FIXED,
	.prep = prep_clock, .issue = issue_clock,
};

/* ---- GETRANDOM ----------------------------------------------------------------------------- */

#define PIECE_BYTES	256u

static int prep_random(struct request *request, const struct io_uring_sqe *sqe)
{
	if (!sqe_names_no_file(sqe) || sqe->off || sqe->op_flags || sqe->addr3 || !sqe_has_no_index(sqe))
		return -EINVAL;
	request->plain.address = sqe->addr;
	request->plain.bytes = MIN(sqe->len, (uint32_t)FILE_TRANSFER_BYTES_MAX);
	return 0;
}

static int64_t issue_random(struct request *request)
{
	uint64_t done = 0, bytes = request->plain.bytes;
	uint8_t piece[PIECE_BYTES];

	while (done < bytes) {
		const struct user_address to = { request->plain.address + done };
		uint64_t part = MIN(bytes - done, (uint64_t)sizeof(piece));

		random_fill(piece, part);
		if (user_copy_out(request->process->space, to, piece, part))
			return done ? (int64_t)done : -EFAULT;
		done += part;
		if (done % (16 * PIECE_BYTES) == 0 && task_breathe())
			break;
	}
	return done;
}

const struct operation op_getrandom = {
	.name = "getrandom", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_random, .issue = issue_random,
};
