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

/* Nodes for radix_set_reserved, had before a lock was taken. */
#define RADIX_RESERVE_MAX	16
struct radix_reserve {
	void *nodes[RADIX_RESERVE_MAX];
	unsigned count;
};

/* NULL: none. */
void *radix_get(const struct radix *radix, uint64_t index);
/* Also replaces.  0 or -ENOMEM. */
int radix_set(struct radix *radix, uint64_t index, void *value);
/*
 * Likewise, with nodes from the reserve alone: it asks nobody for memory.  -ENOMEM:
 * the reserve was too small; then fill it and try again: a full one always does.
 */
int radix_set_reserved(struct radix *radix, uint64_t index, void *value,
		       struct radix_reserve *reserve);
int radix_reserve_fill(struct radix_reserve *reserve, unsigned nodes);	/* 0 or -ENOMEM */
void radix_reserve_free(struct radix_reserve *reserve);
/* Takes the value out, and frees the nodes that this empties. */
void radix_remove(struct radix *radix, uint64_t index);
/* The value at the smallest index that is `first` or above; NULL: there is none. */
void *radix_next(const struct radix *radix, uint64_t first);
/*
 * Takes up to `most` values out, all at `first` or above, and frees the nodes
 * that it empties.  Number taken; fewer than `most`: there are no more.
 */
unsigned radix_take_from(struct radix *radix, uint64_t first, void **values, unsigned most);

#endif
