/*
 * Prints the SHA-256 of its standard input, fed in pieces of odd sizes.
 */
#include <stdio.h>

#include "sha256.h"

int main(void)
{
	static unsigned char piece[777];
	char text[SHA256_TEXT_BYTES];
	struct sha256 hash;
	size_t bytes, size = 1;

	sha256_init(&hash);
	while ((bytes = fread(piece, 1, size, stdin)) > 0) {
		sha256_update(&hash, piece, bytes);
		size = size * 3 % sizeof(piece) + 1;
	}
	sha256_finish(&hash, text);
	puts(text);
	return 0;
}
