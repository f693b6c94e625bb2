/*
 * What a program says of memory and files that it has: MPROTECT, MADVISE, MSYNC,
 * FADVISE.
 *
 * Cancel: none waits for a peer; one that has started completes (-EALREADY).
 */
#include "fs/vfs.h"
#include "kernel/limits.h"
#include "kernel/ring/object.h"

#define PROTECTIONS	(ABI_PROT_READ | ABI_PROT_WRITE | ABI_PROT_EXEC)
#define PAGES_AT_ONCE	64u		/* populated between two looks at who waits */

static int take_range(struct request *request, uint64_t address, uint64_t bytes, uint32_t word)
{
	request->plain.address = address;
	request->plain.bytes = bytes;
	request->plain.words[0] = word;
	return 0;
}

/* ---- MPROTECT ---------------------------------------------------------------------------- */

static int prep_mprotect(struct request *request, const struct io_uring_sqe *sqe)
{
	if (!sqe_names_no_file(sqe) || sqe->off || sqe->op_flags || !sqe_has_no_index(sqe) ||
	    sqe->__pad2[0] || sqe->len & ~PROTECTIONS)
		return -EINVAL;
	return take_range(request, sqe->addr, sqe->addr3, sqe->len);
}

static int64_t issue_mprotect(struct request *request)
{
	return address_space_protect(request->process->space, request->plain.address,
				     request->plain.bytes, request->plain.words[0]);
}

const struct operation op_mprotect = {
	.name = "mprotect", .flags = OP_NO_FIXED, .prep = prep_mprotect, .issue = issue_mprotect,
};

/* ---- MADVISE ------------------------------------------------------------------------------ */

static int prep_madvise(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->buf_index || sqe->splice_fd_in)
		return -EINVAL;
	/* as Linux: a length of 64 bits if there is one */
	return take_range(request, sqe->addr, sqe->off ? sqe->off : sqe->len, sqe->op_flags);
}

static int populate(struct address_space *space, uint64_t address, uint64_t bytes,
		    uint32_t protection)
{
	const uint64_t step = PAGES_AT_ONCE * PAGE_SIZE;
	int error = 0;

	if (!address_space_covers(space, address, bytes))
		return -ENOMEM;
	for (uint64_t done = 0; done < bytes && !error; done += step) {
		error = address_space_populate(space, address + done, MIN(step, bytes - done),
					       protection);
		if (!error && task_breathe())
			error = -EINTR;
	}
	return error;
}

static int64_t issue_madvise(struct request *request)
{
	struct address_space *space = request->process->space;
	const uint64_t address = request->plain.address, bytes = request->plain.bytes;

	if (address & PAGE_MASK)
		return -EINVAL;
	switch (request->plain.words[0]) {
	case ABI_MADV_DONTNEED:
	case ABI_MADV_FREE:
		return address_space_discard(space, address, bytes);
	case ABI_MADV_POPULATE_READ:
		return populate(space, address, bytes, ABI_PROT_READ);
	case ABI_MADV_POPULATE_WRITE:
		return populate(space, address, bytes, ABI_PROT_WRITE);
	case ABI_MADV_NORMAL:
	case ABI_MADV_RANDOM:
	case ABI_MADV_SEQUENTIAL:
	case ABI_MADV_WILLNEED:
	case ABI_MADV_DONTFORK:
	case ABI_MADV_DOFORK:
	case ABI_MADV_DONTDUMP:
	case ABI_MADV_DODUMP:
	case ABI_MADV_COLD:
		/* hints about what there is not: paging, children, dumps */
		return address_space_covers(space, address, bytes) ? 0 : -ENOMEM;
	default:
		return -EINVAL;
	}
}

const struct operation op_madvise = {
	.name = "madvise", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_madvise, .issue = issue_madvise,
};

/* ---- MSYNC -------------------------------------------------------------------------------- */

static int prep_msync(struct request *request, const struct io_uring_sqe *sqe)
{
	const uint32_t both = ABI_MS_ASYNC | ABI_MS_SYNC;

	if (!sqe_names_no_file(sqe) || sqe->off || sqe->len || !sqe_has_no_index(sqe) ||
	    sqe->__pad2[0] || sqe->op_flags & ~(both | ABI_MS_INVALIDATE) ||
	    (sqe->op_flags & both) == both || sqe->addr & PAGE_MASK)
		return -EINVAL;
	return take_range(request, sqe->addr, sqe->addr3, 0);
}

/* What is shared with a file is the file's own frames: there is nothing to carry over,
 * and what they are part of lies in memory alone. */
static int64_t issue_msync(struct request *request)
{
	return address_space_covers(request->process->space, request->plain.address,
				    request->plain.bytes) ? 0 : -ENOMEM;
}

const struct operation op_msync = {
	.name = "msync", .flags = OP_NO_FIXED, .prep = prep_msync, .issue = issue_msync,
};

/* ---- FADVISE ------------------------------------------------------------------------------- */

#define ADVICE_LAST	5u		/* POSIX_FADV_NOREUSE */

static int prep_fadvise(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->buf_index || sqe->splice_fd_in)
		return -EINVAL;
	return take_range(request, sqe->off, sqe->addr ? sqe->addr : sqe->len, sqe->op_flags);
}

/* The page cache looks at what is read, not at what was promised. */
static int64_t issue_fadvise(struct request *request)
{
	if ((int64_t)request->plain.bytes < 0 || request->plain.words[0] > ADVICE_LAST)
		return -EINVAL;
	return file_takes_offsets(request->file) ? 0 : -ESPIPE;
}

const struct operation op_fadvise = {
	.name = "fadvise", .flags = OP_FILE, .prep = prep_fadvise, .issue = issue_fadvise,
};
