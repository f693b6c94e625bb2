/*
 * Random bytes for everybody: a ChaCha20 generator, seeded at its first use from
 * the firmware's seed and, at boot, from the entropy device where there is one.
 */
#ifndef DRIVERS_RANDOM_H
#define DRIVERS_RANDOM_H

#include "kernel/api/base.h"

/* Mixes further entropy in.  It can't make things worse.  Any context. */
void random_seed_add(const void *seed, size_t bytes);
/* Any context, never suspends. */
void random_fill(void *memory, size_t bytes);

#endif
