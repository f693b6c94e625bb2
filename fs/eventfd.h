/*
 * Event counters: a number that is added to, and taken.
 */
#ifndef FS_EVENTFD_H
#define FS_EVENTFD_H

#include "fs/vfs.h"

#define EFD_SEMAPHORE	1u		/* a read takes 1, not all */

/* flags: O_NONBLOCK, EFD_SEMAPHORE.  A reference, or NULL: no memory. */
struct file *eventfd_create(uint32_t count, uint32_t flags);
bool file_is_eventfd(const struct file *file);
/* Adds 1, as far as that goes.  `source`: 0, or POLL_BY_RING.  Any context, no lock held. */
void eventfd_signal(struct file *file, uint32_t source);

#endif
