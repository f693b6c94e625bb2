/*
 * Reading a cpio archive of the `newc` kind, entry by entry, in place.  The
 * archive may be hostile: nothing outside its bounds is looked at.
 */
#ifndef FS_CPIO_H
#define FS_CPIO_H

#include "kernel/api/base.h"

struct cpio {
	const char *archive;
	size_t bytes;
	size_t at;			/* of the next header, at most `bytes` */
};

struct cpio_entry {
	const char *name;		/* in the archive; ends with a NUL */
	uint32_t mode;
	const void *data;		/* in the archive */
	size_t data_bytes;
};

/* 1: an entry; 0: the archive's end; -EINVAL: it is damaged. */
int cpio_next(struct cpio *cpio, struct cpio_entry *entry);

/* The regular file of that name (without "./" or "/" before it), the last one if there
 * are several, as when they are unpacked.  False: none, or the archive is damaged. */
bool cpio_find(const void *archive, size_t bytes, const char *name, struct cpio_entry *entry);

#endif
