/*
 * The sparse array against a plain one: values at near and far indexes come and go, with
 * memory from a reserve or not, and no node is left when all have gone.  Arguments: a
 * seed, the number of operations.
 */
#include <stdlib.h>

#include "fake.h"
#include "fs/radix.h"

#define PLACES	600u

static struct radix radix;
static uint64_t index_of[PLACES];	/* ascending */
static void *value[PLACES];

/* Near ones in a row, then ever farther ones. */
static void places_make(void)
{
	for (unsigned i = 0; i < PLACES; i++)
		index_of[i] = i < 550 ? i : 1000 + ((uint64_t)(i - 549) << (i - 549));
}

static void check_next(uint64_t first)
{
	void *wanted = NULL;

	for (unsigned i = 0; i < PLACES && !wanted; i++)
		if (index_of[i] >= first)
			wanted = value[i];
	CHECK(radix_next(&radix, first) == wanted);
}

static void operation(void)
{
	struct radix_reserve reserve = { .count = 0 };
	unsigned place = (unsigned)fake_random_below(PLACES);
	void *fresh = &value[fake_random_below(PLACES)];

	switch (fake_random_below(5)) {
	case 0:
		CHECK_EQUAL(radix_set(&radix, index_of[place], fresh), 0);
		value[place] = fresh;
		break;
	case 1:
		if (radix_set_reserved(&radix, index_of[place], fresh, &reserve)) {
			/* it asks for no more than a full one has */
			CHECK_EQUAL(radix_reserve_fill(&reserve, RADIX_RESERVE_MAX), 0);
			CHECK_EQUAL(radix_set_reserved(&radix, index_of[place], fresh, &reserve),
				    0);
		}
		radix_reserve_free(&reserve);
		value[place] = fresh;
		break;
	case 2: case 3:
		radix_remove(&radix, index_of[place]);
		value[place] = NULL;
		break;
	default:
		check_next(index_of[place]);
		check_next(index_of[place] + 1);
	}
	CHECK(radix_get(&radix, index_of[place]) == value[place]);
}

int main(int count, char **arguments)
{
	struct fake_memory before = fake_memory_now();

	CHECK(count == 3);
	fake_random_state = strtoull(arguments[1], NULL, 10);
	places_make();
	for (uint64_t left = strtoull(arguments[2], NULL, 10); left > 0; left--)
		operation();
	for (unsigned i = 0; i < PLACES; i++) {
		CHECK(radix_get(&radix, index_of[i]) == value[i]);
		radix_remove(&radix, index_of[i]);
	}
	CHECK(!radix_next(&radix, 0));
	CHECK_EQUAL(fake_memory_now().frames, before.frames);
	return 0;
}
