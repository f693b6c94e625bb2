/*
 * Random bytes for everybody: a ChaCha20 generator, seeded at boot from the
 * firmware's seed and, where there is one, the entropy device.
 */
#ifndef DRIVERS_RANDOM_H
#define DRIVERS_RANDOM_H

#include "kernel/api/base.h"

/* Once at boot, before the devices: takes /chosen's rng-seed. */
void random_init(void);
/* Mixes further entropy in.  It can't make things worse.  Any context. */
void random_seed_add(const void *seed, size_t bytes);
/* Any context, never suspends. */
void random_fill(void *memory, size_t bytes);

#endif
