/*
 * test and [: by the number of words where they are few, else by recursive descent.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uos.h>

#include "shell.h"

#define STATUS_ERROR	2

struct test {
	char **word;
	int count, at;
	const char *mistake;
};

static bool either(struct test *test);

static bool fail(struct test *test, const char *mistake)
{
	if (!test->mistake)
		test->mistake = mistake;
	test->at = test->count;
	return false;
}

static const char *peek(const struct test *test, int ahead)
{
	return test->at + ahead < test->count ? test->word[test->at + ahead] : NULL;
}

static bool is(const char *word, const char *what)
{
	return word && strcmp(word, what) == 0;
}

/* ---- one operand ------------------------------------------------------------------------ */

static bool file_is(char kind, const char *path)
{
	struct statx status;

	if (uos_stat(path, &status) < 0)
		return false;
	switch (kind) {
	case 'f': return (status.stx_mode & S_IFMT) == S_IFREG;
	case 'd': return (status.stx_mode & S_IFMT) == S_IFDIR;
	case 'c': return (status.stx_mode & S_IFMT) == S_IFCHR;
	case 'b': return (status.stx_mode & S_IFMT) == S_IFBLK;
	case 'p': return (status.stx_mode & S_IFMT) == S_IFIFO;
	case 'h': case 'L': return (status.stx_mode & S_IFMT) == S_IFLNK;
	case 's': return status.stx_size > 0;
	case 'r': return status.stx_mode & 0444;
	case 'w': return status.stx_mode & 0222;
	case 'x': return status.stx_mode & 0111;
	default: return true;		/* e */
	}
}

static bool is_unary(const char *word)
{
	return word && word[0] == '-' && word[1] && !word[2] && strchr("bcdefhLnprstwxz", word[1]);
}

static bool unary(char kind, const char *word)
{
	if (kind == 'n')
		return *word;
	if (kind == 'z')
		return !*word;
	if (kind == 't')
		return isatty((int)strtol(word, NULL, 10));
	return file_is(kind, word);
}

/* ---- two operands ----------------------------------------------------------------------- */

static bool number_of(struct test *test, const char *word, long long *number)
{
	char *end;

	*number = strtoll(word, &end, 10);
	while (*end == ' ' || *end == '\t')
		end++;
	return *end || end == word ? fail(test, "a number is wrong") : true;
}

static bool compare_numbers(struct test *test, const char *one, const char *sign,
			    const char *other)
{
	long long a, b;

	if (!number_of(test, one, &a) || !number_of(test, other, &b))
		return false;
	if (is(sign, "-eq"))
		return a == b;
	if (is(sign, "-ne"))
		return a != b;
	if (is(sign, "-lt"))
		return a < b;
	if (is(sign, "-le"))
		return a <= b;
	return is(sign, "-gt") ? a > b : a >= b;
}

static int compare_times(const char *one, const char *other)
{
	struct statx a = { 0 }, b = { 0 };

	if (uos_stat(one, &a) < 0)
		a.stx_mtime.tv_sec = -1;
	if (uos_stat(other, &b) < 0)
		b.stx_mtime.tv_sec = -1;
	if (a.stx_mtime.tv_sec != b.stx_mtime.tv_sec)
		return a.stx_mtime.tv_sec < b.stx_mtime.tv_sec ? -1 : 1;
	return a.stx_mtime.tv_nsec < b.stx_mtime.tv_nsec ? -1 :
	       a.stx_mtime.tv_nsec > b.stx_mtime.tv_nsec;
}

static bool is_binary(const char *word)
{
	static const char *const signs[] = {
		"=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot",
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (is(word, signs[i]))
			return true;
	return false;
}

static bool binary(struct test *test, const char *one, const char *sign, const char *other)
{
	if (is(sign, "=") || is(sign, "=="))
		return strcmp(one, other) == 0;
	if (is(sign, "!="))
		return strcmp(one, other) != 0;
	if (is(sign, "<") || is(sign, ">"))
		return *sign == '<' ? strcmp(one, other) < 0 : strcmp(one, other) > 0;
	if (is(sign, "-nt") || is(sign, "-ot"))
		return sign[1] == 'n' ? compare_times(one, other) > 0 :
		       compare_times(one, other) < 0;
	return compare_numbers(test, one, sign, other);
}

/* ---- expressions ------------------------------------------------------------------------ */

static bool primary(struct test *test)
{
	const char *word = peek(test, 0);
	bool result;

	if (!word)
		return fail(test, "an operand is missing");
	if (is_binary(peek(test, 1)) && peek(test, 2)) {
		test->at += 3;
		return binary(test, word, test->word[test->at - 2], test->word[test->at - 1]);
	}
	if (is(word, "!") && peek(test, 1)) {
		test->at++;
		return !primary(test);
	}
	if (is(word, "(") && peek(test, 1)) {
		test->at++;
		result = either(test);
		if (!is(peek(test, 0), ")"))
			return fail(test, "`)` is missing");
		test->at++;
		return result;
	}
	test->at++;
	if (is_unary(word) && peek(test, 0))
		return unary(word[1], test->word[test->at++]);
	return *word;
}

static bool both(struct test *test)
{
	bool result = primary(test);

	while (is(peek(test, 0), "-a")) {
		test->at++;
		result = primary(test) && result;
	}
	return result;
}

static bool either(struct test *test)
{
	bool result = both(test);

	while (is(peek(test, 0), "-o")) {
		test->at++;
		result = both(test) || result;
	}
	return result;
}

int builtin_test(int count, char **words)
{
	struct test test = { .word = words + 1, .count = count - 1 };
	bool result = false;

	if (is(words[0], "[")) {
		if (count < 2 || !is(words[count - 1], "]")) {
			shell_complain("[", "`]` is missing");
			return STATUS_ERROR;
		}
		test.count--;
	}
	if (test.count)
		result = either(&test);
	if (!test.mistake && test.at < test.count)
		test.mistake = "there are words too many";
	if (test.mistake) {
		shell_complain(words[0], test.mistake);
		return STATUS_ERROR;
	}
	return !result;
}
