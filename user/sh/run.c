/*
 * Running the tree.  What a command gave is shell.status; what ends more than itself
 * (break, return, exit, ^C) is shell.jump, at which everything returns.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "children.h"
#include "pattern.h"
#include "redirect.h"
#include "run.h"
#include "shell.h"


struct arena *running;

static void run_list(const struct node *list);

/* ---- compound commands ------------------------------------------------------------------ */

static bool condition_holds(const struct node *condition)
{
	shell.tested++;
	run_list(condition);
	shell.tested--;
	return shell.status == 0;
}

static void run_if(const struct node *node)
{
	bool holds = condition_holds(node->first);

	if (shell.jump != JUMP_NONE)
		return;
	if (holds)
		run_list(node->second);
	else if (node->third)
		run_node(node->third);
	else
		shell.status = 0;
}

/* After one round of a loop: whether there is to be another. */
static bool goes_on(void)
{
	if (shell.jump == JUMP_NONE && terminal_interrupted())
		shell.jump = JUMP_INTERRUPT;
	if (shell.jump != JUMP_BREAK && shell.jump != JUMP_CONTINUE)
		return shell.jump == JUMP_NONE;
	if (--shell.jump_levels > 0)
		return false;
	if (shell.jump == JUMP_CONTINUE) {
		shell.jump = JUMP_NONE;
		return true;
	}
	shell.jump = JUMP_NONE;
	return false;
}

static void run_loop(const struct node *node)
{
	int status = 0;

	shell.loops++;
	for (;;) {
		bool holds = condition_holds(node->first);

		if (shell.jump != JUMP_NONE) {
			if (!goes_on())
				break;
			continue;
		}
		if (holds != (node->kind == NODE_WHILE)) {
			shell.status = status;
			break;
		}
		run_list(node->second);
		status = shell.status;
		if (!goes_on())
			break;
	}
	shell.loops--;
}

static void run_for(const struct node *node)
{
	struct strings values = { 0 };
	bool expanded = true;

	if (node->all_arguments)
		for (size_t i = 0; i < shell.arguments.count; i++)
			strings_add(&values, text_copy(shell.arguments.item[i]));
	else
		expanded = expand_words(node->words, &values);
	if (expanded)
		shell.status = 0;
	shell.loops++;
	for (size_t i = 0; expanded && i < values.count; i++) {
		if (!variable_set(node->name, values.item[i]))
			break;
		run_list(node->second);
		if (!goes_on())
			break;
	}
	shell.loops--;
	strings_free(&values);
}

/* -1: an error was told. */
static int fits(const struct word *patterns, const char *word)
{
	for (; patterns; patterns = patterns->next) {
		char *pattern = expand_pattern(patterns->text);
		bool matches;

		if (!pattern)
			return -1;
		matches = pattern_matches(pattern, word);
		free(pattern);
		if (matches)
			return 1;
	}
	return 0;
}

static void run_case(const struct node *node)
{
	char *word = expand_string(node->words->text);
	int result = 0;

	if (!word)
		return;
	for (const struct case_item *item = node->cases; item && !result; item = item->next) {
		result = fits(item->patterns, word);
		if (result > 0 && item->body->items)
			run_list(item->body);
		else if (result > 0)
			shell.status = 0;
	}
	if (!result)
		shell.status = 0;
	free(word);
}

static void run_and_or(const struct node *node)
{
	shell.tested++;
	run_node(node->first);
	shell.tested--;
	if (shell.jump == JUMP_NONE && (shell.status == 0) == (node->kind == NODE_AND))
		run_node(node->second);
}

/* ---- any -------------------------------------------------------------------------------- */

static void run_kind(const struct node *node)
{
	switch (node->kind) {
	case NODE_SIMPLE:
		run_simple(node);
		break;
	case NODE_PIPELINE:
		run_pipeline(node);
		break;
	case NODE_AND:
	case NODE_OR:
		run_and_or(node);
		break;
	case NODE_LIST:
		run_list(node);
		break;
	case NODE_SUBSHELL:
		run_subshell(node);
		break;
	case NODE_GROUP:
		run_list(node->first);
		break;
	case NODE_IF:
		run_if(node);
		break;
	case NODE_WHILE:
	case NODE_UNTIL:
		run_loop(node);
		break;
	case NODE_FOR:
		run_for(node);
		break;
	case NODE_CASE:
		run_case(node);
		break;
	case NODE_FUNCTION:
		function_set(node->name, node->second, running);
		shell.status = 0;
		break;
	}
}

/* -e: a command that failed, and whose status nobody looks at, ends the shell. */
static void check_status(const struct node *node)
{
	bool counts = node->kind == NODE_SIMPLE || node->kind == NODE_SUBSHELL ||
		      (node->kind == NODE_PIPELINE && !node->negated);

	if (counts && shell.exit_on_error && shell.status && !shell.tested &&
	    shell.jump == JUMP_NONE)
		shell.jump = JUMP_EXIT;
}

void run_node(const struct node *node)
{
	struct redirection redirection = { .count = 0 };
	struct redirection_saved *saved = NULL;

	if (node->redirects && node->kind != NODE_SIMPLE) {
		if (!redirection_open(&redirection, node->redirects)) {
			shell.status = STATUS_USAGE;
			return;
		}
		saved = redirection_begin(&redirection);
	}
	run_kind(node);
	if (saved)
		redirection_end(saved);
	check_status(node);
}

static void run_list(const struct node *list)
{
	for (const struct node *item = list->items; item && shell.jump == JUMP_NONE;
	     item = item->next) {
		if (item->background)
			run_background(item);
		else
			run_node(item);
	}
}

/* ---- texts ------------------------------------------------------------------------------ */

static void run_items(const struct node *item)
{
	for (; item && shell.jump == JUMP_NONE; item = item->next) {
		if (item->background)
			run_background(item);
		else
			run_node(item);
		if (shell.status && !shell.first_failure)
			shell.first_failure = shell.status;
	}
}

static void run_parsed(const struct parsed *parsed)
{
	struct arena *outer = running;

	running = parsed->arena;
	if (parsed->node)
		run_items(parsed->node->items);
	running = outer;
	children_reap();
	arena_release(parsed->arena);
}

void run_text(const char *text)
{
	struct parsed parsed;

	while (shell.jump == JUMP_NONE) {
		enum parse_result result = parse_command(text, true, &parsed);

		if (result == PARSE_END)
			return;
		if (result == PARSE_DONE) {
			text = parsed.rest;
			run_parsed(&parsed);
		} else {
			shell_fail("syntax", parsed.mistake);
		}
	}
}

int run_file(const char *path)
{
	int fd = uos_open(path, O_RDONLY | O_CLOEXEC, 0), error = fd;
	char *text;

	if (fd < 0)
		return fd;
	text = file_read_all(fd, &error);
	uos_close(fd);
	if (!text)
		return error;
	run_text(text);
	free(text);
	return 0;
}
