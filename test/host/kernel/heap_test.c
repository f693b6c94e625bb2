/*
 * The kernel heap: objects of random sizes against a plain list; zeroed, aligned,
 * apart from each other, counted; in the end one page a class is kept.
 */
#include <string.h>

#include "fake.h"
#include "kernel/api/memory.h"
#include "kernel/mm/heap.h"

#define FRAMES		8192u
#define OBJECTS_MAX	1500u
#define CLASSES		11u

struct object {
	unsigned char *memory;
	size_t bytes;
	unsigned char pattern;
};

static struct object objects[OBJECTS_MAX];
static unsigned object_count;
static uint64_t object_bytes;

static size_t some_size(void)
{
	switch (random_below(8)) {
	case 0:
		return random_below(2100);
	case 1:
		return random_below(20000);
	case 2:
		return random_below(64) ? 2016 - random_below(3) : 1u << 20;
	default:
		return random_below(200);
	}
}

static void allocate(void)
{
	struct object *object = &objects[object_count];

	object->bytes = some_size();
	object->pattern = (unsigned char)random_word();
	object->memory = kernel_alloc(object->bytes);
	if (!object->memory)
		return;
	CHECK_EQUAL((uint64_t)object->memory % 8, 0);
	for (size_t i = 0; i < object->bytes; i++)
		CHECK(object->memory[i] == 0);
	memset(object->memory, object->pattern, object->bytes);
	object_bytes += object->bytes;
	object_count++;
}

static void release(void)
{
	struct object *object = &objects[random_below(object_count)];

	for (size_t i = 0; i < object->bytes; i++)
		CHECK(object->memory[i] == object->pattern);
	kernel_free(object->memory, object->bytes);
	object_bytes -= object->bytes;
	*object = objects[--object_count];
}

static void step(void)
{
	if (random_below(16) == 0)
		machine_hart((unsigned)random_below(4));
	if (object_count < OBJECTS_MAX && random_below(100) < 52)
		allocate();
	else if (object_count)
		release();
	CHECK_EQUAL(heap_bytes_used(), object_bytes);
	CHECK_EQUAL(machine_free_frames() + heap_frames_held(), FRAMES);
}

static void everything_back(void)
{
	while (object_count)
		release();
	CHECK_EQUAL(heap_bytes_used(), 0);
	CHECK(heap_frames_held() <= CLASSES);
}

static void out_of_memory(void)
{
	void *small[1000];
	unsigned got = 0;

	machine_squeeze(3);
	CHECK(!kernel_alloc(1u << 16));	/* they are no run */
	while (got < ARRAY_SIZE(small) && (small[got] = kernel_alloc(500)) != NULL)
		got++;
	/* 8 in a page; the class may have kept one page */
	CHECK(got >= 3 * 8 && got <= 4 * 8);
	while (got)
		kernel_free(small[--got], 500);
	machine_relax();
	kernel_free(NULL, 100);
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
	}
	out_of_memory();
	everything_back();
	return 0;
}
