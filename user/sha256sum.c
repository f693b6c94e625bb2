/*
 * sha256sum: prints the SHA-256 of files, or of its standard input, in the form
 * of the program of that name elsewhere.
 */
#include <fcntl.h>
#include <stdio.h>
#include <uos.h>

#include "program.h"
#include "sha256.h"

static char buffer[65536];

/* 0 with the digest in `text`, or -errno. */
static ssize_t hash_file(int fd, char text[SHA256_TEXT_BYTES])
{
	struct sha256 hash;
	ssize_t bytes;

	sha256_init(&hash);
	while ((bytes = uos_read(fd, buffer, sizeof(buffer), -1)) > 0)
		sha256_update(&hash, buffer, (size_t)bytes);
	sha256_finish(&hash, text);
	return bytes;
}

static int print_file(const char *path)
{
	char text[SHA256_TEXT_BYTES];
	int fd = uos_open(path, O_RDONLY, 0);
	ssize_t result = fd < 0 ? fd : hash_file(fd, text);

	if (fd >= 0)
		uos_close(fd);
	if (result < 0)
		return complain("sha256sum", path, result);
	printf("%s  %s\n", text, path);
	return 0;
}

int main(int argc, char *argv[])
{
	int status = 0;

	if (argc == 1) {
		char text[SHA256_TEXT_BYTES];
		ssize_t result = hash_file(0, text);

		if (result < 0)
			return complain("sha256sum", "-", result);
		printf("%s  -\n", text);
	}
	for (int i = 1; i < argc; i++)
		status |= print_file(argv[i]);
	return status;
}
