/*
 * Simple commands: assignments, builtins, functions, programs.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "redirect.h"
#include "run.h"
#include "shell.h"

#define DEPTH_MAX	250		/* functions in functions: each takes some of the stack */

/* ---- assignments ------------------------------------------------------------------------ */

/* name=value, with the value expanded.  NULL: an error was told. */
static char *expand_assignment(const char *assignment)
{
	const char *value = strchr(assignment, '=') + 1;
	char *string = expand_string(value);
	struct text text = { 0 };

	if (!string)
		return NULL;
	text_add_bytes(&text, assignment, (size_t)(value - assignment));
	text_add(&text, string);
	free(string);
	return text_take(&text);
}

static bool assign(const char *assignment, bool local)
{
	size_t length = name_length(assignment);
	char *name = text_copy_bytes(assignment, length);
	bool done;

	if (local)
		variable_make_local(name);
	done = variable_set(name, assignment + length + 1);
	if (local)
		variable_export(name);
	free(name);
	return done;
}

bool expand_assignments(const struct word *assignments, struct strings *expanded)
{
	for (; assignments; assignments = assignments->next) {
		char *string = expand_assignment(assignments->text);

		if (!string)
			return false;
		strings_add(expanded, string);
	}
	return true;
}

static bool assign_all(const struct strings *assignments, bool local)
{
	for (size_t i = 0; i < assignments->count; i++)
		if (!assign(assignments->item[i], local))
			return false;
	return true;
}

/* Without a command: one after the other, each sees those before. */
static void assign_here(const struct word *assignments, struct strings *done)
{
	for (; assignments; assignments = assignments->next) {
		char *string = expand_assignment(assignments->text);

		if (!string)
			return;
		strings_add(done, string);
		if (!assign(string, false))
			return;
	}
}

/* ---- simple commands -------------------------------------------------------------------- */

static void call_function(const struct function *function, const struct strings *words)
{
	struct arena *arena = function->arena, *outer = running;
	const struct node *body = function->body;
	struct variable_scope *scope = variables_scope_begin();

	/* it may unset itself */
	arena_hold(arena);
	running = arena;
	for (size_t i = 1; i < words->count; i++)
		strings_add(&shell.arguments, text_copy(words->item[i]));
	run_node(body);
	running = outer;
	arena_release(arena);
	variables_scope_end(scope);
}

static void run_function(const struct function *function, const struct strings *words)
{
	struct strings outer = shell.arguments;
	unsigned loops = shell.loops;

	if (shell.depth == DEPTH_MAX) {
		shell_fail(words->item[0], "functions are nested too deeply");
		return;
	}
	shell.depth++;
	shell.loops = 0;
	shell.arguments = (struct strings){ 0 };
	call_function(function, words);
	strings_free(&shell.arguments);
	shell.arguments = outer;
	shell.loops = loops;
	shell.depth--;
	if (shell.jump == JUMP_RETURN)
		shell.jump = JUMP_NONE;
}

static void run_program(struct strings *words, const struct strings *assignments,
			const struct redirection *redirection)
{
	struct job job = { 0 };
	pid_t pid = job_start(&job, words->item, assignments, redirection);

	shell.status = pid == -ENOENT ? STATUS_NOT_FOUND : pid < 0 ? STATUS_NOT_RUN :
		       job_wait(&job);
	free(job.pids);
}

/* Within this shell: a builtin or a function, with variables and descriptors that are
 * its own, unless the builtin is special. */
static void run_within(const struct builtin *builtin, const struct function *function,
		       struct strings *words, const struct strings *assignments,
		       struct redirection *redirection)
{
	bool keeps = builtin && builtin->special;
	struct variable_scope *scope = keeps || !assignments->count ? NULL :
				       variables_scope_begin();
	struct redirection_saved *saved = redirection->count ? redirection_begin(redirection) :
					  NULL;

	if (assign_all(assignments, !keeps)) {
		if (function)
			run_function(function, words);
		else
			shell.status = builtin->run((int)words->count, words->item);
		fflush(stdout);
	}
	if (saved && builtin && strcmp(builtin->name, "exec") == 0 && words->count == 1)
		redirection_keep(saved);
	else if (saved)
		redirection_end(saved);
	if (scope)
		variables_scope_end(scope);
}

static void trace(const struct strings *assignments, const struct strings *words)
{
	struct text line = { 0 };

	text_put(&line, '+');
	for (size_t i = 0; i < assignments->count; i++) {
		text_put(&line, ' ');
		text_add(&line, assignments->item[i]);
	}
	for (size_t i = 0; i < words->count; i++) {
		text_put(&line, ' ');
		text_add(&line, words->item[i]);
	}
	fprintf(stderr, "%s\n", text_string(&line));
	text_free(&line);
}

static void run_expanded(const struct node *node, struct strings *words,
			 struct strings *assignments)
{
	const char *name = words->count ? words->item[0] : "";
	struct redirection redirection = { .count = 0 };
	const struct builtin *builtin = builtin_find(name);
	const struct function *function = builtin && builtin->special ? NULL :
					  function_find(name);

	if (shell.trace)
		trace(assignments, words);
	if (!redirection_open(&redirection, node->redirects)) {
		shell.status = STATUS_USAGE;
		if (builtin && builtin->special)
			shell_fail(name, "its redirection failed");
		return;
	}
	if (function || builtin)
		run_within(builtin, function, words, assignments, &redirection);
	else if (words->count)
		run_program(words, assignments, &redirection);
	redirection_close(&redirection);
}

void run_simple(const struct node *node)
{
	struct strings words = { 0 }, assignments = { 0 };

	if (!node->words)
		shell.status = 0;	/* or that of the last $(...) */
	if (expand_words(node->words, &words)) {
		if (!words.count && node->words)
			shell.status = 0;
		if (!words.count)
			assign_here(node->assignments, &assignments);
		if (words.count && !expand_assignments(node->assignments, &assignments))
			shell.status = STATUS_USAGE;
		else if (shell.jump == JUMP_NONE)
			run_expanded(node, &words, &assignments);
	}
	strings_free(&words);
	strings_free(&assignments);
}
