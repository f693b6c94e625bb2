/* The machine of fake.h: RAM, harts, panic, random numbers. */
#include "fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/heap.h"
#include "kernel/task/hart.h"

#define HARTS	4u

uint64_t fake_direct_map_base;
struct hart harts[HARTS_MAX];
_Thread_local struct hart *fake_hart;
jmp_buf fake_panic_return;
bool fake_panic_expected;

/* ---- RAM and harts ---------------------------------------------------------------- */

void machine_hart(unsigned index)
{
	fake_hart = &harts[index];
}

unsigned hart_count(void)
{
	return HARTS;
}

void machine_start(uint64_t frames)
{
	static void *records;
	uint64_t bytes = frames * PAGE_SIZE;
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	CHECK(memory != MAP_FAILED);
	fake_direct_map_base = (uint64_t)memory - RAM_START;
	for (unsigned i = 0; i < HARTS_MAX; i++)
		harts[i] = (struct hart){ .index = i, .hardware_id = i, .slice_end_ns = ~0ul,
					  .programmed_ns = ~0ul - 1 };
	machine_hart(0);
	free(records);
	records = malloc(frames_record_bytes(RAM_START, RAM_START + bytes));
	frames_init(RAM_START, RAM_START + bytes, records);
	frames_add(RAM_START, RAM_START + bytes);
	heap_init();
}

uint64_t machine_free_frames(void)
{
	uint64_t total, available;

	frames_count(&total, &available);
	return available;
}

/* ---- memory that runs out ------------------------------------------------------------ */

static void *squeezed;

void machine_squeeze(uint64_t left)
{
	struct hart *self = fake_hart;
	void **frame;

	/* other harts' stores too */
	for (unsigned i = 0; i < HARTS; i++)
		for (machine_hart(i); (frame = frame_alloc()) != NULL; squeezed = frame)
			*frame = squeezed;
	fake_hart = self;
	CHECK_EQUAL(machine_free_frames(), 0);
	for (; left; left--) {
		frame = squeezed;
		squeezed = *frame;
		frame_put(frame);
	}
}

void machine_relax(void)
{
	while (squeezed) {
		void **frame = squeezed;

		squeezed = *frame;
		frame_put(frame);
	}
}

/* ---- words that end a test -------------------------------------------------------------- */

void panic(const char *format, ...)
{
	va_list arguments;

	if (fake_panic_expected)
		longjmp(fake_panic_return, 1);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

/* ---- random numbers ----------------------------------------------------------------------- */

_Thread_local uint64_t random_state = 1;

uint64_t random_word(void)
{
	/* splitmix64 */
	uint64_t z = random_state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

void test_arguments(int count, char **words, uint64_t *operations)
{
	CHECK(count >= 3);
	random_state = strtoull(words[1], NULL, 10);
	*operations = strtoull(words[2], NULL, 10);
}
