/*
 * SHA-256 (FIPS 180-4), fed piece by piece.  Any context; no memory but the
 * caller's.
 */
#ifndef USER_LIB_SHA256_H
#define USER_LIB_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_DIGEST_BYTES	32
#define SHA256_BLOCK_BYTES	64
#define SHA256_TEXT_BYTES	(2 * SHA256_DIGEST_BYTES + 1)

struct sha256 {
	uint32_t state[8];
	uint64_t bytes;			/* fed so far */
	uint8_t block[SHA256_BLOCK_BYTES];	/* the part that is no whole block yet */
};

void sha256_init(struct sha256 *hash);
void sha256_update(struct sha256 *hash, const void *data, size_t bytes);
/* Ends it; `text` receives the digest in hexadecimal, with a NUL. */
void sha256_finish(struct sha256 *hash, char text[SHA256_TEXT_BYTES]);

#endif
