/*
 * tail [-n LINES | -c BYTES] [FILE...]: prints the end of files; with +NUMBER all from that
 * line or byte on.
 *
 * What may have to be printed is kept in a ring of bytes that grows: input need not be a
 * file, and is read once.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "output.h"
#include "program.h"

#define LINES_DEFAULT	10

static uint64_t count = LINES_DEFAULT;
static bool in_bytes, from_start;

/* ---- from the start on ------------------------------------------------------------------ */

static void print_from(struct input *input)
{
	uint64_t skipped = count ? count - 1 : 0;
	const char *part;
	size_t bytes;

	while ((bytes = input_part(input, &part)) > 0) {
		size_t at = 0;

		while (skipped > 0 && at < bytes) {
			if (in_bytes || part[at] == '\n')
				skipped--;
			at++;
		}
		output_add(part + at, bytes - at);
	}
}

/* ---- the end ------------------------------------------------------------------------------ */

struct kept {
	char *bytes;
	size_t start, length, room;
};

static int keep(struct kept *kept, const char *part, size_t bytes)
{
	if (kept->start + kept->length + bytes > kept->room && kept->start) {
		memmove(kept->bytes, kept->bytes + kept->start, kept->length);
		kept->start = 0;
	}
	if (kept->length + bytes > kept->room) {
		size_t room = 2 * (kept->length + bytes);
		char *grown = realloc(kept->bytes, room);

		if (!grown)
			return -ENOMEM;
		kept->bytes = grown;
		kept->room = room;
	}
	memcpy(kept->bytes + kept->start + kept->length, part, bytes);
	kept->length += bytes;
	return 0;
}

/* Lets go of what is before the last `count`. */
static void forget(struct kept *kept)
{
	const char *bytes = kept->bytes + kept->start;
	uint64_t left = count;
	size_t at = kept->length;

	if (in_bytes) {
		at = kept->length > count ? kept->length - (size_t)count : 0;
	} else if (count > 0) {
		/* a newline at the very end ends the last line, and begins none */
		if (at > 0 && bytes[at - 1] == '\n')
			at--;
		while (at > 0 && !(bytes[at - 1] == '\n' && --left == 0))
			at--;
	}
	kept->start += at;
	kept->length -= at;
}

static int print_end(struct input *input)
{
	struct kept kept = { 0 };
	const char *part;
	size_t bytes;
	int result = 0;

	while (!result && (bytes = input_part(input, &part)) > 0) {
		result = keep(&kept, part, bytes);
		if (!result)
			forget(&kept);
	}
	if (!result)
		output_add(kept.bytes + kept.start, kept.length);
	free(kept.bytes);
	return result;
}

/* ---- files ----------------------------------------------------------------------------------- */

static int print_file(const char *path, bool heading, bool first)
{
	struct input input;
	int result = input_open(&input, path);
	char text[512];

	if (result < 0)
		return complain("tail", path, result);
	if (heading) {
		snprintf(text, sizeof(text), "%s==> %s <==\n", first ? "" : "\n",
			 strcmp(path, "-") ? path : "standard input");
		output_add(text, strlen(text));
	}
	if (from_start)
		print_from(&input);
	else
		result = print_end(&input);
	if (!result)
		result = input.error;
	input_close(&input);
	return result < 0 ? complain("tail", path, result) : 0;
}

int main(int argc, char *argv[])
{
	static char *input_alone[] = { "-", NULL };
	char **paths;
	int option, status = 0, result;

	opterr = 0;
	while ((option = getopt(argc, argv, "n:c:")) != -1) {
		in_bytes = option == 'c';
		from_start = option != '?' && *optarg == '+';
		if (option == '?' ||
		    !number_parse(optarg + strspn(optarg, from_start ? "+" : "-"), INT64_MAX, &count))
			return usage("tail [-n LINES | -c BYTES] [FILE...]");
	}
	paths = optind < argc ? argv + optind : input_alone;
	for (int i = 0; paths[i]; i++)
		status |= print_file(paths[i], argc - optind > 1, i == 0);
	result = output_flush();
	return result < 0 ? complain("tail", "standard output", result) : status;
}
