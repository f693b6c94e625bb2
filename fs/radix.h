/*
 * A sparse array of pointers, by index: a radix tree of one-frame nodes, as high
 * as its largest index needs.  One value at index 0 takes no node at all.
 *
 * All zero is an empty tree.  Locks: the owner's.  Any context; never suspends.
 */
#ifndef FS_RADIX_H
#define FS_RADIX_H

#include "kernel/api/base.h"

struct radix {
	void *root;
	uint32_t height;		/* 0: root is the value of index 0 */
};

/* NULL: none. */
void *radix_get(const struct radix *radix, uint64_t index);
/* Also replaces.  0 or -ENOMEM. */
int radix_set(struct radix *radix, uint64_t index, void *value);
/*
 * Takes up to `most` values out, all at `first` or above, and frees the nodes
 * that it empties.  Number taken; fewer than `most`: there are no more.
 */
unsigned radix_take_from(struct radix *radix, uint64_t first, void **values, unsigned most);

#endif
