/*
 * hexdump [-C] [-n BYTES] [-s OFFSET] [FILE...]: bytes in hexadecimal and as characters, 16
 * a line; lines that repeat are shown as a star.  There is one form, that of -C.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "output.h"
#include "program.h"

#define ROW_BYTES	16

static uint64_t bytes_left = UINT64_MAX, bytes_to_skip, offset;
static unsigned char row[ROW_BYTES], row_before[ROW_BYTES];
static size_t row_bytes;
static bool has_before, starred;

static void print_row(void)
{
	char text[96];
	int at = snprintf(text, sizeof(text), "%08llx ", (unsigned long long)offset);

	for (size_t i = 0; i < ROW_BYTES; i++) {
		at += snprintf(text + at, sizeof(text) - at, i % 8 ? " " : i ? "  " : " ");
		at += i < row_bytes ? snprintf(text + at, sizeof(text) - at, "%02x", row[i]) :
		      snprintf(text + at, sizeof(text) - at, "  ");
	}
	at += snprintf(text + at, sizeof(text) - at, "  |");
	for (size_t i = 0; i < row_bytes; i++)
		text[at++] = row[i] >= ' ' && row[i] < 0x7f ? (char)row[i] : '.';
	text[at++] = '|';
	text[at++] = '\n';
	output_add(text, (size_t)at);
}

static void end_row(void)
{
	bool same = has_before && row_bytes == ROW_BYTES && memcmp(row, row_before, ROW_BYTES) == 0;

	if (same && !starred)
		output_add("*\n", 2);
	else if (!same)
		print_row();
	starred = same;
	has_before = true;
	memcpy(row_before, row, ROW_BYTES);
	offset += row_bytes;
	row_bytes = 0;
}

static void take(const char *part, size_t bytes)
{
	for (size_t i = 0; i < bytes && bytes_left > 0; i++) {
		if (bytes_to_skip > 0) {
			bytes_to_skip--;
			continue;
		}
		bytes_left--;
		row[row_bytes++] = (unsigned char)part[i];
		if (row_bytes == ROW_BYTES)
			end_row();
	}
}

static int dump(const char *path)
{
	struct input input;
	int result = input_open(&input, path);
	const char *part;
	size_t bytes;

	if (result < 0)
		return complain("hexdump", path, result);
	while (bytes_left > 0 && (bytes = input_part(&input, &part)) > 0)
		take(part, bytes);
	result = input.error;
	input_close(&input);
	return result < 0 ? complain("hexdump", path, result) : 0;
}

int main(int argc, char *argv[])
{
	static char *alone[] = { "-", NULL };
	char text[32];
	int option, status = 0, result;
	char **paths;

	opterr = 0;
	while ((option = getopt(argc, argv, "Cn:s:")) != -1)
		if (option == '?' || (option != 'C' &&
		    !number_parse(optarg, INT64_MAX, option == 'n' ? &bytes_left : &bytes_to_skip)))
			return usage("hexdump [-C] [-n BYTES] [-s OFFSET] [FILE...]");
	offset = bytes_to_skip;
	paths = optind < argc ? argv + optind : alone;
	for (; *paths; paths++)
		status |= dump(*paths);
	if (row_bytes)
		end_row();
	if (offset) {
		snprintf(text, sizeof(text), "%08llx\n", (unsigned long long)offset);
		output_add(text, strlen(text));
	}
	result = output_flush();
	return result < 0 ? complain("hexdump", "standard output", result) : status;
}
