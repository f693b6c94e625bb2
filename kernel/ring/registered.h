/*
 * What users register with a ring: files, buffers given and provided, restrictions, other
 * rings.  A part of object.h, which includes it.
 */
#ifndef KERNEL_RING_REGISTERED_H
#define KERNEL_RING_REGISTERED_H

#include "kernel/ring/object.h"

/* ---- registered things; turn held ------------------------------------------------------------------ */

/* What a user registers or updates: addresses of `count` descriptors (or vectors) and tags;
 * data 0: all are empty; tags 0: none has one. */
struct fixed_list {
	uint64_t data, tags;
	uint32_t count, offset;
};
int fixed_files_register(struct ring *ring, struct process *process,
			 const struct fixed_list *list);
int fixed_files_unregister(struct ring *ring);
/* Slots changed, or -errno if none was. */
int fixed_files_update(struct ring *ring, struct process *process, const struct fixed_list *list);
/* Each descriptor of the user's list into any free slot, whose index takes its place. */
int fixed_files_allocate(struct ring *ring, struct process *process, uint64_t address,
			 uint32_t count);
/* Where free slots are looked for. */
int fixed_files_set_range(struct ring *ring, struct process *process, uint64_t address);
/* A reference, or NULL. */
struct file *fixed_file_get(struct ring *ring, uint32_t index);
/* Puts a file (its reference is taken over) at slot - 1, or anywhere
 * (IORING_FILE_INDEX_ALLOC): 0 or the index; -ENXIO, -EINVAL, -ENFILE. */
int fixed_file_install(struct ring *ring, struct file *file, uint32_t slot);
int fixed_file_close(struct ring *ring, uint32_t slot);

int fixed_buffers_register(struct ring *ring, struct process *process,
			   const struct fixed_list *list);
int fixed_buffers_update(struct ring *ring, struct process *process,
			 const struct fixed_list *list);
/* The buffers of another ring, with references.  Neither's turn is held. */
int fixed_buffers_clone(struct ring *ring, struct process *process, uint64_t address,
			uint32_t count);
int fixed_buffers_unregister(struct ring *ring);
struct fixed_buffer *fixed_buffer_get(struct ring *ring, uint32_t index);
void fixed_buffer_put(struct fixed_buffer *buffer);
/* A cursor over part of it.  -EFAULT: not inside. */
int fixed_buffer_cursor(const struct fixed_buffer *buffer, uint64_t address, uint32_t bytes,
			struct cursor *cursor);

/* ---- provide.c ------------------------------------------------------------------------------------ */

void buffer_groups_free(struct ring *ring);
int buffer_ring_register(struct ring *ring, struct process *process, uint64_t address,
			 uint32_t count);
int buffer_ring_unregister(struct ring *ring, struct process *process, uint64_t address,
			   uint32_t count);
int buffer_ring_status(struct ring *ring, struct process *process, uint64_t address,
		       uint32_t count);
/* As ring_map_request, of a group's ring that the kernel made. */
int buffer_ring_map(struct ring *ring, uint32_t group, uint64_t bytes,
		    struct region_request *request);

/* ---- policy.c: what may be asked for; turn held ------------------------------------------------------- */

/* 0, or why this entry is refused: the ring's restrictions, its kind, the process's policy. */
int policy_check(const struct ring *ring, const struct process *process,
		 const struct io_uring_sqe *sqe);
/* A register op on a ring with restrictions: 0 or -EACCES. */
int policy_check_register(const struct ring *ring, uint32_t opcode);
int restrictions_register(struct ring *ring, struct process *process, uint64_t address,
			  uint32_t count);
void restrictions_free(struct ring *ring);
/* What `process` may ask for is no more than the bits in `allowed` from now on. */
int policy_narrow(struct process *process, const uint64_t allowed[4]);
/* The id, or -ENOMEM (there are 255); 0 or -EINVAL. */
int personality_register(struct ring *ring);
int personality_unregister(struct ring *ring, uint32_t id);
static inline bool personality_is_registered(const struct ring *ring, uint32_t id)
{
	return ring && id < PERSONALITY_WORDS * 64 && ring->personalities[id / 64] >> id % 64 & 1;
}

/* ---- ring_fds.c: a process's registered rings ---------------------------------------------------------- */

#define RING_FDS_MAX	16u
int ring_fds_register(struct process *process, uint64_t address, uint32_t count);
/* The ring at the first free place: the index, or -ENOMEM, -EBUSY. */
int ring_fds_add(struct process *process, struct file *file);
int ring_fds_unregister(struct process *process, uint64_t address, uint32_t count);
/* The ring's file with a reference: 0, -EINVAL, -EBADF. */
int ring_fds_get(struct process *process, uint32_t index, struct file **file);
void ring_fds_end(struct process *process);

#endif
