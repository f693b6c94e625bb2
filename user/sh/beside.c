/*
 * What runs beside the shell: pipelines, subshells, the background, $(...).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "redirect.h"
#include "run.h"
#include "shell.h"

#define READ_BYTES	4096

/* ---- pipelines and what runs beside the shell ------------------------------------------- */

/* A word that is what it says: nothing to expand. */
static bool is_plain_word(const char *word)
{
	return !strpbrk(word, "$`'\"\\*?[~");
}

/* A program that needs no shell around it. */
static bool is_program_alone(const struct node *node)
{
	const char *name;

	if (node->kind != NODE_SIMPLE || !node->words)
		return false;
	name = node->words->text;
	return is_plain_word(name) && !function_find(name) && !builtin_find(name);
}

/* Starts one command beside the shell.  Its pid, or a status as a negative number: the
 * error was told. */
static pid_t start_beside(struct job *job, const struct node *node,
			  struct redirection *redirection)
{
	struct strings words = { 0 }, assignments = { 0 };
	pid_t pid = -1;

	if (!is_program_alone(node))
		return job_start_part(job, node, redirection);
	if (expand_words(node->words, &words) &&
	    expand_assignments(node->assignments, &assignments) &&
	    redirection_open(redirection, node->redirects))
		pid = job_start(job, words.item, &assignments, redirection);
	strings_free(&words);
	strings_free(&assignments);
	return pid;
}

/* One command of a pipeline; *input is where it reads, and then where the next one does. */
static pid_t start_in_pipeline(struct job *job, const struct node *item, int *input)
{
	struct redirection redirection = { .count = 0 };
	int ends[2] = { -1, -1 }, result;
	pid_t pid;

	if (*input >= 0)
		redirection_add(&redirection, 0, *input, true);
	if (item->next) {
		result = pipe_open(ends);
		if (result < 0) {
			shell_complain("|", strerror(-result));
			redirection_close(&redirection);
			*input = -1;
			return result;
		}
		redirection_add(&redirection, 1, ends[1], true);
	}
	pid = start_beside(job, item, &redirection);
	redirection_close(&redirection);
	*input = ends[0];
	return pid;
}

static int status_of_start(pid_t pid)
{
	return pid == -ENOENT ? STATUS_NOT_FOUND : pid == -1 ? STATUS_USAGE : STATUS_NOT_RUN;
}

/* All of it; the last one's pid, or what went wrong with it. */
static pid_t start_pipeline(struct job *job, const struct node *items, int input)
{
	pid_t pid = -1;

	for (const struct node *item = items; item && shell.jump == JUMP_NONE; item = item->next)
		pid = start_in_pipeline(job, item, &input);
	if (input >= 0)
		uos_close(input);
	return pid;
}

void run_pipeline(const struct node *node)
{
	struct job job = { 0 };

	shell.tested += node->negated;
	if (node->items->next) {
		pid_t last = start_pipeline(&job, node->items, -1);
		int status = job_wait(&job);

		shell.status = last < 0 ? status_of_start(last) : status;
	} else {
		run_node(node->items);
	}
	shell.tested -= node->negated;
	if (node->negated && shell.jump == JUMP_NONE)
		shell.status = !shell.status;
}

void run_background(const struct node *node)
{
	const struct node *items = node;
	struct node alone;
	struct job job = { 0 };
	pid_t pid;

	if (node->kind == NODE_PIPELINE && !node->negated) {
		items = node->items;
	} else {
		alone = *node;
		alone.next = NULL;
		items = &alone;
	}
	/* what is not watched does not take what is typed */
	pid = start_pipeline(&job, items, uos_open("/dev/null", O_RDONLY | O_CLOEXEC, 0));
	shell.status = pid < 0 ? status_of_start(pid) : 0;
	job_leave(&job);
}

void run_subshell(const struct node *node)
{
	struct job job = { 0 };
	pid_t pid = job_start_part(&job, node->first, NULL);

	shell.status = pid < 0 ? STATUS_NOT_RUN : job_wait(&job);
	free(job.pids);
}

static char *read_all(int fd, size_t *length, int *error)
{
	struct text text = { 0 };
	static char buffer[READ_BYTES];
	ssize_t bytes;

	while ((bytes = uos_read(fd, buffer, sizeof(buffer), -1)) > 0)
		text_add_bytes(&text, buffer, (size_t)bytes);
	*error = (int)bytes;
	*length = text.length;
	return text_take(&text);
}

char *file_read_all(int fd, int *error)
{
	size_t length;
	char *text = read_all(fd, &length, error);

	if (*error >= 0)
		return text;
	free(text);
	return NULL;
}

char *run_capture(const char *text, size_t bytes)
{
	char *commands = text_copy_bytes(text, bytes), *output;
	struct redirection redirection = { .count = 0 };
	struct job job = { 0 };
	int ends[2], error = pipe_open(ends);
	size_t length;
	pid_t pid;

	if (error < 0) {
		shell_complain("$(", strerror(-error));
		free(commands);
		return text_copy("");
	}
	redirection_add(&redirection, 1, ends[1], true);
	pid = job_start_text(&job, commands, &redirection);
	redirection_close(&redirection);
	free(commands);
	if (job.group)
		terminal_give(job.group);
	output = read_all(ends[0], &length, &error);
	uos_close(ends[0]);
	shell.status = pid < 0 ? STATUS_NOT_RUN : job_wait(&job);
	free(job.pids);
	while (length > 0 && output[length - 1] == '\n')
		output[--length] = '\0';
	return output;
}
