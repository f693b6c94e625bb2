/*
 * Variables and functions, in lists: a shell has few of each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell.h"

struct variable {
	struct variable *next;		/* by name */
	char *name;
	char *value;			/* NULL: not set (but exported, or local) */
	bool exported, read_only;
};

struct saved {
	struct saved *next;
	char *name, *value;
	bool exported;
};

struct variable_scope {
	struct variable_scope *outer;
	struct saved *saved;
};

static struct variable *variables;
static struct function *functions;
static struct variable_scope *scope;

/* ---- variables -------------------------------------------------------------------------- */

/* Where it is, or belongs. */
static struct variable **place_of(const char *name)
{
	struct variable **place = &variables;

	while (*place && strcmp((*place)->name, name) < 0)
		place = &(*place)->next;
	return place;
}

static struct variable *find(const char *name)
{
	struct variable *variable = *place_of(name);

	return variable && strcmp(variable->name, name) == 0 ? variable : NULL;
}

static struct variable *find_or_make(const char *name)
{
	struct variable **place = place_of(name), *variable = *place;

	if (variable && strcmp(variable->name, name) == 0)
		return variable;
	variable = memory_get(sizeof(*variable));
	variable->name = text_copy(name);
	variable->next = *place;
	return *place = variable;
}

const char *variable_get(const char *name)
{
	const struct variable *variable = find(name);

	return variable ? variable->value : NULL;
}

bool variable_set(const char *name, const char *value)
{
	struct variable *variable = find_or_make(name);
	char *copy;

	if (variable->read_only) {
		shell_fail(name, "is read only");
		return false;
	}
	copy = text_copy(value);	/* it may be a part of the old one */
	free(variable->value);
	variable->value = copy;
	return true;
}

bool variable_unset(const char *name)
{
	struct variable **place = place_of(name), *variable = *place;

	if (!variable || strcmp(variable->name, name) != 0)
		return true;
	if (variable->read_only) {
		shell_fail(name, "is read only");
		return false;
	}
	*place = variable->next;
	free(variable->name);
	free(variable->value);
	free(variable);
	return true;
}

void variable_export(const char *name)
{
	find_or_make(name)->exported = true;
}

void variable_make_read_only(const char *name)
{
	find_or_make(name)->read_only = true;
}

void variables_import(char *const *environment)
{
	for (; environment && *environment; environment++) {
		size_t length = name_length(*environment);
		char *name;

		if (!length || (*environment)[length] != '=')
			continue;
		name = text_copy_bytes(*environment, length);
		variable_set(name, *environment + length + 1);
		variable_export(name);
		free(name);
	}
}

/* Whether one of `name=value` has that name. */
static bool is_named(const struct strings *more, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; more && i < more->count; i++)
		if (strncmp(more->item[i], name, length) == 0 && more->item[i][length] == '=')
			return true;
	return false;
}

char **variables_environment(const struct strings *more)
{
	static struct strings made;	/* name=value of the variables, until the next call */
	size_t extra = more ? more->count : 0;
	char **environment;

	strings_free(&made);
	for (struct variable *variable = variables; variable; variable = variable->next) {
		struct text text = { 0 };

		if (!variable->exported || !variable->value || is_named(more, variable->name))
			continue;
		text_add(&text, variable->name);
		text_put(&text, '=');
		text_add(&text, variable->value);
		strings_add(&made, text_take(&text));
	}
	environment = memory_get((made.count + extra + 1) * sizeof(*environment));
	if (made.count)
		memcpy(environment, made.item, made.count * sizeof(*environment));
	if (extra)
		memcpy(environment + made.count, more->item, extra * sizeof(*environment));
	return environment;
}

static void write_variable(struct text *to, const struct variable *variable)
{
	text_add(to, variable->name);
	if (variable->value) {
		text_put(to, '=');
		text_add_quoted(to, variable->value);
	}
	text_put(to, '\n');
}

void variables_print(bool exported_only)
{
	struct text text = { 0 };

	for (struct variable *variable = variables; variable; variable = variable->next) {
		if (exported_only ? !variable->exported : !variable->value)
			continue;
		if (exported_only)
			text_add(&text, "export ");
		write_variable(&text, variable);
	}
	fputs(text_string(&text), stdout);
	text_free(&text);
}

void variables_write(struct text *to)
{
	for (struct variable *variable = variables; variable; variable = variable->next) {
		if (variable->value && !variable->exported)
			write_variable(to, variable);
		if (variable->read_only) {
			text_add(to, "readonly ");
			text_add(to, variable->name);
			text_put(to, '\n');
		}
	}
}

/* ---- local variables -------------------------------------------------------------------- */

struct variable_scope *variables_scope_begin(void)
{
	struct variable_scope *inner = memory_get(sizeof(*inner));

	inner->outer = scope;
	scope = inner;
	return inner;
}

static void restore(const struct saved *saved)
{
	struct variable *variable = find_or_make(saved->name);

	free(variable->value);
	variable->value = saved->value;
	variable->exported = saved->exported;
	if (!variable->value && !variable->exported)
		variable_unset(saved->name);
}

void variables_scope_end(struct variable_scope *ended)
{
	scope = ended->outer;
	for (struct saved *saved = ended->saved, *next; saved; saved = next) {
		next = saved->next;
		restore(saved);
		free(saved->name);
		free(saved);
	}
	free(ended);
}

void variable_make_local(const char *name)
{
	const struct variable *variable = find(name);
	struct saved *saved;

	if (!scope || (variable && variable->read_only))
		return;
	saved = memory_get(sizeof(*saved));
	saved->name = text_copy(name);
	saved->value = variable && variable->value ? text_copy(variable->value) : NULL;
	saved->exported = variable && variable->exported;
	saved->next = scope->saved;
	scope->saved = saved;
}

/* ---- functions -------------------------------------------------------------------------- */

static struct function **function_place(const char *name)
{
	struct function **place = &functions;

	while (*place && strcmp((*place)->name, name) != 0)
		place = &(*place)->next;
	return place;
}

const struct function *function_find(const char *name)
{
	return *function_place(name);
}

void function_unset(const char *name)
{
	struct function **place = function_place(name), *function = *place;

	if (!function)
		return;
	*place = function->next;
	arena_release(function->arena);
	free(function->name);
	free(function);
}

void function_set(const char *name, struct node *body, struct arena *arena)
{
	struct function *function = memory_get(sizeof(*function));

	arena_hold(arena);
	function->name = text_copy(name);
	function->body = body;
	function->arena = arena;
	function_unset(name);
	function->next = functions;
	functions = function;
}

void functions_write(struct text *to)
{
	for (const struct function *function = functions; function; function = function->next) {
		struct node node = { .kind = NODE_FUNCTION, .name = function->name,
				     .second = function->body };

		tree_write(to, &node);
	}
}
