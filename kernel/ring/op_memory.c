/*
 * MMAP and MUNMAP.  What is mapped: anonymous memory, stacks with guard pages, and
 * a ring's areas.
 *
 * Cancel: neither waits; nothing to cancel.
 */
#include "kernel/limits.h"
#include "kernel/ring/object.h"

#define PROTECTIONS	(ABI_PROT_READ | ABI_PROT_WRITE | ABI_PROT_EXEC)
#define SLOT_SHIFT_MASK	(63u << UOS_MAP_SLOT_SHIFT)
#define MAP_FLAGS	(ABI_MAP_SHARED | ABI_MAP_PRIVATE | ABI_MAP_FIXED | ABI_MAP_ANONYMOUS | \
			 ABI_MAP_NORESERVE | ABI_MAP_POPULATE | ABI_MAP_FIXED_NOREPLACE | \
			 UOS_MAP_STACKS | SLOT_SHIFT_MASK)
#define SLOT_SHIFT_MIN	13
#define SLOT_SHIFT_MAX	30

/* words: protection, flags */
static int check(uint32_t protection, uint32_t flags, uint64_t bytes, uint64_t offset)
{
	uint32_t sharing = flags & (ABI_MAP_SHARED | ABI_MAP_PRIVATE);
	uint32_t slot_shift = flags >> UOS_MAP_SLOT_SHIFT;

	if (protection & ~PROTECTIONS || flags & ~MAP_FLAGS || offset & PAGE_MASK)
		return -EINVAL;
	if (sharing != ABI_MAP_SHARED && sharing != ABI_MAP_PRIVATE)
		return -EINVAL;
	if (bytes == 0)
		return -EINVAL;
	if (bytes > USER_END)
		return -ENOMEM;
	if (!(flags & UOS_MAP_STACKS))
		return slot_shift ? -EINVAL : 0;
	if (slot_shift < SLOT_SHIFT_MIN || slot_shift > SLOT_SHIFT_MAX ||
	    !(flags & ABI_MAP_ANONYMOUS) || bytes & ((1ul << slot_shift) - 1))
		return -EINVAL;
	return 0;
}

static int prep_mmap(struct request *request, const struct io_uring_sqe *sqe)
{
	struct plain_arguments *plain = &request->plain;
	int error = check(sqe->len, sqe->op_flags, sqe->addr3, sqe->off);

	if (!sqe_has_no_index(sqe) || sqe->__pad2[0])
		return -EINVAL;
	if (error)
		return error;
	plain->address = sqe->addr;
	plain->bytes = ALIGN_UP(sqe->addr3, PAGE_SIZE);
	plain->offset = sqe->off;
	plain->words[0] = sqe->len;
	plain->words[1] = sqe->op_flags;
	if (sqe->op_flags & ABI_MAP_ANONYMOUS)
		return 0;
	/* the one kind of file that can be mapped is a ring, so no reference of the
	 * request's own: the area is looked up when it is issued */
	plain->words[2] = (uint32_t)sqe->fd;
	return 0;
}

static int map_file(struct request *request, struct region_request *region, uint64_t *address)
{
	struct process *process = request->process;
	struct file *file = files_get(process->files, (int32_t)request->plain.words[2]);
	struct ring *ring;
	int error;

	if (!file)
		return -EBADF;
	ring = ring_of(file);
	error = ring ? ring_map_request(ring, request->plain.offset, region->bytes, region) :
		       -ENODEV;
	/* the frames are the mapping's own before the file's reference ends */
	if (!error)
		error = address_space_map(process->space, region, address);
	file_put(file);
	return error;
}

static int64_t issue_mmap(struct request *request)
{
	const struct plain_arguments *plain = &request->plain;
	uint32_t flags = plain->words[1];
	struct region_request region = {
		.address = ALIGN_DOWN(plain->address, PAGE_SIZE),
		.bytes = plain->bytes,
		.protection = plain->words[0],
		.kind = flags & UOS_MAP_STACKS ? REGION_STACKS : REGION_ANONYMOUS,
		.slot_shift = flags >> UOS_MAP_SLOT_SHIFT,
		.exact = flags & (ABI_MAP_FIXED | ABI_MAP_FIXED_NOREPLACE),
		.replace = (flags & (ABI_MAP_FIXED | ABI_MAP_FIXED_NOREPLACE)) == ABI_MAP_FIXED,
		.populate = flags & ABI_MAP_POPULATE,
	};
	uint64_t address;
	int error;

	if (region.exact && plain->address & PAGE_MASK)
		return -EINVAL;
	error = flags & ABI_MAP_ANONYMOUS ?
		address_space_map(request->process->space, &region, &address) :
		map_file(request, &region, &address);
	return error ? error : (int64_t)address;
}

const struct operation op_mmap = {
	.name = "mmap", .flags = OP_SUSPENDS | OP_PAGES | OP_NO_FIXED,
	.prep = prep_mmap, .issue = issue_mmap,
};

/* ---- MUNMAP ----------------------------------------------------------------------------- */

static int prep_munmap(struct request *request, const struct io_uring_sqe *sqe)
{
	if (!sqe_names_no_file(sqe) || sqe->off || sqe->len || sqe->op_flags || !sqe_has_no_index(sqe) ||
	    sqe->__pad2[0])
		return -EINVAL;
	request->plain.address = sqe->addr;
	request->plain.bytes = sqe->addr3;
	return 0;
}

static int64_t issue_munmap(struct request *request)
{
	return address_space_unmap(request->process->space, request->plain.address,
				   request->plain.bytes);
}

const struct operation op_munmap = {
	.name = "munmap", .flags = OP_NO_FIXED, .prep = prep_munmap, .issue = issue_munmap,
};
