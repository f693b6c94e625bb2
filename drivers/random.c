/*
 * The generator: fast key erasure.  One key for the machine; each call takes the
 * key stream's first half-block as the machine's next key and the second as a
 * key of its own, and goes on with the latter, outside the lock.  Whoever reads
 * the memory later learns nothing about what was given out before.
 *
 * Locks: lock, over the machine's key.
 */
#include <string.h>

#include "drivers/chacha.h"
#include "drivers/random.h"
#include "kernel/api/device.h"
#include "kernel/api/lock.h"
#include "kernel/api/wait.h"

#define KEY_BYTES	sizeof(((struct chacha *)0)->key)

static struct {
	struct spinlock lock;
	struct chacha machine;		/* its counter and nonce stay 0 */
} generator;

/* The machine's key moves on; *own is a fresh generator.  lock held. */
static void generator_fork(struct chacha *own)
{
	uint8_t block[CHACHA_BLOCK_BYTES];

	chacha_block(&generator.machine, block);
	generator.machine.counter = 0;
	memset(own, 0, sizeof(*own));
	memcpy(generator.machine.key, block, KEY_BYTES);
	memcpy(own->key, block + KEY_BYTES, KEY_BYTES);
}

void random_fill(void *memory, size_t bytes)
{
	struct chacha own;
	uint8_t block[CHACHA_BLOCK_BYTES];
	uint8_t *to = memory;

	spinlock_acquire(&generator.lock);
	generator_fork(&own);
	spinlock_release(&generator.lock);
	while (bytes > 0) {
		size_t part = MIN(bytes, sizeof(block));

		chacha_block(&own, block);
		if (own.counter == 0)
			own.nonce[0]++;		/* past 256 GiB of one call */
		memcpy(to, block, part);
		to += part;
		bytes -= part;
	}
}

void random_seed_add(const void *seed, size_t bytes)
{
	const uint8_t *from = seed;
	struct chacha unused;

	spinlock_acquire(&generator.lock);
	/* each half-block of the seed is folded into the key, then the key is stirred */
	for (size_t at = 0; at < bytes; at++) {
		generator.machine.key[at / 4 % CHACHA_KEY_WORDS] ^=
			(uint32_t)from[at] << 8 * (at % 4);
		if (at % KEY_BYTES == KEY_BYTES - 1)
			generator_fork(&unused);
	}
	generator_fork(&unused);
	spinlock_release(&generator.lock);
}

void random_init(void)
{
	unsigned bytes;
	const void *seed = device_chosen_property("rng-seed", &bytes);
	uint64_t now = time_now_ns();

	random_seed_add(&now, sizeof(now));
	if (seed)
		random_seed_add(seed, bytes);
}
