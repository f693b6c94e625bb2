/*
 * kernel/api/memory.h on the host: objects that know their size, frames with
 * reference counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "kernel/api/memory.h"

#define FRAMES_MAX	(1u << 16)

uint64_t fake_fail_allocation;

static struct fake_memory memory;
static struct frame {
	char *address;
	uint32_t references;
} frames[FRAMES_MAX];			/* a hash table, open addressing */

void panic(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

void kernel_log(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void fake_complain(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: not so: %s: ", file, line, condition);
}

struct fake_memory fake_memory_now(void)
{
	return memory;
}

static bool allocation_fails(void)
{
	return fake_fail_allocation != 0 && --fake_fail_allocation == 0;
}

void *kernel_alloc(size_t bytes)
{
	size_t *object;

	CHECK(bytes <= 1u << 20);
	if (allocation_fails())
		return NULL;
	object = calloc(1, sizeof(*object) + bytes);
	*object = bytes;
	memory.objects++;
	memory.object_bytes += bytes;
	return object + 1;
}

void kernel_free(void *pointer, size_t bytes)
{
	size_t *object;

	if (!pointer)
		return;
	object = (size_t *)pointer - 1;
	CHECK_EQUAL(*object, bytes);
	memory.objects--;
	memory.object_bytes -= bytes;
	free(object);
}

static struct frame *frame_of(const void *address)
{
	size_t at = (uintptr_t)address / PAGE_SIZE * 2654435761u % FRAMES_MAX;
	struct frame *free_place = NULL;

	for (size_t i = 0; i < FRAMES_MAX; i++, at = (at + 1) % FRAMES_MAX) {
		if (frames[at].address == address)
			return &frames[at];
		if (!free_place && frames[at].references == 0)
			free_place = &frames[at];
		if (!frames[at].address)
			break;
	}
	CHECK(free_place);
	return free_place;
}

uint64_t fake_frames_limit = FRAMES_MAX / 2;
static uint64_t (*reclaim)(uint64_t frames);

void frames_reclaim_register(uint64_t (*keeper)(uint64_t frames))
{
	reclaim = keeper;
}

uint64_t frames_unused(void)
{
	return fake_frames_limit / 2;
}

uint64_t frames_total(void)
{
	return fake_frames_limit;
}

void *frames_alloc(unsigned order)
{
	char *address;

	CHECK(order == 0);
	if (allocation_fails())
		return NULL;
	if (memory.frames >= fake_frames_limit && !(reclaim && reclaim(32)))
		return NULL;
	address = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	memset(address, 0xa5, PAGE_SIZE);
	*frame_of(address) = (struct frame){ address, 1 };
	memory.frames++;
	return address;
}

void frame_get(void *address)
{
	struct frame *frame = frame_of((void *)((uintptr_t)address & ~PAGE_MASK));

	CHECK(frame->references > 0);
	frame->references++;
}

void frame_put(void *address)
{
	struct frame *frame = frame_of(address);

	CHECK(frame->address == address && frame->references > 0);
	if (--frame->references > 0)
		return;
	free(address);
	memory.frames--;
}

void frames_free(void *address, unsigned order)
{
	CHECK(order == 0);
	frame_put(address);
}

void *frame_alloc_zeroed(void)
{
	void *address = frames_alloc(0);

	return address ? memset(address, 0, PAGE_SIZE) : NULL;
}

uint64_t physical_of(const void *kernel_address)
{
	return (uint64_t)kernel_address;
}

uint64_t fake_random_state = 1;

uint64_t fake_random(void)
{
	/* splitmix64 */
	uint64_t z = fake_random_state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}
