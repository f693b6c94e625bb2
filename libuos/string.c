/*
 * memcpy(), memmove() and memset() by words: picolibc's go byte by byte where it
 * is built for size.
 *
 * Words are used where both sides are aligned alike, as buffers nearly always are.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* It may stand for any type, as char may. */
typedef uint64_t __attribute__((may_alias)) word;	/* no struct: a scalar */

#define WORD_BYTES	sizeof(word)

static int aligned_alike(const void *one, const void *other)
{
	return (((uintptr_t)one ^ (uintptr_t)other) & (WORD_BYTES - 1)) == 0;
}

static int aligned(const void *pointer)
{
	return ((uintptr_t)pointer & (WORD_BYTES - 1)) == 0;
}

static void copy_up(char *to, const char *from, size_t bytes)
{
	if (aligned_alike(to, from)) {
		for (; bytes && !aligned(to); bytes--)
			*to++ = *from++;
		for (; bytes >= 4 * WORD_BYTES; bytes -= 4 * WORD_BYTES) {
			word first = ((const word *)from)[0], second = ((const word *)from)[1];
			word third = ((const word *)from)[2], fourth = ((const word *)from)[3];

			((word *)to)[0] = first;
			((word *)to)[1] = second;
			((word *)to)[2] = third;
			((word *)to)[3] = fourth;
			to += 4 * WORD_BYTES;
			from += 4 * WORD_BYTES;
		}
		for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
			*(word *)to = *(const word *)from;
			to += WORD_BYTES;
			from += WORD_BYTES;
		}
	}
	for (; bytes; bytes--)
		*to++ = *from++;
}

static void copy_down(char *to, const char *from, size_t bytes)
{
	if (aligned_alike(to, from)) {
		for (; bytes && !aligned(to + bytes); bytes--)
			to[bytes - 1] = from[bytes - 1];
		for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES)
			*(word *)(to + bytes - WORD_BYTES) =
				*(const word *)(from + bytes - WORD_BYTES);
	}
	for (; bytes; bytes--)
		to[bytes - 1] = from[bytes - 1];
}

void *memcpy(void *__restrict to, const void *__restrict from, size_t bytes)
{
	copy_up(to, from, bytes);
	return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
	if ((uintptr_t)to - (uintptr_t)from >= bytes)
		copy_up(to, from, bytes);
	else
		copy_down(to, from, bytes);
	return to;
}

void *memset(void *to, int value, size_t bytes)
{
	word pattern = (uint8_t)value * 0x0101010101010101ull;
	char *next = to;

	for (; bytes && !aligned(next); bytes--)
		*next++ = value;
	for (; bytes >= 4 * WORD_BYTES; bytes -= 4 * WORD_BYTES) {
		((word *)next)[0] = pattern;
		((word *)next)[1] = pattern;
		((word *)next)[2] = pattern;
		((word *)next)[3] = pattern;
		next += 4 * WORD_BYTES;
	}
	for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES) {
		*(word *)next = pattern;
		next += WORD_BYTES;
	}
	for (; bytes; bytes--)
		*next++ = value;
	return to;
}
