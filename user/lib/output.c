#include "output.h"

#include <errno.h>
#include <string.h>
#include <uos.h>

#define OUTPUT_BYTES	16384

static char collected[OUTPUT_BYTES];
static size_t collected_bytes;
static int failure;

static void write_out(const char *bytes, size_t count)
{
	while (count > 0 && !failure) {
		ssize_t done = uos_write(1, bytes, count, -1);

		if (done <= 0) {
			failure = done ? (int)done : -EIO;
			return;
		}
		bytes += done;
		count -= (size_t)done;
	}
}

int output_flush(void)
{
	write_out(collected, collected_bytes);
	collected_bytes = 0;
	return failure;
}

void output_add(const char *bytes, size_t count)
{
	if (count > sizeof(collected) - collected_bytes)
		output_flush();
	if (count > sizeof(collected)) {
		write_out(bytes, count);
		return;
	}
	memcpy(collected + collected_bytes, bytes, count);
	collected_bytes += count;
}
