#include "escapes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STOP		(-1)
#define NO_ESCAPE	(-2)

static int octal(const char **at, unsigned digits)
{
	int value = 0;

	for (; digits > 0 && **at >= '0' && **at <= '7'; digits--)
		value = value * 8 + (*(*at)++ - '0');
	return value & 0xff;
}

int escape_take(const char **at, bool zero)
{
	static const char letters[] = "abfnrtv\\", bytes[] = "\a\b\f\n\r\t\v\\";
	const char *letter = **at ? strchr(letters, **at) : NULL;

	if (letter) {
		++*at;
		return (unsigned char)bytes[letter - letters];
	}
	if (**at == 'c' && zero) {
		++*at;
		return STOP;
	}
	if (**at == '0' && zero) {
		++*at;
		return octal(at, 3);
	}
	if (**at >= '0' && **at <= '7')
		return octal(at, 3);
	return NO_ESCAPE;
}

bool escapes_print(const char *text)
{
	while (*text) {
		int byte = (unsigned char)*text++;

		if (byte == '\\')
			byte = escape_take(&text, true);
		if (byte == STOP)
			return false;
		putchar(byte == NO_ESCAPE ? '\\' : byte);
	}
	return true;
}

/* ---- printf ---------------------------------------------------------------------------- */

struct format {
	char **argument;		/* the next one; at NULL there is none */
	int status;
	bool stopped;
};

static const char *next_argument(struct format *format)
{
	return *format->argument ? *format->argument++ : "";
}

/* A number, or a character behind a quote. */
static long long number_of(struct format *format, const char *text)
{
	char *end;
	long long number;

	if (*text == '\'' || *text == '"')
		return (unsigned char)text[1];
	errno = 0;
	number = strtoll(text, &end, 0);
	if (errno == ERANGE && *text != '-')
		number = (long long)strtoull(text, &end, 0);
	if (*end || (end == text && *text)) {
		fprintf(stderr, "printf: %s: not a number\n", text);
		format->status = 1;
	}
	return number;
}

/* %b: escapes in the argument. */
static void print_escaped(struct format *format, const char *directive)
{
	const char *text = next_argument(format);

	(void)directive;
	format->stopped = !escapes_print(text);
}

/* Flags, width and precision from *at on, into `directive`, with * replaced. */
static size_t take_directive(struct format *format, const char **at, char directive[64])
{
	size_t length = 0;

	directive[length++] = '%';
	for (; **at && strchr("-+ #0123456789.*", **at) && length < 40; ++*at) {
		if (**at != '*') {
			directive[length++] = **at;
			continue;
		}
		length += (size_t)snprintf(directive + length, 64 - length, "%d",
					   (int)number_of(format, next_argument(format)));
	}
	directive[length] = '\0';
	return length;
}

static void print_number(struct format *format, char directive[64], size_t length, char kind)
{
	snprintf(directive + length, 64 - length, "ll%c", kind);
	printf(directive, number_of(format, next_argument(format)));
}

/* Behind the %. */
static void print_directive(struct format *format, const char **at)
{
	char directive[64];
	size_t length = take_directive(format, at, directive);
	char kind = **at;

	if (kind)
		++*at;
	if (kind && strchr("diouxX", kind)) {
		print_number(format, directive, length, kind);
	} else if (kind == 's' || kind == 'c') {
		const char *text = next_argument(format);
		char one[2] = { *text };

		snprintf(directive + length, sizeof(directive) - length, "s");
		printf(directive, kind == 's' ? text : one);
	} else if (kind == 'b') {
		print_escaped(format, directive);
	} else if (kind == '%') {
		putchar('%');
	} else {
		fprintf(stderr, "printf: %%%c: no such directive\n", kind);
		format->status = 1;
		format->stopped = true;
	}
}

static void print_once(struct format *format, const char *at)
{
	while (*at && !format->stopped) {
		int byte = (unsigned char)*at++;

		if (byte == '%') {
			print_directive(format, &at);
			continue;
		}
		if (byte == '\\')
			byte = escape_take(&at, false);
		putchar(byte == NO_ESCAPE ? '\\' : byte);
	}
}

int format_print(int count, char *words[])
{
	struct format format = { .argument = words + 2 };
	char **before;

	if (count < 2) {
		fprintf(stderr, "usage: printf FORMAT [ARGUMENT...]\n");
		return 2;
	}
	/* again while there are arguments, if it takes any */
	do {
		before = format.argument;
		print_once(&format, words[1]);
	} while (!format.stopped && *format.argument && format.argument != before);
	return fflush(stdout) ? 1 : format.status;
}
