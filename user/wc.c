/*
 * wc [-clw] [FILE...]: counts lines, words and bytes.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uos.h>

#include "input.h"
#include "program.h"

#define WIDTH_UNKNOWN	7		/* for what is no file: its size is not known before */

struct counts {
	uint64_t lines, words, bytes;
};

static bool show_lines, show_words, show_bytes;
static int width = 1;

static int count(struct input *input, struct counts *counts)
{
	const char *part;
	bool in_word = false;
	size_t bytes;

	while ((bytes = input_part(input, &part)) > 0) {
		counts->bytes += bytes;
		for (size_t i = 0; i < bytes; i++) {
			bool blank = isspace((unsigned char)part[i]);

			counts->lines += part[i] == '\n';
			counts->words += !blank && !in_word;
			in_word = !blank;
		}
	}
	return input->error;
}

static void print_counts(const struct counts *counts, const char *name)
{
	const char *between = "";
	const struct {
		bool show;
		uint64_t value;
	} columns[] = {
		{ show_lines, counts->lines }, { show_words, counts->words },
		{ show_bytes, counts->bytes },
	};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		if (!columns[i].show)
			continue;
		printf("%s%*llu", between, width, (unsigned long long)columns[i].value);
		between = " ";
	}
	printf(name ? " %s\n" : "\n", name);
}

static int count_file(const char *path, bool named, struct counts *total)
{
	struct counts counts = { 0 };
	struct input input;
	int result = input_open(&input, path);

	if (result < 0)
		return complain("wc", path, result);
	result = count(&input, &counts);
	input_close(&input);
	if (result < 0)
		result = complain("wc", path, result);
	print_counts(&counts, named ? path : NULL);
	total->lines += counts.lines;
	total->words += counts.words;
	total->bytes += counts.bytes;
	return result;
}

/* As wide as the sum of all sizes. */
static void find_width(char *const paths[])
{
	uint64_t bytes = 0;
	int least = 1;

	for (; *paths; paths++) {
		struct statx status;
		int result = strcmp(*paths, "-") == 0 ? uos_fstat(0, &status) :
			     uos_stat(*paths, &status);

		if (result < 0)
			continue;
		if ((status.stx_mode & S_IFMT) == S_IFREG)
			bytes += status.stx_size;
		else
			least = WIDTH_UNKNOWN;
	}
	for (width = 1; bytes >= 10; bytes /= 10)
		width++;
	if (width < least)
		width = least;
}

int main(int argc, char *argv[])
{
	static char *input_alone[] = { "-", NULL };
	struct counts total = { 0 };
	char **paths;
	int option, status = 0;

	opterr = 0;
	while ((option = getopt(argc, argv, "clw")) != -1) {
		show_lines |= option == 'l';
		show_words |= option == 'w';
		show_bytes |= option == 'c';
		if (option == '?')
			return usage("wc [-clw] [FILE...]");
	}
	if (!show_lines && !show_words && !show_bytes)
		show_lines = show_words = show_bytes = true;
	paths = optind < argc ? argv + optind : input_alone;
	if (argc - optind > 1 || show_lines + show_words + show_bytes > 1)
		find_width(paths);
	for (int i = 0; paths[i]; i++)
		status |= count_file(paths[i], optind < argc, &total);
	if (argc - optind > 1)
		print_counts(&total, "total");
	return fflush(stdout) ? 1 : status;
}
