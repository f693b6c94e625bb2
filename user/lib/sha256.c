/*
 * SHA-256, FIPS 180-4: section 6.2 for the block, 5.1.1 for the padding.
 */
#include "sha256.h"

#include <string.h>

static const uint32_t round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotate_right(uint32_t word, unsigned bits)
{
	return word >> bits | word << (32 - bits);
}

static void expand_schedule(uint32_t schedule[64], const uint8_t *block)
{
	for (unsigned i = 0; i < 16; i++)
		schedule[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
			      (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (unsigned i = 16; i < 64; i++) {
		uint32_t a = schedule[i - 15], b = schedule[i - 2];
		uint32_t sigma0 = rotate_right(a, 7) ^ rotate_right(a, 18) ^ a >> 3;
		uint32_t sigma1 = rotate_right(b, 17) ^ rotate_right(b, 19) ^ b >> 10;

		schedule[i] = schedule[i - 16] + sigma0 + schedule[i - 7] + sigma1;
	}
}

static void compress(uint32_t state[8], const uint8_t *block)
{
	uint32_t schedule[64];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

	expand_schedule(schedule, block);
	for (unsigned i = 0; i < 64; i++) {
		uint32_t sum1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
		uint32_t choice = (e & f) ^ (~e & g);
		uint32_t first = h + sum1 + choice + round_constants[i] + schedule[i];
		uint32_t sum0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
		uint32_t majority = (a & b) ^ (a & c) ^ (b & c);

		h = g;
		g = f;
		f = e;
		e = d + first;
		d = c;
		c = b;
		b = a;
		a = first + sum0 + majority;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void sha256_init(struct sha256 *hash)
{
	*hash = (struct sha256) {
		.state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
			   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 },
	};
}

void sha256_update(struct sha256 *hash, const void *data, size_t bytes)
{
	const uint8_t *next = data;
	size_t held = hash->bytes % SHA256_BLOCK_BYTES;

	hash->bytes += bytes;
	if (held) {
		size_t wanted = SHA256_BLOCK_BYTES - held;
		size_t taken = bytes < wanted ? bytes : wanted;

		memcpy(hash->block + held, next, taken);
		next += taken;
		bytes -= taken;
		if (taken < wanted)
			return;
		compress(hash->state, hash->block);
	}
	for (; bytes >= SHA256_BLOCK_BYTES; bytes -= SHA256_BLOCK_BYTES) {
		compress(hash->state, next);
		next += SHA256_BLOCK_BYTES;
	}
	memcpy(hash->block, next, bytes);
}

/* A one bit, zeros, and the length in bits, so that whole blocks come out. */
static void pad(struct sha256 *hash)
{
	static const uint8_t padding[SHA256_BLOCK_BYTES] = { 0x80 };
	uint64_t bits = hash->bytes * 8;
	size_t held = hash->bytes % SHA256_BLOCK_BYTES;
	uint8_t length[8];

	sha256_update(hash, padding, (held < 56 ? 56 : 120) - held);
	for (unsigned i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	sha256_update(hash, length, sizeof(length));
}

void sha256_finish(struct sha256 *hash, char text[SHA256_TEXT_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	pad(hash);
	for (unsigned i = 0; i < SHA256_DIGEST_BYTES; i++) {
		uint8_t byte = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));

		text[2 * i] = digits[byte >> 4];
		text[2 * i + 1] = digits[byte & 15];
	}
	text[SHA256_TEXT_BYTES - 1] = '\0';
}
