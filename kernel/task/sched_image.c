/*
 * Checking a scheduler's image before anything of it runs; see sched.h.  What it
 * says of itself is believed only as far as it can be compared: whoever chooses the
 * image chooses part of the kernel.
 */
#include <stdio.h>
#include <string.h>

#include "kernel/limits.h"
#include "kernel/task/sched.h"

static bool check_sizes(const struct uos_sched_header *header, uint64_t bytes, char *why)
{
	if (header->header_bytes != sizeof(*header) ||
	    header->pool_header_bytes != sizeof(struct uos_sched_pool) ||
	    header->lane_bytes != sizeof(struct uos_sched_lane) ||
	    header->task_bytes != sizeof(struct uos_sched_task)) {
		snprintf(why, SCHED_WHY_BYTES, "header, pool, lane and task of %u, %u, %u and %u "
			 "bytes are not those of abi/sched.h", header->header_bytes,
			 header->pool_header_bytes, header->lane_bytes, header->task_bytes);
		return false;
	}
	if (header->image_bytes != bytes || bytes & PAGE_MASK || !header->text_offset ||
	    header->text_offset & PAGE_MASK || header->text_offset >= bytes) {
		snprintf(why, SCHED_WHY_BYTES, "says %u bytes with code from %u, but has %lu; both "
			 "must be whole pages", header->image_bytes, header->text_offset, bytes);
		return false;
	}
	return true;
}

static bool check_contents(const struct uos_sched_header *header, char *why)
{
	for (unsigned i = 0; i < UOS_SCHED_ENTRY_COUNT; i++) {
		uint32_t offset = header->entry_offset[i];

		if (offset < header->text_offset || offset >= header->image_bytes || offset & 1) {
			snprintf(why, SCHED_WHY_BYTES, "entry %u, at %#x, lies outside its code", i,
				 offset);
			return false;
		}
	}
	if (header->relocation_bytes || header->address_bytes) {
		snprintf(why, SCHED_WHY_BYTES, "has %u bytes of relocations and %u of addresses, "
			 "but must run anywhere", header->relocation_bytes, header->address_bytes);
		return false;
	}
	if (header->writable_bytes)
		snprintf(why, SCHED_WHY_BYTES, "has %u bytes of variables, but may only read itself",
			 header->writable_bytes);
	return !header->writable_bytes;
}

bool sched_image_check(const void *image, uint64_t bytes, char *why)
{
	const struct uos_sched_header *header = image;

	if (bytes < sizeof(*header) || bytes > SCHED_IMAGE_BYTES_MAX) {
		snprintf(why, SCHED_WHY_BYTES, "has %lu bytes; %lu to %lu can be loaded", bytes,
			 sizeof(*header), SCHED_IMAGE_BYTES_MAX);
		return false;
	}
	if (header->magic != UOS_SCHED_MAGIC) {
		snprintf(why, SCHED_WHY_BYTES, "magic number %#lx, not %#lx: no scheduler, or of "
			 "another byte order", header->magic, (uint64_t)UOS_SCHED_MAGIC);
		return false;
	}
	if (header->version != UOS_SCHED_VERSION) {
		snprintf(why, SCHED_WHY_BYTES, "its ABI is version %u, this kernel's is %u",
			 header->version, UOS_SCHED_VERSION);
		return false;
	}
	if (!memchr(header->name, '\0', sizeof(header->name))) {
		snprintf(why, SCHED_WHY_BYTES, "its name has no end");
		return false;
	}
	return check_sizes(header, bytes, why) && check_contents(header, why);
}
