/*
 * NOP: what a request costs when nothing is done.  The template for further
 * operations: prep reads and checks, issue does.
 */
#include "kernel/ring/request.h"

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->nop_flags & ~IORING_NOP_INJECT_RESULT)
		return -EINVAL;
	request->result = sqe->nop_flags ? (int32_t)sqe->len : 0;
	return 0;
}

static int64_t issue(struct request *request)
{
	return request->result;
}

const struct operation op_nop = { .name = "nop", .flags = OP_INLINE, .prep = prep, .issue = issue };
