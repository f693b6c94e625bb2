/*
 * A process's descriptor table: grows, lowest free descriptor first, at most
 * FILES_MAX.  Any function may be called by any task that works for the process.
 */
#ifndef KERNEL_PROCESS_FILES_H
#define KERNEL_PROCESS_FILES_H

#include "fs/vfs.h"
#include "kernel/api/base.h"

#define FILES_MAX	65536		/* RLIMIT_NOFILE: EMFILE */

struct files;

struct files *files_create(void);			/* NULL: no memory */
/* Closes every descriptor and frees the table.  Coroutine context. */
void files_destroy(struct files *files);
/* All descriptors that are not close-on-exec, same numbers.  0 or -ENOMEM. */
int files_inherit(struct files *to, struct files *from);

/* The file behind a descriptor with a reference (file_put ends it); NULL: EBADF. */
struct file *files_get(struct files *files, int32_t fd);
/* Takes over the caller's reference.  The descriptor, -EMFILE or -ENOMEM (the
 * reference stays the caller's). */
int files_install(struct files *files, struct file *file, bool close_on_exec);
/* Likewise, the lowest that is `least` or more. */
int files_install_from(struct files *files, struct file *file, uint32_t least,
		       bool close_on_exec);
/* At a given descriptor, closing what was there.  fd, -EBADF, -ENOMEM. */
int files_install_at(struct files *files, struct file *file, int32_t fd, bool close_on_exec);
/* Takes the descriptor away and ends its reference: 0 or -EBADF. */
int files_close(struct files *files, int32_t fd);
/* No descriptor is that high. */
uint32_t files_limit(struct files *files);
/* Open descriptors, the own ring's not counted. */
uint32_t files_count(struct files *files);
/* Close-on-exec flag: 0/1 or -EBADF; set: 0 or -EBADF. */
int files_close_on_exec(struct files *files, int32_t fd);
int files_set_close_on_exec(struct files *files, int32_t fd, bool on);
/* Puts the process's own ring at UOS_RING_FD; close-on-exec for ever.  Takes
 * over the reference. */
void files_set_ring(struct files *files, struct file *ring_file);

#endif
