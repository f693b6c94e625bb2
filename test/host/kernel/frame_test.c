/*
 * Frames: random runs, single frames, further references, on changing harts,
 * against a plain map of who has what; in the end all has merged again.
 */
#include <string.h>

#include "fake.h"
#include "kernel/api/memory.h"
#include "kernel/mm/frame.h"

#define FRAMES		8192u
#define OWNED_MAX	600u
#define HARTS		4u
#define ORDER_MAX	11u
#define WHOLE_RUNS	((FRAMES >> ORDER_MAX) - 2)
#define STORED_MOST	((64u + 32u) * HARTS)

struct owned {
	char *run;
	unsigned order;
	uint32_t references;		/* of its first frame */
	uint64_t pattern;
};

static struct owned owned[OWNED_MAX];
static unsigned owned_count;
static uint64_t owned_frames;
static bool taken[FRAMES];

static uint64_t number_of(const void *frame)
{
	return (physical_of(frame) - RAM_START) >> PAGE_SHIFT;
}

static uint64_t *word_of(const struct owned *one, uint64_t frame)
{
	return (uint64_t *)(one->run + frame * PAGE_SIZE + (one->pattern % 512) * 8);
}

static void mark(struct owned *one, bool is_taken)
{
	for (uint64_t i = 0; i < 1ul << one->order; i++) {
		uint64_t number = number_of(one->run) + i;

		CHECK(number < FRAMES && taken[number] != is_taken);
		taken[number] = is_taken;
		if (is_taken)
			*word_of(one, i) = one->pattern + i;
		else
			CHECK_EQUAL(*word_of(one, i), one->pattern + i);
	}
	owned_frames += is_taken ? 1ul << one->order : -(1ul << one->order);
}

static void take(void)
{
	unsigned order = random_below(3) ? 0 : (unsigned)random_below(6);
	struct owned *one = &owned[owned_count];
	bool zeroed = false;

	*one = (struct owned){ .order = order, .references = 1, .pattern = random_word() };
	if (order)
		one->run = frames_alloc(order);
	else if ((zeroed = random_below(2)))
		one->run = frame_alloc_zeroed();
	else
		one->run = frame_alloc();
	if (!one->run) {
		/* not before it is nearly all gone, or in pieces */
		CHECK(order || machine_free_frames() <= STORED_MOST);
		return;
	}
	CHECK_EQUAL(physical_of(one->run) & ((PAGE_SIZE << order) - 1), 0);
	CHECK_EQUAL(frame_references(one->run), 1);
	for (unsigned i = 0; zeroed && i < PAGE_SIZE; i += 8)
		CHECK_EQUAL(*(uint64_t *)(one->run + i), 0);
	mark(one, true);
	owned_count++;
}

static void let_go(void)
{
	struct owned *one = &owned[random_below(owned_count)];

	CHECK_EQUAL(frame_references(one->run), one->references);
	while (one->references > 1) {
		/* any byte of the frame names it */
		frame_put(one->run + random_below(PAGE_SIZE));
		one->references--;
	}
	mark(one, false);
	if (one->order == 0 && random_below(3) == 0) {
		memset(one->run, 0, PAGE_SIZE);
		frame_put_zeroed(one->run);
	} else {
		frames_free(one->run, one->order);
	}
	*one = owned[--owned_count];
}

static void step(void)
{
	if (random_below(4) == 0)
		machine_hart((unsigned)random_below(HARTS));
	if (owned_count && random_below(8) == 0) {
		struct owned *one = &owned[random_below(owned_count)];

		frame_get(one->run + random_below(PAGE_SIZE));
		one->references++;
	} else if (owned_count < OWNED_MAX && random_below(100) < 55) {
		take();
	} else if (owned_count) {
		let_go();
	}
	CHECK_EQUAL(machine_free_frames() + owned_frames, FRAMES);
}

static void everything_back(void)
{
	while (owned_count)
		let_go();
	CHECK_EQUAL(machine_free_frames(), FRAMES);
}

/* All frames through all harts' stores and back, in order: but for what one store
 * keeps of the first and of the last, RAM is whole runs again. */
static void check_merged(void)
{
	static char *all[FRAMES];
	char *frame, *run;

	for (unsigned hart = 0; hart < HARTS; hart++)
		for (machine_hart(hart); (frame = frame_alloc()) != NULL;)
			all[number_of(frame)] = frame;
	CHECK_EQUAL(machine_free_frames(), 0);
	machine_hart(0);
	for (unsigned i = 0; i < FRAMES; i++)
		frame_put(all[i]);
	for (unsigned i = 0; i < WHOLE_RUNS; i++) {
		CHECK((run = frames_alloc(ORDER_MAX)) != NULL);
		CHECK_EQUAL(number_of(run) & ((1u << ORDER_MAX) - 1), 0);
		all[i] = run;
	}
	CHECK(!frames_alloc(ORDER_MAX + 1));
	for (unsigned i = 0; i < WHOLE_RUNS; i++)
		frames_free(all[i], ORDER_MAX);
	CHECK_EQUAL(machine_free_frames(), FRAMES);
}

static void check_exhaustion(void)
{
	uint64_t got = 0;
	void *frame, *first = NULL;

	machine_hart(0);
	while ((frame = frame_alloc()) != NULL) {
		*(void **)frame = first;
		first = frame;
		got++;
	}
	CHECK(got >= FRAMES - STORED_MOST);
	CHECK(!frames_alloc(0) && !frame_alloc_zeroed());
	for (; first; first = frame) {
		frame = *(void **)first;
		frame_put(first);
	}
	CHECK_EQUAL(machine_free_frames(), FRAMES);
}

/* Somebody keeps all frames, and gives them back when there are none left. */
static void *kept[FRAMES];
static uint64_t kept_count;

static uint64_t give_back(uint64_t frames)
{
	uint64_t done = 0;

	for (; done < frames && kept_count > 0; done++)
		frame_put(kept[--kept_count]);
	return done;
}

static void check_reclaim(void)
{
	void *frame, *run;

	machine_hart(0);
	while ((frame = frame_alloc()) != NULL)
		kept[kept_count++] = frame;
	frames_reclaim_register(give_back);
	CHECK((frame = frame_alloc()) != NULL);
	frame_put(frame);
	/* a run takes more than its size, for what comes back lies anywhere */
	CHECK((run = frames_alloc(4)) != NULL);
	frames_free(run, 4);
	CHECK(kept_count > 0);
	while (kept_count)
		give_back(kept_count);
	CHECK_EQUAL(machine_free_frames(), FRAMES);
	CHECK_EQUAL(frames_total(), FRAMES);
}

static void check_poison(void)
{
	char *frame, *held;

	frames_poison_start();
	held = frame_alloc();
	frame = frame_alloc();
	frame_put(frame);
	CHECK(frame_alloc() == frame);
	frame_put(frame);
	frame[100] ^= 1;	/* as a device would that still writes */
	CHECK(PANICS(frame_alloc()));
	frame_put(held);
	CHECK(PANICS(frame_put(held)));
}

int main(int count, char **words)
{
	uint64_t operations;

	test_arguments(count, words, &operations);
	machine_start(FRAMES);
	for (int round = 0; round < 4; round++) {
		for (uint64_t i = 0; i < operations / 4; i++)
			step();
		everything_back();
		check_merged();
	}
	check_exhaustion();
	check_reclaim();
	check_poison();
	return 0;
}
