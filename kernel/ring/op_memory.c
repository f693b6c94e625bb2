/*
 * MMAP and MUNMAP.  What is mapped: anonymous memory, stacks with guard pages, a ring's
 * areas, and files: the frames themselves of one that lives in memory; a copy, made at
 * once and only for a private mapping, of another.
 *
 * Cancel: neither waits; nothing to cancel.
 */
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/ring/object.h"

#define PROTECTIONS	(ABI_PROT_READ | ABI_PROT_WRITE | ABI_PROT_EXEC)
#define SLOT_SHIFT_MASK	(63u << UOS_MAP_SLOT_SHIFT)
#define MAP_FLAGS	(ABI_MAP_SHARED | ABI_MAP_PRIVATE | ABI_MAP_FIXED | ABI_MAP_ANONYMOUS | \
			 ABI_MAP_NORESERVE | ABI_MAP_POPULATE | ABI_MAP_FIXED_NOREPLACE | \
			 ABI_MAP_HUGETLB | UOS_MAP_STACKS | SLOT_SHIFT_MASK)
#define HUGE_SHIFT	21		/* the one size of huge pages */
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
	if (flags & ABI_MAP_HUGETLB)
		return flags & UOS_MAP_STACKS || !(flags & ABI_MAP_ANONYMOUS) ||
		       (slot_shift && slot_shift != HUGE_SHIFT) ? -EINVAL : 0;
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
	plain->bytes = ALIGN_UP(sqe->addr3, sqe->op_flags & ABI_MAP_HUGETLB ? 1ul << HUGE_SHIFT :
				PAGE_SIZE);
	plain->offset = sqe->off;
	plain->words[0] = sqe->len;
	plain->words[1] = sqe->op_flags;
	if (sqe->op_flags & ABI_MAP_ANONYMOUS)
		return 0;
	/* no reference of the request's own: a ring may be none's target in a request */
	plain->words[2] = (uint32_t)sqe->fd;
	return 0;
}

/* ---- files ------------------------------------------------------------------------------ */

static int source_page(void *object, uint64_t index, bool fill, void **frame)
{
	return file_page(object, index, fill, frame);
}

static void source_get(void *object)
{
	file_get(object);
}

static void source_put(void *object)
{
	file_put(object);
}

static const struct region_source file_source = {
	.page = source_page, .get = source_get, .put = source_put,
};

/* What its file was not opened for may not be had by way of memory. */
static int check_access(const struct file *file, bool shared, struct region_request *region)
{
	uint32_t access = file->flags & O_ACCMODE;

	if (access == O_WRONLY)
		return -EACCES;
	if (shared && access == O_RDONLY)
		region->denied = ABI_PROT_WRITE;
	return region->protection & region->denied ? -EACCES : 0;
}

/* The contents of a file whose pages can't be mapped, as they are now. */
static int copy_in(struct process *process, struct file *file, uint64_t offset,
		   uint64_t address, uint64_t bytes)
{
	for (uint64_t done = 0; done < bytes; done += PAGE_SIZE) {
		char *page = user_frame_pin(process->space, (struct user_address){ address + done },
					    ABI_PROT_WRITE);
		struct cursor cursor;
		ssize_t got;

		if (!page)
			return -ENOMEM;
		cursor_init_kernel(&cursor, page, PAGE_SIZE);
		got = file_read(file, &cursor, (int64_t)(offset + done));
		frame_put(page);
		if (got <= 0)
			return (int)got;
	}
	return 0;
}

static int map_copy(struct process *process, struct file *file, uint64_t offset,
		    struct region_request *region, uint64_t *address)
{
	const uint32_t protection = region->protection;
	int error;

	region->protection = ABI_PROT_READ | ABI_PROT_WRITE;
	error = address_space_map(process->space, region, address);
	if (error)
		return error;
	error = copy_in(process, file, offset, *address, region->bytes);
	if (!error)
		error = address_space_protect(process->space, *address, region->bytes, protection);
	if (error)
		(void)address_space_unmap(process->space, *address, region->bytes);
	return error;
}

static int map_named(struct process *process, struct file *file, uint64_t offset, bool shared,
		     struct region_request *region, uint64_t *address)
{
	int error = check_access(file, shared, region);

	if (error)
		return error;
	switch (file_mapping(file)) {
	case FILE_MAPS_ZEROS:
		return address_space_map(process->space, region, address);
	case FILE_MAPS_PAGES:
		region->kind = shared ? REGION_SHARED : REGION_PRIVATE;
		region->source = &file_source;
		region->object = file;
		region->first = offset >> PAGE_SHIFT;
		return address_space_map(process->space, region, address);
	case FILE_MAPS_COPY:
		return shared ? -ENODEV : map_copy(process, file, offset, region, address);
	case FILE_MAPS_NOTHING:
		break;
	}
	return -ENODEV;
}

static int map_file(struct request *request, struct region_request *region, bool shared,
		    uint64_t *address)
{
	struct process *process = request->process;
	struct file *file = files_get(process->files, (int32_t)request->plain.words[2]);
	struct ring *ring;
	int error;

	if (!file)
		return -EBADF;
	ring = ring_of(file);
	if (ring) {
		error = ring_map_request(ring, request->plain.offset, region->bytes, region);
		/* the frames are the mapping's own before the file's reference ends */
		if (!error)
			error = address_space_map(process->space, region, address);
	} else {
		error = map_named(process, file, request->plain.offset, shared, region, address);
	}
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
		.populate = flags & (ABI_MAP_POPULATE | ABI_MAP_HUGETLB),
		.alignment = flags & ABI_MAP_HUGETLB ? 1ul << HUGE_SHIFT : 0,
	};
	uint64_t address;
	int error;

	if (region.exact && plain->address & PAGE_MASK)
		return -EINVAL;
	error = flags & ABI_MAP_ANONYMOUS ?
		address_space_map(request->process->space, &region, &address) :
		map_file(request, &region, flags & ABI_MAP_SHARED, &address);
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
	.name = "munmap", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep_munmap, .issue = issue_munmap,
};
