/*
 * ChaCha20: see chacha.h.
 */
#include <string.h>

#include "drivers/chacha.h"

static inline uint32_t rotate_left(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static void quarter_round(uint32_t *state, unsigned a, unsigned b, unsigned c, unsigned d)
{
	state[a] += state[b];
	state[d] = rotate_left(state[d] ^ state[a], 16);
	state[c] += state[d];
	state[b] = rotate_left(state[b] ^ state[c], 12);
	state[a] += state[b];
	state[d] = rotate_left(state[d] ^ state[a], 8);
	state[c] += state[d];
	state[b] = rotate_left(state[b] ^ state[c], 7);
}

static void double_round(uint32_t *state)
{
	for (unsigned column = 0; column < 4; column++)
		quarter_round(state, column, 4 + column, 8 + column, 12 + column);
	for (unsigned diagonal = 0; diagonal < 4; diagonal++)
		quarter_round(state, diagonal, 4 + (diagonal + 1) % 4,
			      8 + (diagonal + 2) % 4, 12 + (diagonal + 3) % 4);
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
