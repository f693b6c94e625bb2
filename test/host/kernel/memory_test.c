/* The kernel's memcpy and memset against the host's: each small length at each
 * alignment of both sides. */
#include <string.h>

#include "fake.h"

#define memcpy	kernel_memcpy
#define memset	kernel_memset
#include "kernel/lib/memory.c"
#undef memcpy
#undef memset

#define BYTES_MAX	300u
#define MARGIN		16u

static unsigned char from[BYTES_MAX + 2 * MARGIN], to[sizeof(from)], wanted[sizeof(from)];

static void fill(void)
{
	for (unsigned i = 0; i < sizeof(from); i++) {
		from[i] = (unsigned char)random_word();
		to[i] = wanted[i] = (unsigned char)random_word();
	}
}

static void one_copy(unsigned from_offset, unsigned to_offset, unsigned bytes)
{
	fill();
	memcpy(wanted + to_offset, from + from_offset, bytes);
	CHECK(kernel_memcpy(to + to_offset, from + from_offset, bytes) == to + to_offset);
	CHECK(!memcmp(to, wanted, sizeof(to)));
}

static void one_set(unsigned offset, unsigned bytes)
{
	int value = (int)random_word();

	fill();
	memset(wanted + offset, value, bytes);
	CHECK(kernel_memset(to + offset, value, bytes) == to + offset);
	CHECK(!memcmp(to, wanted, sizeof(to)));
}

int main(int count, char **words)
{
	uint64_t operations;

	test_arguments(count, words, &operations);
	for (unsigned bytes = 0; bytes <= BYTES_MAX; bytes++)
		for (unsigned offset = 0; offset < 9; offset++) {
			one_copy(offset, offset, bytes);
			one_copy(offset, (unsigned)random_below(MARGIN), bytes);
			one_copy(8, 0, bytes);
			one_set(offset, bytes);
		}
	return 0;
}
