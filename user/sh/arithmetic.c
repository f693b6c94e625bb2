/*
 * $((...)): C's integer expressions, 64 bits, by recursive descent.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell.h"

#define DEPTH_MAX	100

struct calculation {
	const char *at;
	const char *mistake;
	unsigned depth;
	unsigned skipped;		/* in a branch that does not count: nothing is assigned */
};

static int64_t expression(struct calculation *c);
static int64_t binary(struct calculation *c, unsigned level);

static int64_t fail(struct calculation *c, const char *mistake)
{
	if (!c->mistake)
		c->mistake = mistake;
	c->at = "";
	return 0;
}

static void skip_blanks(struct calculation *c)
{
	c->at += strspn(c->at, " \t\n");
}

static bool accept(struct calculation *c, const char *sign)
{
	skip_blanks(c);
	if (strncmp(c->at, sign, strlen(sign)) != 0)
		return false;
	c->at += strlen(sign);
	return true;
}

/* Two's complement throughout: a sum that does not fit wraps. */
static int64_t apply(struct calculation *c, const char *sign, int64_t a, int64_t b)
{
	uint64_t x = (uint64_t)a, y = (uint64_t)b;

	switch (*sign) {
	case '*': return (int64_t)(x * y);
	case '+': return (int64_t)(x + y);
	case '-': return (int64_t)(x - y);
	case '&': return a & b;
	case '^': return a ^ b;
	case '|': return a | b;
	case '=': return a == b;
	case '!': return a != b;
	case '<':
		return sign[1] == '<' ? (int64_t)(x << (y & 63)) : sign[1] == '=' ? a <= b : a < b;
	case '>':
		return sign[1] == '>' ? a >> (y & 63) : sign[1] == '=' ? a >= b : a > b;
	}
	if (b == 0)
		return c->skipped ? 0 : fail(c, "division by zero");
	if (b == -1)			/* the smallest number has no opposite */
		return *sign == '/' ? (int64_t)-x : 0;
	return *sign == '/' ? a / b : a % b;
}

/* ---- operands --------------------------------------------------------------------------- */

static int64_t number_of(struct calculation *c, const char *text, const char **end)
{
	char *behind;
	int64_t value;

	errno = 0;
	value = strtoll(text, &behind, 0);
	if (errno == ERANGE)
		value = (int64_t)strtoull(text, &behind, 0);
	if (behind == text)
		return fail(c, "a number is missing");
	*end = behind;
	return value;
}

static int64_t variable_value(struct calculation *c, const char *name)
{
	const char *value = variable_get(name), *end;
	int64_t number;

	if (!value || !*value)
		return 0;
	number = number_of(c, value, &end);
	if (!c->mistake && end[strspn(end, " \t\n")])
		return fail(c, "a variable is no number");
	return number;
}

static void assign(struct calculation *c, const char *name, int64_t value)
{
	char digits[32];

	if (c->skipped || c->mistake)
		return;
	snprintf(digits, sizeof(digits), "%lld", (long long)value);
	if (!variable_set(name, digits))
		fail(c, "");
}

/* name, name = ..., name += ... */
static int64_t variable(struct calculation *c)
{
	static const char *const signs[] = {
		"<<=", ">>=", "*=", "/=", "%=", "+=", "-=", "&=", "^=", "|=",
	};
	size_t length = name_length(c->at);
	char *name = text_copy_bytes(c->at, length);
	int64_t value;

	c->at += length;
	skip_blanks(c);
	if (c->at[0] == '=' && c->at[1] != '=') {
		c->at++;
		value = expression(c);
		assign(c, name, value);
		free(name);
		return value;
	}
	value = variable_value(c, name);
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (accept(c, signs[i])) {
			value = apply(c, signs[i], value, expression(c));
			assign(c, name, value);
			break;
		}
	}
	free(name);
	return value;
}

static int64_t unary(struct calculation *c);

static int64_t operand(struct calculation *c)
{
	int64_t value;

	skip_blanks(c);
	if (accept(c, "-"))
		return (int64_t)-(uint64_t)unary(c);
	if (accept(c, "+"))
		return unary(c);
	if (accept(c, "~"))
		return ~unary(c);
	if (accept(c, "!"))
		return !unary(c);
	if (is_name_start(*c->at))
		return variable(c);
	if (!accept(c, "("))
		return number_of(c, c->at, &c->at);
	value = expression(c);
	return accept(c, ")") ? value : fail(c, "a bracket is not closed");
}

static int64_t unary(struct calculation *c)
{
	int64_t value = 0;

	if (++c->depth > DEPTH_MAX)
		fail(c, "an expression is nested too deeply");
	else
		value = operand(c);
	c->depth--;
	return value;
}

/* ---- operators -------------------------------------------------------------------------- */

/* Least binding first; of one level, longer signs first. */
static const char *const levels[][5] = {
	{ "||" }, { "&&" }, { "|" }, { "^" }, { "&" }, { "==", "!=" },
	{ "<=", ">=", "<", ">" }, { "<<", ">>" }, { "+", "-" }, { "*", "/", "%" },
};

#define LEVELS		(sizeof(levels) / sizeof(levels[0]))
#define LEVEL_OR	0
#define LEVEL_AND	1

/* The operator of that level that follows, taken; NULL: none does. */
static const char *operator_take(struct calculation *c, unsigned level)
{
	skip_blanks(c);
	for (unsigned i = 0; i < 5 && levels[level][i]; i++) {
		const char *sign = levels[level][i];
		size_t length = strlen(sign);

		if (strncmp(c->at, sign, length) != 0)
			continue;
		/* a longer one: && is not &, << not <, += not + */
		if (length == 1 && c->at[1] == *sign && strchr("&|<>", *sign))
			continue;
		if (c->at[length] == '=' && *sign != '=' && *sign != '!' && sign[1] != '=')
			continue;
		c->at += length;
		return sign;
	}
	return NULL;
}

static int64_t binary(struct calculation *c, unsigned level)
{
	const char *sign;
	int64_t value;

	if (level == LEVELS)
		return unary(c);
	value = binary(c, level + 1);
	while ((sign = operator_take(c, level)) != NULL) {
		bool decided = (level == LEVEL_OR && value) || (level == LEVEL_AND && !value);
		int64_t other;

		c->skipped += decided;
		other = binary(c, level + 1);
		c->skipped -= decided;
		if (level == LEVEL_OR)
			value = value || other;
		else if (level == LEVEL_AND)
			value = value && other;
		else
			value = apply(c, sign, value, other);
	}
	return value;
}

/* a ? b : c */
static int64_t expression(struct calculation *c)
{
	int64_t value, yes, no;

	if (++c->depth > DEPTH_MAX)
		return fail(c, "an expression is nested too deeply");
	value = binary(c, LEVEL_OR);
	if (accept(c, "?")) {
		c->skipped += !value;
		yes = expression(c);
		c->skipped -= !value;
		if (!accept(c, ":"))
			return fail(c, "`:` is missing");
		c->skipped += value != 0;
		no = expression(c);
		c->skipped -= value != 0;
		value = value ? yes : no;
	}
	c->depth--;
	return value;
}

bool arithmetic_evaluate(const char *text, int64_t *value)
{
	struct calculation c = { .at = text };

	skip_blanks(&c);
	*value = *c.at ? expression(&c) : 0;
	skip_blanks(&c);
	if (!c.mistake && *c.at)
		c.mistake = "an operator is missing";
	if (c.mistake && *c.mistake)
		shell_fail(text, c.mistake);
	return !c.mistake;
}
