/*
 * Page frames: a buddy allocator under one lock for runs of frames, and in front
 * of it a small store per hart for single ones, so that the common case takes
 * no lock.
 *
 * Every frame has a record with its reference count.  With check=poison on the
 * kernel's command line a free frame is filled with a pattern, and a frame that
 * is given out with any other content panics: somebody wrote to memory that he
 * had let go of (a device, a stale TLB entry, a kernel bug).
 */
#include "kernel/mm/frame.h"

#include <string.h>

#include "kernel/api/lock.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/task/hart.h"

#define ORDER_MAX	11		/* 8 MiB runs */
#define STORE_FRAMES	64
#define STORE_BATCH	32
#define ZEROED_MAX	32u
#define POISON		0xfeedfacedeadbeeful
#define RECLAIM_BATCH	32ul
#define RECLAIM_TRIES	16

enum frame_state { FRAME_RESERVED, FRAME_USED, FRAME_FREE };

struct frame {
	union {
		struct list node;	/* buddy_lock: in free_runs, if first of a free run */
		struct frame_bounds bounds;	/* its owner's, while it is used */
	};
	uint32_t references;		/* atomic */
	uint8_t state;
	uint8_t order;			/* of the free run that it heads */
};

/* Single free frames of one hart; touched by that hart alone. */
struct frame_store {
	uint32_t count, zeroed_count;
	void *frame[STORE_FRAMES];
	void *zeroed[ZEROED_MAX];	/* all zero already; none with check=poison */
};

static struct frame *frames;		/* one for each frame from first_number on */
static uint64_t first_number, frame_limit;	/* of physical frames */
static uint64_t record_count;		/* frames between them */
static uint64_t first_address;		/* of the first one, in the direct map */
static struct list free_runs[ORDER_MAX + 1];
static struct spinlock buddy_lock;	/* free_runs, free_count, state and order of free frames */
static uint64_t free_count, total_count;
static struct frame_store stores[HARTS_MAX];
static bool poison;
static uint64_t (*reclaim)(uint64_t frames);	/* fixed after boot; NULL: nobody */

uint64_t physical_of(const void *kernel_address)
{
	uint64_t address = (uint64_t)kernel_address;

	if (address >= KERNEL_BASE)
		return address - KERNEL_OFFSET;
	ASSERT(address >= DIRECT_MAP_BASE && address < STACKS_BASE);
	return address - DIRECT_MAP_BASE;
}

void *kernel_address_of(uint64_t physical)
{
	return (void *)(physical + DIRECT_MAP_BASE);
}

/* The record of the frame at an address of the direct map; no other has one. */
static inline struct frame *frame_of(const void *address)
{
	uint64_t index = ((uint64_t)address - first_address) >> PAGE_SHIFT;

	ASSERT(index < record_count);
	return &frames[index];
}

static void *frame_address(const struct frame *frame)
{
	return kernel_address_of((first_number + (uint64_t)(frame - frames)) << PAGE_SHIFT);
}

bool frame_is_ram(uint64_t physical)
{
	uint64_t number = physical >> PAGE_SHIFT;

	return number >= first_number && number < frame_limit;
}

/* ---- poison ------------------------------------------------------------------ */

