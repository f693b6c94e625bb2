/*
 * Frames and heap on several harts at once: each thread plays a hart, and what it
 * has let go of is taken up by others.  Made for ThreadSanitizer.
 */
#include <pthread.h>
#include <string.h>

#include "fake.h"
#include "kernel/api/lock.h"
#include "kernel/api/memory.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/heap.h"

#define FRAMES	2048u
#define HARTS	4u
#define SHARED	64u

static struct spinlock shared_lock;
static char *shared_frame[SHARED];
static struct { uint64_t *memory; size_t bytes; } shared_object[SHARED];
static uint64_t operations, seed;

/* Puts a frame where another hart may find it; frees whatever lay there. */
static void hand_over_frame(void)
{
	uint64_t place = random_below(SHARED);
	char *mine = frame_alloc(), *other;

	if (mine)
		memset(mine, (int)random_below(256), 64);
	spinlock_acquire(&shared_lock);
	other = shared_frame[place];
	shared_frame[place] = mine;
	if (mine && random_below(4) == 0)
		frame_get(mine);
	else
		place = SHARED;
	spinlock_release(&shared_lock);
	if (other)
		frame_put(other);
	if (place < SHARED)
		frame_put(mine);
}

static void hand_over_object(void)
{
	uint64_t place = random_below(SHARED);
	size_t bytes = 8 + random_below(random_below(16) ? 600 : 9000);
	uint64_t *mine = kernel_alloc(bytes), *other;
	size_t other_bytes;

	if (mine)
		mine[0] = mine[bytes / 8 - 1] = bytes;
	spinlock_acquire(&shared_lock);
	other = shared_object[place].memory;
	other_bytes = shared_object[place].bytes;
	shared_object[place].memory = mine;
	shared_object[place].bytes = bytes;
	spinlock_release(&shared_lock);
	if (other)
		CHECK(other[0] == other_bytes && other[other_bytes / 8 - 1] == other_bytes);
	kernel_free(other, other_bytes);
}

static void *hart_main(void *argument)
{
	unsigned index = (unsigned)(uint64_t)argument;

	machine_hart(index);
	random_state = seed + index;
	for (uint64_t i = 0; i < operations; i++) {
		void *run;

		hand_over_frame();
		hand_over_object();
		if (i % 16 == 0 && (run = frames_alloc(3)) != NULL)
			frames_free(run, 3);
	}
	return NULL;
}

int main(int count, char **words)
{
	pthread_t threads[HARTS];

	test_arguments(count, words, &operations);
	seed = random_state;
	machine_start(FRAMES);
	for (uint64_t i = 0; i < HARTS; i++)
		pthread_create(&threads[i], NULL, hart_main, (void *)i);
	for (unsigned i = 0; i < HARTS; i++)
		pthread_join(threads[i], NULL);
	for (unsigned i = 0; i < SHARED; i++) {
		if (shared_frame[i])
			frame_put(shared_frame[i]);
		kernel_free(shared_object[i].memory, shared_object[i].bytes);
	}
	CHECK_EQUAL(heap_bytes_used(), 0);
	CHECK_EQUAL(machine_free_frames() + heap_frames_held(), FRAMES);
	return 0;
}
