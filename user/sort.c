/*
 * sort [-nru] [-t SEPARATOR] [-k FIELD[,FIELD][nr]] [-o FILE] [FILE...]: sorts lines by their
 * bytes, or by the number that they begin with.
 *
 * Fields are parted by blanks, each with those before it, or by the separator; a key is from
 * its first field to its last, or to the line's end.  Lines of equal keys are ordered as a whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uos.h>

#include "input.h"
#include "output.h"
#include "program.h"

#define USAGE	"sort [-nru] [-t SEPARATOR] [-k FIELD[,FIELD]] [-o FILE] [FILE...]"

static bool by_number, reverse, unique;
static char separator;
static uint64_t key_first, key_last;	/* 0: none */
static bool key_has_order, key_by_number, key_reverse;	/* of its own */
static char **lines;
static size_t line_count, line_room;

/* ---- keys ------------------------------------------------------------------------------- */

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* Behind the field that begins at `at`. */
static const char *field_end(const char *at)
{
	if (separator)
		return at + strcspn(at, (char[]){ separator, '\0' });
	while (is_blank(*at))
		at++;
	while (*at && !is_blank(*at))
		at++;
	return at;
}

static void find_key(const char *line, const char **start, size_t *bytes)
{
	const char *at = line, *end;

	for (uint64_t field = 1; field < key_first && *at; field++) {
		at = field_end(at);
		if (separator && *at)
			at++;
	}
	*start = at;
	end = at + strlen(at);
	if (key_last) {
		end = at;
		for (uint64_t field = key_first; field <= key_last && *end; field++) {
			if (separator && field > key_first)
				end++;
			end = field_end(end);
		}
	}
	*bytes = (size_t)(end - at);
}

/* ---- order -------------------------------------------------------------------------------- */

static int compare_bytes(const char *one, size_t one_bytes, const char *other, size_t other_bytes)
{
	size_t least = one_bytes < other_bytes ? one_bytes : other_bytes;
	int order = memcmp(one, other, least);

	return order ? order : (one_bytes > other_bytes) - (one_bytes < other_bytes);
}

struct number {
	bool negative;
	const char *digits;		/* without zeros in front */
	size_t whole;
	const char *fraction;
	size_t fraction_digits;
};

static struct number number_of(const char *text, size_t bytes)
{
	const char *end = text + bytes;
	struct number number = { .negative = false };

	while (text < end && is_blank(*text))
		text++;
	if (text < end && *text == '-') {
		number.negative = true;
		text++;
	}
	while (text < end && *text == '0')
		text++;
	number.digits = text;
	while (text < end && *text >= '0' && *text <= '9')
		text++;
	number.whole = (size_t)(text - number.digits);
	if (text < end && *text == '.')
		text++;
	number.fraction = text;
	while (text < end && *text >= '0' && *text <= '9')
		text++;
	number.fraction_digits = (size_t)(text - number.fraction);
	while (number.fraction_digits && number.fraction[number.fraction_digits - 1] == '0')
		number.fraction_digits--;
	if (!number.whole && !number.fraction_digits)
		number.negative = false;
	return number;
}

/* Of any length, so digit by digit. */
static int compare_numbers(const char *one, size_t one_bytes, const char *other,
			   size_t other_bytes)
{
	struct number a = number_of(one, one_bytes), b = number_of(other, other_bytes);
	int order;

	if (a.negative != b.negative)
		return a.negative ? -1 : 1;
	if (a.whole != b.whole)
		order = a.whole < b.whole ? -1 : 1;
	else
		order = memcmp(a.digits, b.digits, a.whole);
	if (!order)
		order = compare_bytes(a.fraction, a.fraction_digits, b.fraction,
				      b.fraction_digits);
	return a.negative ? -order : order;
}

static int compare_keys(const char *one, const char *other)
{
	size_t one_bytes, other_bytes;
	int order;

	find_key(one, &one, &one_bytes);
	find_key(other, &other, &other_bytes);
	if (key_has_order ? key_by_number : by_number)
		order = compare_numbers(one, one_bytes, other, other_bytes);
	else
		order = compare_bytes(one, one_bytes, other, other_bytes);
	return (key_has_order ? key_reverse : reverse) ? -order : order;
}

