/*
 * Pipes: bytes from one file to another, in memory.
 */
#ifndef FS_PIPE_H
#define FS_PIPE_H

#include "fs/vfs.h"

#define PIPE_PAGES		16u
#define PIPE_BYTES_MAX		(PIPE_PAGES * PAGE_SIZE)
#define PIPE_ATOMIC_BYTES	PAGE_SIZE	/* PIPE_BUF */

bool file_is_pipe(const struct file *file);
/* What a read would give behind the first `skip` bytes, which stays there.  Waits as it
 * does, for the first byte. */
ssize_t pipe_peek(struct file *file, uint32_t skip, struct cursor *to);
/* flags: O_NONBLOCK.  ends[0] is read, ends[1] written; a reference to each.
 * 0 or -ENOMEM. */
int pipe_create(uint32_t flags, struct file *ends[2]);

#endif
