/*
 * cat [FILE...]: copies files, or (none, or -) its standard input, to its standard output.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <uos.h>

#include "program.h"

static char buffer[16384];

/* 0, or -errno of what failed. */
static ssize_t copy(int from)
{
	for (;;) {
		ssize_t bytes = uos_read(from, buffer, sizeof(buffer), -1);

		if (bytes <= 0)
			return bytes;
		for (ssize_t done = 0; done < bytes;) {
			ssize_t written = uos_write(1, buffer + done, bytes - done, -1);

			if (written < 0)
				return written;
			done += written;
		}
	}
}

static int copy_file(const char *path)
{
	bool is_input = strcmp(path, "-") == 0;
	int fd = is_input ? 0 : uos_open(path, O_RDONLY, 0);
	ssize_t result = fd < 0 ? fd : copy(fd);

	if (fd > 0)
		uos_close(fd);
	return result < 0 ? complain("cat", path, result) : 0;
}

int main(int argc, char *argv[])
{
	int status = 0;

	if (argc == 1) {
		ssize_t result = copy(0);

		return result < 0 ? complain("cat", "standard input", result) : 0;
	}
	for (int i = 1; i < argc; i++)
		status |= copy_file(argv[i]);
	return status;
}
