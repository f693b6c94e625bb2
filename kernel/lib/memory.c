/*
 * memcpy and memset for the kernel, in place of picolibc's, which is built for
 * size: it clears a page byte by byte.  Both sides 8-byte aligned, 64 bytes cost
 * 19 instructions to copy and 11 to set; a page 1,090 and 560.
 *
 * Built so that the compiler does not turn the loops into calls of themselves.
 */
#include <stdint.h>
#include <string.h>

#define NO_IDIOMS __attribute__((optimize("no-tree-loop-distribute-patterns")))

#define WORD_BYTES	sizeof(uint64_t)
#define BLOCK_BYTES	(8 * WORD_BYTES)

static NO_IDIOMS void copy_bytes(char *to, const char *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		to[i] = from[i];
}

static inline __attribute__((always_inline)) NO_IDIOMS void copy_block(uint64_t *target,
								       const uint64_t *source)
{
	uint64_t a = source[0], b = source[1], c = source[2], d = source[3];
	uint64_t e = source[4], f = source[5], g = source[6], h = source[7];

	target[0] = a, target[1] = b, target[2] = c, target[3] = d;
	target[4] = e, target[5] = f, target[6] = g, target[7] = h;
	/* block by block: all loads of four at once are more than there are registers */
	__asm__ volatile("" : : : "memory");
}

NO_IDIOMS void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	uint64_t *target = to;
	const uint64_t *source = from;

	if (((uintptr_t)to | (uintptr_t)from) % WORD_BYTES) {
		/* alike in their lowest bits: a few bytes, then words */
		size_t head = -(uintptr_t)to % WORD_BYTES;

		if (((uintptr_t)to ^ (uintptr_t)from) % WORD_BYTES || head > bytes) {
			copy_bytes(to, from, bytes);
			return to;
		}
		copy_bytes(to, from, head);
		target = (uint64_t *)((char *)to + head);
		source = (const uint64_t *)((const char *)from + head);
		bytes -= head;
	}
	for (; bytes >= 4 * BLOCK_BYTES; bytes -= 4 * BLOCK_BYTES, target += 32, source += 32) {
		copy_block(target, source);
		copy_block(target + 8, source + 8);
		copy_block(target + 16, source + 16);
		copy_block(target + 24, source + 24);
	}
	for (; bytes >= BLOCK_BYTES; bytes -= BLOCK_BYTES, target += 8, source += 8)
		copy_block(target, source);
	for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES)
		*target++ = *source++;
	copy_bytes((char *)target, (const char *)source, bytes);
	return to;
}

static inline __attribute__((always_inline)) NO_IDIOMS void set_block(uint64_t *target,
								      uint64_t word)
{
	target[0] = word, target[1] = word, target[2] = word, target[3] = word;
	target[4] = word, target[5] = word, target[6] = word, target[7] = word;
}

NO_IDIOMS void *memset(void *memory, int value, size_t bytes)
{
	uint64_t word = (uint8_t)value * 0x0101010101010101ul;
	char *byte = memory;
	uint64_t *target;

	for (; (uintptr_t)byte % WORD_BYTES && bytes; bytes--)
		*byte++ = (char)value;
	target = (uint64_t *)byte;
	for (; bytes >= 4 * BLOCK_BYTES; bytes -= 4 * BLOCK_BYTES, target += 32) {
		set_block(target, word);
		set_block(target + 8, word);
		set_block(target + 16, word);
		set_block(target + 24, word);
	}
	for (; bytes >= BLOCK_BYTES; bytes -= BLOCK_BYTES, target += 8)
		set_block(target, word);
	for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES)
		*target++ = word;
	byte = (char *)target;
	for (size_t i = 0; i < bytes; i++)
		byte[i] = (char)value;
	return memory;
}
