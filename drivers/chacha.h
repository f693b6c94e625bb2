/*
 * The ChaCha20 block function (RFC 8439, 2.3).  Pure; any context.
 */
#ifndef DRIVERS_CHACHA_H
#define DRIVERS_CHACHA_H

#include "kernel/api/base.h"

#define CHACHA_KEY_WORDS	8
#define CHACHA_BLOCK_BYTES	64

struct chacha {
	uint32_t key[CHACHA_KEY_WORDS];
	uint32_t counter;
	uint32_t nonce[3];
};

/* The key stream's next 64 bytes; counts up. */
void chacha_block(struct chacha *chacha, uint8_t block[CHACHA_BLOCK_BYTES]);

#endif
