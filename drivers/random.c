/*
 * The generator: fast key erasure.  One key for the machine; each call takes the
 * key stream's first half-block as the machine's next key and the second as a
 * key of its own, and goes on with the latter, outside the lock, unless that is all
 * it was asked for.  Whoever reads the memory later learns nothing about what was given out before.
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
	/* lock */
	bool seeded;			/* by the firmware */
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

/* Each half-block of the seed is folded into the key, then the key is stirred.
 * lock held. */
static void seed_mix(const void *seed, size_t bytes)
{
	const uint8_t *from = seed;
	struct chacha unused;

	for (size_t at = 0; at < bytes; at++) {
		generator.machine.key[at / 4 % CHACHA_KEY_WORDS] ^=
			(uint32_t)from[at] << 8 * (at % 4);
		if (at % KEY_BYTES == KEY_BYTES - 1)
			generator_fork(&unused);
	}
	generator_fork(&unused);
}

/* At the first use: /chosen's rng-seed, and the time.  lock held. */
static void firmware_seed_take(void)
{
	uint64_t now_ns = time_now_ns();
	unsigned bytes;
	const void *seed = device_chosen_property("rng-seed", &bytes);

	generator.seeded = true;
	seed_mix(&now_ns, sizeof(now_ns));
	if (seed)
		seed_mix(seed, bytes);
}

void random_fill(void *memory, size_t bytes)
{
	struct chacha own;
	uint8_t block[CHACHA_BLOCK_BYTES];
	uint8_t *to = memory;

	spinlock_acquire(&generator.lock);
	if (UNLIKELY(!generator.seeded))
		firmware_seed_take();
	generator_fork(&own);
	spinlock_release(&generator.lock);
	if (bytes <= KEY_BYTES) {
		/* its key has no other use: no second block for so few */
		memcpy(memory, own.key, bytes);
		return;
	}
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
	spinlock_acquire(&generator.lock);
	seed_mix(seed, bytes);
	spinlock_release(&generator.lock);
}