static void poison_fill(void *address)
{
	uint64_t *word = address;

	for (unsigned i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		word[i] = POISON;
}

static void poison_check(const void *address)
{
	const uint64_t *word = address;

	for (unsigned i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		if (word[i] != POISON)
			panic("free frame %p was written at %u: %#lx", address,
			      (unsigned)(i * sizeof(*word)), word[i]);
}

static void zeros_check(const void *address)
{
	const uint64_t *word = address;

	for (unsigned i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		if (word[i])
			panic("frame %p is not zero at %u: %#lx", address,
			      (unsigned)(i * sizeof(*word)), word[i]);
}

/* ---- buddies: buddy_lock is held ------------------------------------------------- */

static void run_insert(struct frame *frame, unsigned order)
{
	frame->state = FRAME_FREE;
	frame->order = order;
	list_push_front(&free_runs[order], &frame->node);
	free_count += 1ul << order;
}

static void run_take(struct frame *frame)
{
	list_remove(&frame->node);
	free_count -= 1ul << frame->order;
	frame->state = FRAME_USED;
}

static void buddy_free(struct frame *frame, unsigned order)
{
	while (order < ORDER_MAX) {
		uint64_t number = first_number + (uint64_t)(frame - frames);
		uint64_t buddy_number = number ^ (1ul << order);
		struct frame *buddy;

		if (buddy_number < first_number || buddy_number + (1ul << order) > frame_limit)
			break;
		buddy = &frames[buddy_number - first_number];
		if (buddy->state != FRAME_FREE || buddy->order != order ||
		    list_empty(&buddy->node))
			break;
		run_take(buddy);
		frame->state = FRAME_USED;
		if (buddy < frame)
			frame = buddy;
		order++;
	}
	run_insert(frame, order);
}

static struct frame *buddy_alloc(unsigned order)
{
	unsigned from = order;
	struct frame *frame;

	while (from <= ORDER_MAX && list_empty(&free_runs[from]))
		from++;
	if (from > ORDER_MAX)
		return NULL;
	frame = CONTAINER_OF(free_runs[from].next, struct frame, node);
	run_take(frame);
	while (from > order) {
		from--;
		run_insert(frame + (1ul << from), from);
	}
	return frame;
}

/* buddy_lock is held: what was zero is no longer known to be. */
static void store_poison(struct frame_store *store)
{
	for (unsigned i = 0; i < store->count; i++)
		poison_fill(store->frame[i]);
	while (store->zeroed_count) {
		void *address = store->zeroed[--store->zeroed_count];

		poison_fill(address);
		buddy_free(frame_of(address), 0);
	}
}

void frames_poison_start(void)
{
	struct list *node;

	spinlock_acquire(&buddy_lock);
	for (unsigned order = 0; order <= ORDER_MAX; order++)
		LIST_FOR_EACH(node, &free_runs[order]) {
			char *run = frame_address(CONTAINER_OF(node, struct frame, node));

			for (uint64_t i = 0; i < 1ul << order; i++)
				poison_fill(run + i * PAGE_SIZE);
		}
	for (unsigned hart = 0; hart < HARTS_MAX; hart++)
		store_poison(&stores[hart]);
	poison = true;
	spinlock_release(&buddy_lock);
}

/* ---- what others call --------------------------------------------------------- */

/* True: somebody let go of some, so that it is worth another try. */
static bool reclaim_some(uint64_t wanted)
{
	return reclaim && reclaim(wanted) != 0;
}

static void store_drain(struct frame_store *store, uint32_t keep)
{
	spinlock_acquire(&buddy_lock);
	while (keep == 0 && store->zeroed_count)
		buddy_free(frame_of(store->zeroed[--store->zeroed_count]), 0);
	while (store->count > keep)
		buddy_free(frame_of(store->frame[--store->count]), 0);
	spinlock_release(&buddy_lock);
}

static struct frame *run_alloc(unsigned order)
{
	struct frame *frame;

	spinlock_acquire(&buddy_lock);
	frame = buddy_alloc(order);
	spinlock_release(&buddy_lock);
	return frame;
}

/* What is reclaimed lies where it lies: a run of it takes several times its size. */
static struct frame *run_alloc_reclaiming(unsigned order)
{
	struct frame *frame = run_alloc(order);

	for (unsigned tries = 0; !frame && tries < RECLAIM_TRIES; tries++) {
		if (!reclaim_some(RECLAIM_BATCH << order))
			break;
		store_drain(&stores[hart_this()->index], 0);
		frame = run_alloc(order);
	}
	return frame;
}

void *frames_alloc(unsigned order)
{
	struct frame *frame;

	if (order > ORDER_MAX)
		return NULL;
	frame = run_alloc_reclaiming(order);
	if (!frame)
		return NULL;
	for (uint64_t i = 0; i < 1ul << order; i++) {
		frame[i].references = 1;
		if (poison)
			poison_check((char *)frame_address(frame) + i * PAGE_SIZE);
	}
	return frame_address(frame);
}

void frames_free(void *address, unsigned order)
{
	for (uint64_t i = 0; i < 1ul << order; i++)
		frame_put((char *)address + i * PAGE_SIZE);
}

/* Also true if what was reclaimed came back to this store. */
static bool store_refill(struct frame_store *store)
{
	spinlock_acquire(&buddy_lock);
	while (store->count < STORE_BATCH) {
		struct frame *frame = buddy_alloc(0);

		if (!frame)
			break;
		store->frame[store->count++] = frame_address(frame);
	}
	spinlock_release(&buddy_lock);
	return store->count != 0;
}

static inline void frame_begin(void *address)
{
	struct frame *frame = frame_of(address);

	ASSERT(frame->references == 0);
	frame->references = 1;
	frame->bounds = (struct frame_bounds){ UINT16_MAX, 0 };
}

void *frame_alloc(void)
{
	struct frame_store *store = &stores[hart_this()->index];
	void *address;

	if (UNLIKELY(store->count == 0) && !store_refill(store)) {
		/* one that is zeroed is as good as any */
		if (store->zeroed_count)
			return frame_alloc_zeroed();
		if (!reclaim_some(STORE_BATCH) || !store_refill(store))
			return NULL;
	}
	address = store->frame[--store->count];
	if (UNLIKELY(poison))
		poison_check(address);
	frame_begin(address);
	return address;
}

void *frame_alloc_zeroed(void)
{
	struct frame_store *store = &stores[hart_this()->index];
	void *address;

	if (LIKELY(store->zeroed_count)) {
		address = store->zeroed[--store->zeroed_count];
		frame_begin(address);
		return address;
	}
	address = frame_alloc();
	if (address)
		memset(address, 0, PAGE_SIZE);
	return address;
}

void frame_get(void *address)
{
	struct frame *frame = frame_of(address);

	ASSERT(frame->state == FRAME_USED);
	reference_get(&frame->references);
}

/* Its last reference has gone.  Out of line: most are not the last. */
static __attribute__((noinline)) void frame_free(const struct frame *frame, void *address)
{
	struct frame_store *store;

	ASSERT(frame->state == FRAME_USED);
	address = (void *)ALIGN_DOWN((uint64_t)address, PAGE_SIZE);
	if (UNLIKELY(poison))
		poison_fill(address);
	store = &stores[hart_this()->index];
	if (UNLIKELY(store->count == STORE_FRAMES))
		store_drain(store, STORE_BATCH);
	store->frame[store->count++] = address;
}

void frame_put(void *address)
{
	struct frame *frame = frame_of(address);

	if (reference_put(&frame->references))
		frame_free(frame, address);
}

void frame_put_zeroed(void *address)
{
	struct frame_store *store = &stores[hart_this()->index];
	struct frame *frame = frame_of(address);

	ASSERT(frame->references == 1 && frame->state == FRAME_USED);
	if (UNLIKELY(poison))
		zeros_check(address);
	if (UNLIKELY(poison) || UNLIKELY(store->zeroed_count == ZEROED_MAX)) {
		frame_put(address);
		return;
	}
	frame->references = 0;
	store->zeroed[store->zeroed_count++] = address;
}

struct frame_bounds *frame_bounds(const void *address)
{
	return &frame_of(address)->bounds;
}

uint32_t frame_references(const void *address)
{
	return __atomic_load_n(&frame_of(address)->references, __ATOMIC_RELAXED);
}

uint64_t frames_unused(void)
{
	uint64_t total, unused;

	frames_count(&total, &unused);
	return unused;
}

uint64_t frames_total(void)
{
	return total_count;
}

void frames_reclaim_register(uint64_t (*keeper)(uint64_t frames))
{
	ASSERT(!reclaim);
	reclaim = keeper;
}

void frames_count(uint64_t *total, uint64_t *free)
{
	uint64_t stored = 0;

	for (unsigned hart = 0; hart < HARTS_MAX; hart++)
		stored += READ_ONCE(stores[hart].count) + READ_ONCE(stores[hart].zeroed_count);
	*total = total_count;
	*free = READ_ONCE(free_count) + stored;
}

/* ---- boot ------------------------------------------------------------------------ */

void frames_init(uint64_t ram_start, uint64_t ram_end, void *records)
{
	first_number = ram_start >> PAGE_SHIFT;
	frame_limit = ram_end >> PAGE_SHIFT;
	record_count = frame_limit - first_number;
	first_address = (uint64_t)kernel_address_of(ram_start);
	frames = records;
	memset(frames, 0, frames_record_bytes(ram_start, ram_end));
	for (unsigned order = 0; order <= ORDER_MAX; order++)
		list_init(&free_runs[order]);
}

uint64_t frames_record_bytes(uint64_t ram_start, uint64_t ram_end)
{
	return ((ram_end - ram_start) >> PAGE_SHIFT) * sizeof(struct frame);
}

void frame_adopt(void *address)
{
	struct frame *frame = frame_of(address);

	ASSERT(frame->state == FRAME_RESERVED && frame->references == 0);
	frame->state = FRAME_USED;
	frame->references = 1;
}

void frames_add(uint64_t start, uint64_t end)
{
	spinlock_acquire(&buddy_lock);
	for (uint64_t at = start; at < end; at += PAGE_SIZE) {
		struct frame *frame = frame_of(kernel_address_of(at));

		ASSERT(frame->state == FRAME_RESERVED);
		if (poison)
			poison_fill(frame_address(frame));
		list_init(&frame->node);
		buddy_free(frame, 0);
		total_count++;
	}
	spinlock_release(&buddy_lock);
}
