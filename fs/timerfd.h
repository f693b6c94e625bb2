/*
 * Timers as files: readable when they have expired, which is counted.
 */
#ifndef FS_TIMERFD_H
#define FS_TIMERFD_H

#include "fs/vfs.h"

struct timerfd_setting {
	uint64_t deadline_ns;		/* on the clock of timers; 0: it is off */
	uint64_t interval_ns;		/* from then on again and again; 0: once */
};

/* clock: the caller's to remember.  flags: O_NONBLOCK.  A reference, or NULL: no memory. */
struct file *timerfd_create(int32_t clock, uint32_t flags);
/* True, and its clock; false: it is another kind of file. */
bool file_is_timerfd(const struct file *file, int32_t *clock);
/* *before is what it was, its next deadline first.  setting NULL: it stays so. */
void timerfd_set(struct file *file, const struct timerfd_setting *setting,
		 struct timerfd_setting *before);

#endif
