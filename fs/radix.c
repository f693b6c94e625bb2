/*
 * The sparse array: see radix.h.
 */
#include "fs/radix.h"
#include "kernel/api/memory.h"

#define NODE_SHIFT	9
#define NODE_SLOTS	(1u << NODE_SHIFT)
#define NODE_MASK	(NODE_SLOTS - 1)

ABI_CHECK(NODE_SLOTS * sizeof(void *) == PAGE_SIZE, "a node is a frame");

/* Whether a tree of that height has a place for the index. */
static bool height_covers(unsigned height, uint64_t index)
{
	unsigned bits = height * NODE_SHIFT;

	return bits >= 64 || index >> bits == 0;
}

static void **node_slot(void *node, unsigned height, uint64_t index)
{
	return (void **)node + (index >> (height - 1) * NODE_SHIFT & NODE_MASK);
}

void *radix_get(const struct radix *radix, uint64_t index)
{
	void *at = radix->root;

	if (!height_covers(radix->height, index))
		return NULL;
	for (unsigned height = radix->height; at && height > 0; height--)
		at = *node_slot(at, height, index);
	return at;
}

/* reserve NULL: from everybody's memory. */
static void *node_alloc(struct radix_reserve *reserve)
{
	if (!reserve)
		return frame_alloc_zeroed();
	return reserve->count ? reserve->nodes[--reserve->count] : NULL;
}

static int grow(struct radix *radix, struct radix_reserve *reserve)
{
	if (radix->root) {
		void **node = node_alloc(reserve);

		if (!node)
			return -ENOMEM;
		node[0] = radix->root;
		radix->root = node;
	}
	radix->height++;
	return 0;
}

int radix_set_reserved(struct radix *radix, uint64_t index, void *value,
		       struct radix_reserve *reserve)
{
	void **slot;

	while (!height_covers(radix->height, index))
		if (grow(radix, reserve))
			return -ENOMEM;
	slot = &radix->root;
	for (unsigned height = radix->height; height > 0; height--) {
		if (!*slot)
			*slot = node_alloc(reserve);
		if (!*slot)
			return -ENOMEM;
		slot = node_slot(*slot, height, index);
	}
	*slot = value;
	return 0;
}

int radix_set(struct radix *radix, uint64_t index, void *value)
{
	return radix_set_reserved(radix, index, value, NULL);
}

int radix_reserve_fill(struct radix_reserve *reserve, unsigned nodes)
{
	while (reserve->count < nodes) {
		void *node = frame_alloc_zeroed();

		if (!node)
			return -ENOMEM;
		reserve->nodes[reserve->count++] = node;
	}
	return 0;
}

void radix_reserve_free(struct radix_reserve *reserve)
{
	while (reserve->count)
		frame_put(reserve->nodes[--reserve->count]);
}

/* Looks behind `from` first: who is removed in order has his neighbours there. */
static bool node_is_empty(void **node, unsigned from)
{
	for (unsigned i = 1; i <= NODE_SLOTS; i++)
		if (node[(from + i) & NODE_MASK])
			return false;
	return true;
}

void radix_remove(struct radix *radix, uint64_t index)
{
	void **slots[64 / NODE_SHIFT + 1];
	unsigned height = radix->height;

	if (!height_covers(height, index))
		return;
	slots[height] = &radix->root;
	for (; height > 0; height--) {
		if (!*slots[height])
			return;
		slots[height - 1] = node_slot(*slots[height], height, index);
	}
	*slots[0] = NULL;
	for (height = 1; height <= radix->height; height++) {
		void **node = *slots[height];

		if (!node_is_empty(node, (unsigned)(slots[height - 1] - node)))
			return;
		frame_put(node);
		*slots[height] = NULL;
	}
	radix->height = 0;
}

/* Recursion: at most 8 levels. */
static void *next_below(void *node, unsigned height, uint64_t first)
{
	unsigned shift;

	if (!node || height == 0)
		return node;
	shift = (height - 1) * NODE_SHIFT;
	for (uint64_t i = first >> shift & NODE_MASK; i < NODE_SLOTS; i++) {
		void *found = next_below(((void **)node)[i], height - 1, first);

		if (found)
			return found;
		first = 0;
	}
	return NULL;
}

void *radix_next(const struct radix *radix, uint64_t first)
{
	if (!height_covers(radix->height, first))
		return NULL;
	if (radix->height == 0)
		return first == 0 ? radix->root : NULL;
	return next_below(radix->root, radix->height, first);
}

struct taken {
	void **values;
	unsigned count;
	unsigned most;
};

/* Takes from the top down.  True: nothing is left below *slot.  Recursion: at
 * most 8 levels of a few words. */
static bool take_below(void **slot, unsigned height, uint64_t first, struct taken *taken)
{
	unsigned shift;

	if (!*slot)
		return true;
	if (height == 0) {
		if (first > 0 || taken->count == taken->most)
			return false;
		taken->values[taken->count++] = *slot;
		*slot = NULL;
		return true;
	}
	shift = (height - 1) * NODE_SHIFT;
	for (uint64_t i = NODE_SLOTS; i-- > 0;) {
		uint64_t start = i << shift;

		if (i < first >> shift)
			return false;
		if (!take_below((void **)*slot + i, height - 1,
				first > start ? first - start : 0, taken))
			return false;
	}
	frame_put(*slot);
	*slot = NULL;
	return true;
}

unsigned radix_take_from(struct radix *radix, uint64_t first, void **values, unsigned most)
{
	struct taken taken = { .values = values, .most = most };

	if (!height_covers(radix->height, first))
		return 0;
	if (take_below(&radix->root, radix->height, first, &taken))
		radix->height = 0;
	return taken.count;
}
