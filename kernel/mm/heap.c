/*
 * Kernel objects: size classes, each a list of pages cut into equal slots; above
 * the largest class, whole runs of frames.
 *
 * A page's first bytes say which class it is of and how many slots are out; a
 * page whose last slot came back returns to the frames, but for one that the
 * class keeps.  One lock a class.
 */
#include <string.h>

#include "kernel/api/lock.h"
#include "kernel/api/memory.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/heap.h"

struct slab {
	struct list node;		/* class->partial while it has a free slot */
	void *free;			/* linked through their first word */
	uint32_t used, slots;
};

struct size_class {
	struct spinlock lock;
	uint32_t bytes;
	uint32_t empty;			/* slabs without a used slot, kept */
	struct list partial;
};

static struct size_class classes[] = {
	{ .bytes = 16 }, { .bytes = 32 }, { .bytes = 64 }, { .bytes = 96 }, { .bytes = 128 },
	{ .bytes = 192 }, { .bytes = 256 }, { .bytes = 384 }, { .bytes = 512 },
	{ .bytes = 1008 }, { .bytes = 2016 },
};

static uint64_t heap_bytes;		/* asked for and not freed; atomic */
static uint64_t heap_frames;		/* frames that the heap holds; atomic */

uint64_t heap_bytes_used(void)
{
	return __atomic_load_n(&heap_bytes, __ATOMIC_RELAXED);
}

uint64_t heap_frames_held(void)
{
	return __atomic_load_n(&heap_frames, __ATOMIC_RELAXED);
}

void heap_init(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(classes); i++)
		list_init(&classes[i].partial);
}

static struct size_class *class_for(size_t bytes)
{
	for (unsigned i = 0; i < ARRAY_SIZE(classes); i++)
		if (bytes <= classes[i].bytes)
			return &classes[i];
	return NULL;
}

static unsigned order_for(size_t bytes)
{
	unsigned order = 0;

	while ((PAGE_SIZE << order) < bytes)
		order++;
	return order;
}

/* A fresh page cut into slots; class->lock is held. */
static struct slab *slab_create(struct size_class *class)
{
	struct slab *slab = frame_alloc();
	char *slot;

	if (!slab)
		return NULL;
	__atomic_fetch_add(&heap_frames, 1, __ATOMIC_RELAXED);
	slab->used = 0;
	slab->slots = (PAGE_SIZE - sizeof(*slab)) / class->bytes;
	slab->free = NULL;
	slot = (char *)slab + sizeof(*slab);
	for (unsigned i = 0; i < slab->slots; i++, slot += class->bytes) {
		*(void **)slot = slab->free;
		slab->free = slot;
	}
	list_push_front(&class->partial, &slab->node);
	class->empty++;
	return slab;
}

static void *class_alloc(struct size_class *class)
{
	struct slab *slab;
	void *slot = NULL;

	spinlock_acquire(&class->lock);
	slab = list_empty(&class->partial) ? slab_create(class) :
	       CONTAINER_OF(class->partial.next, struct slab, node);
	if (slab) {
		slot = slab->free;
		slab->free = *(void **)slot;
		if (slab->used++ == 0)
			class->empty--;
		if (!slab->free)
			list_remove(&slab->node);
	}
	spinlock_release(&class->lock);
	return slot;
}

static void class_free(struct size_class *class, void *slot)
{
	struct slab *slab = (struct slab *)ALIGN_DOWN((uint64_t)slot, PAGE_SIZE);
	bool give_back = false;

	spinlock_acquire(&class->lock);
	ASSERT(slab->used != 0);
	if (!slab->free)
		list_push_front(&class->partial, &slab->node);
	*(void **)slot = slab->free;
	slab->free = slot;
	if (--slab->used == 0) {
		give_back = class->empty != 0;
		if (give_back)
			list_remove(&slab->node);
		else
			class->empty++;
	}
	spinlock_release(&class->lock);
	if (give_back) {
		__atomic_fetch_sub(&heap_frames, 1, __ATOMIC_RELAXED);
		frame_put(slab);
	}
}

void *kernel_alloc(size_t bytes)
{
	struct size_class *class = class_for(bytes);
	void *memory;

	if (class) {
		memory = class_alloc(class);
	} else {
		memory = frames_alloc(order_for(bytes));
		if (memory)
			__atomic_fetch_add(&heap_frames, 1ul << order_for(bytes),
					   __ATOMIC_RELAXED);
	}
	if (!memory)
		return NULL;
	__atomic_fetch_add(&heap_bytes, bytes, __ATOMIC_RELAXED);
	return memset(memory, 0, bytes);
}

void kernel_free(void *memory, size_t bytes)
{
	struct size_class *class = class_for(bytes);

	if (!memory)
		return;
	__atomic_fetch_sub(&heap_bytes, bytes, __ATOMIC_RELAXED);
	if (class) {
		class_free(class, memory);
	} else {
		__atomic_fetch_sub(&heap_frames, 1ul << order_for(bytes), __ATOMIC_RELAXED);
		frames_free(memory, order_for(bytes));
	}
}
