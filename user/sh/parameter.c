/*
 * Parameters: $name, $1, $?, and what ${...} can do with them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expand.h"
#include "pattern.h"
#include "shell.h"

struct parameter {
	char *name;
	const char *value;		/* NULL: not set */
	char digits[32];		/* where a number's value is */
	bool all;			/* $@ or $* */
};

static void set_options_text(char text[32])
{
	snprintf(text, 32, "%s%s%s%s%s", shell.exit_on_error ? "e" : "",
		 shell.no_globbing ? "f" : "", shell.interactive ? "i" : "",
		 shell.unset_is_error ? "u" : "", shell.trace ? "x" : "");
}

static const char *positional(const char *name)
{
	unsigned long number = strtoul(name, NULL, 10);

	if (number == 0)
		return shell.name;
	return number <= shell.arguments.count ? shell.arguments.item[number - 1] : NULL;
}

static void find(struct parameter *parameter)
{
	char *digits = parameter->digits;
	int number;

	parameter->value = digits;
	switch (*parameter->name) {
	case '?': number = shell.status; break;
	case '$': number = shell.pid; break;
	case '#': number = (int)shell.arguments.count; break;
	case '!':
		number = shell.last_background;
		break;
	case '-':
		set_options_text(digits);
		return;
	case '@':
	case '*':
		parameter->all = true;
		parameter->value = shell.arguments.count ? "" : NULL;
		return;
	default:
		parameter->value = is_name_start(*parameter->name) ?
				   variable_get(parameter->name) : positional(parameter->name);
		return;
	}
	if (*parameter->name == '!' && !number)
		parameter->value = NULL;
	snprintf(digits, sizeof(parameter->digits), "%d", number);
}

/* How many characters of a parameter's name are at `at`; 0: there is none. */
static size_t parameter_length(const char *at, bool braces)
{
	size_t digits = strspn(at, "0123456789");

	if (digits)
		return braces ? digits : 1;
	if (*at && strchr("?$#!-@*", *at))
		return 1;
	return name_length(at);
}

static bool add(struct marked *to, const struct parameter *parameter, unsigned where)
{
	if (parameter->all) {
		expand_add_arguments(to, *parameter->name == '@', where);
	} else if (parameter->value) {
		expand_add_value(to, parameter->value, where);
	} else if (shell.unset_is_error) {
		shell_fail(parameter->name, "is not set");
		return false;
	}
	return true;
}

bool expand_plain_parameter(struct marked *to, const char **at, unsigned where)
{
	size_t length = parameter_length(*at + 1, false);
	struct parameter parameter = { .name = NULL };
	bool done;

	if (!length) {
		marked_put(to, '$', where & (IN_DOUBLE | IN_HERE) ? MARK_QUOTED : 0);
		++*at;
		return true;
	}
	parameter.name = text_copy_bytes(*at + 1, length);
	*at += 1 + length;
	find(&parameter);
	done = add(to, &parameter, where);
	free(parameter.name);
	return done;
}

/* ---- ${name OPERATOR word} -------------------------------------------------------------- */

static char *word_of(const char *at, const char *end, char *(*expand)(const char *word))
{
	char *word = text_copy_bytes(at, (size_t)(end - at));
	char *expanded = expand(word);

	free(word);
	return expanded;
}

static bool assign_default(struct marked *to, const struct parameter *parameter,
			   const char *at, const char *end, unsigned where)
{
	char *value;
	bool done;

	if (!is_name_start(*parameter->name)) {
		shell_fail(parameter->name, "can't be assigned to");
		return false;
	}
	value = word_of(at, end, expand_string);
	done = value && variable_set(parameter->name, value);
	if (done)
		expand_add_value(to, value, where);
	free(value);
	return done;
}

static bool fail_unset(const struct parameter *parameter, const char *at, const char *end)
{
	char *why = word_of(at, end, expand_string);

	if (why)
		shell_fail(parameter->name, *why ? why : "is not set");
	free(why);
	return false;
}

/* - = ? +, with or without a colon before. */
static bool use_default(struct marked *to, const struct parameter *parameter, const char *at,
			const char *end, unsigned where)
{
	bool colon = *at == ':';
	bool set = parameter->value && !(colon && !*parameter->value && !parameter->all);
	char sign = at[colon];

	at += 1 + colon;
	where |= IN_WORD;
	if (sign == '+')
		return set ? expand_marked(to, at, end, where) : true;
	if (set)
		return add(to, parameter, where);
	if (sign == '-')
		return expand_marked(to, at, end, where);
	if (sign == '=')
		return assign_default(to, parameter, at, end, where);
	return fail_unset(parameter, at, end);
}

/* Where the part that fits begins (#: ends): the shortest, or the longest. */
static size_t find_cut(const char *value, const char *pattern, bool at_end, bool longest)
{
	size_t length = strlen(value);
	bool from_left = at_end == longest;

	for (size_t i = 0; i <= length; i++) {
		size_t cut = from_left ? i : length - i;
		char *part = at_end ? text_copy(value + cut) : text_copy_bytes(value, cut);
		bool fits = pattern_matches(pattern, part);

		free(part);
		if (fits)
			return cut;
	}
	return at_end ? length : 0;
}

/* # ## % %% */
static bool cut_off(struct marked *to, const struct parameter *parameter, const char *at,
		    const char *end, unsigned where)
{
	bool at_end = *at == '%', longest = at[1] == *at;
	const char *value = parameter->value ? parameter->value : "";
	char *pattern = word_of(at + 1 + longest, end, expand_pattern), *kept;
	size_t cut;

	if (!pattern)
		return false;
	cut = find_cut(value, pattern, at_end, longest);
	kept = at_end ? text_copy_bytes(value, cut) : text_copy(value + cut);
	expand_add_value(to, kept, where);
	free(kept);
	free(pattern);
	return true;
}

static bool add_length(struct marked *to, const char *at, const char *end, unsigned where)
{
	struct parameter parameter = { .name = text_copy_bytes(at, (size_t)(end - at)) };
	char digits[32];
	bool set;

	find(&parameter);
	set = parameter.value || parameter.all || !shell.unset_is_error;
	snprintf(digits, sizeof(digits), "%zu", parameter.all ? shell.arguments.count :
		 parameter.value ? strlen(parameter.value) : 0);
	if (set)
		expand_add_value(to, digits, where);
	else
		shell_fail(parameter.name, "is not set");
	free(parameter.name);
	return set;
}

static bool bad(const char *at, const char *end)
{
	char *text = text_copy_bytes(at, (size_t)(end - at));

	shell_fail(text, "is no parameter");
	free(text);
	return false;
}

bool expand_parameter(struct marked *to, const char *at, const char *end, unsigned where)
{
	struct parameter parameter = { .name = NULL };
	size_t length;
	bool done;

	if (*at == '#' && at + 1 < end && parameter_length(at + 1, true) == (size_t)(end - at - 1))
		return add_length(to, at + 1, end, where);
	length = parameter_length(at, true);
	if (!length)
		return bad(at, end);
	parameter.name = text_copy_bytes(at, length);
	find(&parameter);
	at += length;
	if (at == end)
		done = add(to, &parameter, where);
	else if (strchr("-=?+", *at) || (*at == ':' && at + 1 < end && strchr("-=?+", at[1])))
		done = use_default(to, &parameter, at, end, where);
	else if (*at == '#' || *at == '%')
		done = cut_off(to, &parameter, at, end, where);
	else
		done = bad(parameter.name, parameter.name + length);
	free(parameter.name);
	return done;
}
