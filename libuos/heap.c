/*
 * sbrk() for picolibc's malloc: one large mapping without a reservation, of
 * which pages come as they are touched.  malloc() holds its lock over it.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "uos/sys.h"

#define HEAP_BYTES_MAX	(16ull << 30)
#define HEAP_BYTES_MIN	(1ull << 20)

static char *heap_next, *heap_end;

/* The largest region that the kernel grants. */
static int heap_map(void)
{
	uint64_t bytes = HEAP_BYTES_MAX;
	void *address = NULL;

	while (uos_sys_mmap(&address, bytes, ABI_PROT_READ | ABI_PROT_WRITE,
			    ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS | ABI_MAP_NORESERVE, -1, 0) < 0) {
		bytes /= 2;
		if (bytes < HEAP_BYTES_MIN)
			return -ENOMEM;
		address = NULL;
	}
	heap_next = address;
	heap_end = heap_next + bytes;
	return 0;
}

void *sbrk(ptrdiff_t bytes)
{
	char *before;

	if ((!heap_next && heap_map() < 0) || bytes > heap_end - heap_next) {
		errno = ENOMEM;
		return (void *)-1;
	}
	before = heap_next;
	heap_next += bytes;
	return before;
}