static int compare(const char *one, const char *other)
{
	int order = compare_keys(one, other);

	if (order || unique)
		return order;
	return reverse ? strcmp(other, one) : strcmp(one, other);
}

/* Merging keeps equal lines in their order, and is never worse than n log n. */
static void merge_sort(char **from, char **to, size_t count)
{
	size_t half = count / 2, left = 0, right = half;

	if (count < 2)
		return;
	merge_sort(to, from, half);
	merge_sort(to + half, from + half, count - half);
	for (size_t i = 0; i < count; i++) {
		bool take_left = right == count ||
				 (left < half && compare(from[left], from[right]) <= 0);

		to[i] = take_left ? from[left++] : from[right++];
	}
}

/* ---- input and output ------------------------------------------------------------------------- */

static int line_add(const char *text, size_t bytes)
{
	if (line_count == line_room) {
		size_t room = line_room ? 2 * line_room : 1024;
		char **grown = realloc(lines, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		lines = grown;
		line_room = room;
	}
	if (bytes && text[bytes - 1] == '\n')
		bytes--;
	lines[line_count] = strndup(text, bytes);
	return lines[line_count++] ? 0 : -ENOMEM;
}

static int read_file(const char *path)
{
	struct input input;
	int result = input_open(&input, path);
	size_t bytes;
	char *line;

	if (result < 0)
		return trouble(complain("sort", path, result));
	while (!result && input_line(&input, &line, &bytes))
		result = line_add(line, bytes);
	if (!result)
		result = input.error;
	input_close(&input);
	return result < 0 ? trouble(complain("sort", path, result)) : 0;
}

static int print_sorted(void)
{
	char **sorted = malloc((line_count + 1) * sizeof(*sorted));
	const char *last = NULL;
	int result;

	if (!sorted)
		return trouble(complain("sort", "lines", -ENOMEM));
	memcpy(sorted, lines, line_count * sizeof(*sorted));
	merge_sort(lines, sorted, line_count);
	for (size_t i = 0; i < line_count; i++) {
		if (unique && last && compare_keys(last, sorted[i]) == 0)
			continue;
		output_add(sorted[i], strlen(sorted[i]));
		output_add("\n", 1);
		last = sorted[i];
	}
	result = output_flush();
	return result < 0 ? trouble(complain("sort", "standard output", result)) : 0;
}

static bool take_key(const char *text)
{
	char *first = strdup(text), *comma = strchr(first, ',');
	size_t length = strlen(first);
	bool good;

	for (; length > 0 && strchr("nr", first[length - 1]); first[--length] = '\0') {
		key_has_order = true;
		key_by_number |= first[length - 1] == 'n';
		key_reverse |= first[length - 1] == 'r';
	}
	if (comma)
		*comma++ = '\0';
	good = number_parse(first, INT32_MAX, &key_first) && key_first &&
	       (!comma || (number_parse(comma, INT32_MAX, &key_last) && key_last >= key_first));
	free(first);
	return good;
}

static int redirect_output(const char *path)
{
	int fd = uos_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0)
		return trouble(complain("sort", path, fd));
	uos_dup_to(fd, 1);
	return 0;
}

int main(int argc, char *argv[])
{
	static char *input_alone[] = { "-", NULL };
	const char *target = NULL;
	bool good = true;
	char **paths;
	int option, status = 0;

	opterr = 0;
	while ((option = getopt(argc, argv, "nruk:t:o:")) != -1) {
		switch (option) {
		case 'n': by_number = true; break;
		case 'r': reverse = true; break;
		case 'u': unique = true; break;
		case 'k': good &= take_key(optarg); break;
		case 't': separator = *optarg; good &= *optarg && !optarg[1]; break;
		case 'o': target = optarg; break;
		default: good = false;
		}
	}
	if (!good)
		return usage(USAGE);
	paths = optind < argc ? argv + optind : input_alone;
	for (int i = 0; paths[i] && !status; i++)
		status = read_file(paths[i]);
	if (!status && target)
		status = redirect_output(target);
	return status ? status : print_sorted();
}
