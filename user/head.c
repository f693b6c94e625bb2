/*
 * head [-n LINES | -c BYTES] [FILE...]: prints the beginning of files.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "output.h"
#include "program.h"

#define LINES_DEFAULT	10

static uint64_t count = LINES_DEFAULT;
static bool in_bytes;

static void print_bytes(struct input *input)
{
	const char *part;
	uint64_t left = count;
	size_t bytes;

	while (left > 0 && (bytes = input_part(input, &part)) > 0) {
		if (bytes > left)
			bytes = (size_t)left;
		output_add(part, bytes);
		left -= bytes;
	}
}

static void print_lines(struct input *input)
{
	char *line;
	size_t bytes;

	for (uint64_t left = count; left > 0 && input_line(input, &line, &bytes); left--)
		output_add(line, bytes);
}

static int print_file(const char *path, bool heading, bool first)
{
	struct input input;
	int result = input_open(&input, path);
	char text[512];

	if (result < 0)
		return complain("head", path, result);
	if (heading) {
		snprintf(text, sizeof(text), "%s==> %s <==\n", first ? "" : "\n",
			 strcmp(path, "-") ? path : "standard input");
		output_add(text, strlen(text));
	}
	if (in_bytes)
		print_bytes(&input);
	else
		print_lines(&input);
	result = input.error;
	input_close(&input);
	return result < 0 ? complain("head", path, result) : 0;
}

int main(int argc, char *argv[])
{
	static char *input_alone[] = { "-", NULL };
	char **paths;
	int option, status = 0, result;

	opterr = 0;
	while ((option = getopt(argc, argv, "n:c:")) != -1) {
		in_bytes = option == 'c';
		if (option == '?' || !number_parse(optarg, INT64_MAX, &count))
			return usage("head [-n LINES | -c BYTES] [FILE...]");
	}
	paths = optind < argc ? argv + optind : input_alone;
	for (int i = 0; paths[i]; i++)
		status |= print_file(paths[i], argc - optind > 1, i == 0);
	result = output_flush();
	return result < 0 ? complain("head", "standard output", result) : status;
}
