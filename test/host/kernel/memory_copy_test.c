/* memory_copy against memcpy: each small length at each alignment of both sides. */
#include <string.h>

#include "fake.h"
#include "kernel/mm/user_memory.h"

#define BYTES_MAX	300u
#define MARGIN		16u

static void one_copy(unsigned from_offset, unsigned to_offset, unsigned bytes)
{
	_Alignas(8) unsigned char from[BYTES_MAX + 2 * MARGIN], to[sizeof(from)], wanted[sizeof(from)];

	for (unsigned i = 0; i < sizeof(from); i++) {
		from[i] = (unsigned char)random_word();
		to[i] = wanted[i] = (unsigned char)random_word();
	}
	memcpy(wanted + to_offset, from + from_offset, bytes);
	memory_copy(to + to_offset, from + from_offset, bytes);
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
		}
	return 0;
}
