/*
 * ChaCha20: see chacha.h.
 */
#include <string.h>

#include "drivers/chacha.h"

static inline uint32_t rotate_left(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

/* Inline, so that the state stays in registers: a quarter of the instructions. */
static inline __attribute__((always_inline)) void
quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
	*a += *b;
	*d = rotate_left(*d ^ *a, 16);
	*c += *d;
	*b = rotate_left(*b ^ *c, 12);
	*a += *b;
	*d = rotate_left(*d ^ *a, 8);
	*c += *d;
	*b = rotate_left(*b ^ *c, 7);
}

static inline __attribute__((always_inline)) void double_round(uint32_t state[16])
{
	quarter_round(&state[0], &state[4], &state[8], &state[12]);
	quarter_round(&state[1], &state[5], &state[9], &state[13]);
	quarter_round(&state[2], &state[6], &state[10], &state[14]);
	quarter_round(&state[3], &state[7], &state[11], &state[15]);
	quarter_round(&state[0], &state[5], &state[10], &state[15]);
	quarter_round(&state[1], &state[6], &state[11], &state[12]);
	quarter_round(&state[2], &state[7], &state[8], &state[13]);
	quarter_round(&state[3], &state[4], &state[9], &state[14]);
}

void chacha_block(struct chacha *chacha, uint8_t block[CHACHA_BLOCK_BYTES])
{
	uint32_t start[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	uint32_t state[16];

	memcpy(&start[4], chacha->key, sizeof(chacha->key));
	start[12] = chacha->counter++;
	memcpy(&start[13], chacha->nonce, sizeof(chacha->nonce));
	memcpy(state, start, sizeof(state));
	for (unsigned round = 0; round < 20; round += 2)
		double_round(state);
	for (unsigned i = 0; i < 16; i++) {
		uint32_t word = state[i] + start[i];

		for (unsigned byte = 0; byte < 4; byte++)
			block[4 * i + byte] = (uint8_t)(word >> 8 * byte);
	}
}
