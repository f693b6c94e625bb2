/*
 * Programs: starting them, alone or as a part of this shell; waiting for them.
 *
 * With a terminal each job is a process group, and the one in the foreground has ^C.
 * A part of the shell that is to run beside it, or without changing it, is another
 * shell: it is told in one text what the parent knows, and what to do.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "children.h"
#include "redirect.h"
#include "shell.h"

#define PATH_DEFAULT	"/bin:/files/bin"

/* ---- where a program is ----------------------------------------------------------------- */

static bool is_program(const char *path)
{
	struct statx status;

	return uos_stat(path, &status) == 0 && (status.stx_mode & S_IFMT) == S_IFREG;
}

char *program_find(const char *name)
{
	const char *path = variable_get("PATH");

	if (strchr(name, '/'))
		return text_copy(name);
	for (path = path ? path : PATH_DEFAULT; *path; path += *path == ':') {
		size_t length = strcspn(path, ":");
		struct text full = { 0 };

		text_add_bytes(&full, path, length);
		if (length)
			text_put(&full, '/');
		text_add(&full, name);
		path += length;
		if (is_program(text_string(&full)))
			return text_take(&full);
		text_free(&full);
	}
	return NULL;
}

/* ---- starting --------------------------------------------------------------------------- */

static void job_add(struct job *job, pid_t pid)
{
	if (shell.has_terminal && !job->group)
		job->group = pid;
	job->pids = memory_resize(job->pids, (job->count + 1) * sizeof(pid_t));
	job->pids[job->count++] = pid;
}

/* Ones that are closed can't be said in a request: the shell does without them, too. */
static pid_t spawn(const struct job *job, const char *path, char *const arguments[],
		   char *const environment[], const struct redirection *redirection)
{
	struct uos_spawn_file files[REDIRECTIONS_MAX];
	struct redirection closed = { .count = 0 };
	struct redirection_saved *saved = NULL;
	struct uos_spawn request = {
		.path = (uint64_t)(uintptr_t)path,
		.argv = (uint64_t)(uintptr_t)arguments,
		.envp = (uint64_t)(uintptr_t)environment,
		.files = (uint64_t)(uintptr_t)files,
		.level = UOS_LEVEL_INHERIT,
		.group = shell.has_terminal ? job->group : 0,
		.flags = shell.has_terminal && !job->group ? UOS_SPAWN_NEW_GROUP : 0,
	};
	pid_t pid;

	for (unsigned i = 0; redirection && i < redirection->count; i++) {
		const struct redirection_entry *entry = &redirection->entry[i];

		if (entry->from < 0)
			redirection_add(&closed, entry->fd, -1, false);
		else
			files[request.file_count++] =
				(struct uos_spawn_file){ entry->fd, entry->from };
	}
	if (closed.count)
		saved = redirection_begin(&closed);
	pid = uos_process_spawn_request(&request);
	if (saved)
		redirection_end(saved);
	return pid;
}

static pid_t start(struct job *job, const char *path, char *const arguments[],
		   const struct strings *assignments, const struct redirection *redirection)
{
	char **environment = variables_environment(assignments);
	pid_t pid;

	fflush(stdout);
	pid = spawn(job, path, arguments, environment, redirection);
	free(environment);
	if (pid >= 0)
		job_add(job, pid);
	return pid;
}

/* A file that is no program may be a script. */
static pid_t start_script(struct job *job, char *path, char *const arguments[],
			  const struct strings *assignments,
			  const struct redirection *redirection)
{
	struct strings words = { 0 };
	pid_t pid;

	strings_add(&words, "sh");
	strings_add(&words, path);
	for (arguments++; *arguments; arguments++)
		strings_add(&words, *arguments);
	pid = start(job, SHELL_PATH, words.item, assignments, redirection);
	free(words.item);
	return pid;
}

pid_t job_start(struct job *job, char *const arguments[], const struct strings *assignments,
		const struct redirection *redirection)
{
	char *path = program_find(arguments[0]);
	pid_t pid = -ENOENT;

	if (path)
		pid = start(job, path, arguments, assignments, redirection);
	if (pid == -ENOEXEC)
		pid = start_script(job, path, arguments, assignments, redirection);
	free(path);
	if (pid == -ENOENT)
		shell_complain(arguments[0], "there is no such program; `help` says more");
	else if (pid < 0)
		shell_complain(arguments[0], strerror(-pid));
	return pid;
}

/* ---- parts of this shell ---------------------------------------------------------------- */

static void write_number(struct text *to, const char *format, int number)
{
	char digits[64];

	snprintf(digits, sizeof(digits), format, number);
	text_add(to, digits);
}

static void write_state(struct text *to)
{
	variables_write(to);
	functions_write(to);
	if (shell.exit_on_error)
		text_add(to, "set -e\n");
	if (shell.no_globbing)
		text_add(to, "set -f\n");
	if (shell.unset_is_error)
		text_add(to, "set -u\n");
	if (shell.trace)
		text_add(to, "set -x\n");
}

/* sh --part STATUS PID LAST STATE TEXT NAME ARGUMENT... */
pid_t job_start_text(struct job *job, const char *text, const struct redirection *redirection)
{
	struct strings words = { 0 };
	struct text state = { 0 }, numbers[3] = { { 0 } };
	pid_t pid;

	write_state(&state);
	write_number(&numbers[0], "%d", shell.status);
	write_number(&numbers[1], "%d", shell.pid);
	write_number(&numbers[2], "%d", shell.last_background);
	strings_add(&words, "sh");
	strings_add(&words, "--part");
	for (unsigned i = 0; i < 3; i++)
		strings_add(&words, (char *)text_string(&numbers[i]));
	strings_add(&words, (char *)text_string(&state));
	strings_add(&words, (char *)text);
	strings_add(&words, shell.name);
	for (size_t i = 0; i < shell.arguments.count; i++)
		strings_add(&words, shell.arguments.item[i]);
	pid = start(job, SHELL_PATH, words.item, NULL, redirection);
	free(words.item);
	text_free(&state);
	for (unsigned i = 0; i < 3; i++)
		text_free(&numbers[i]);
	if (pid < 0)
		shell_complain("a part of the shell", strerror(-pid));
	return pid;
}

pid_t job_start_part(struct job *job, const struct node *node,
		     const struct redirection *redirection)
{
	struct text text = { 0 };
	pid_t pid;

	tree_write(&text, node);
	pid = job_start_text(job, text_string(&text), redirection);
	text_free(&text);
	return pid;
}

/* ---- waiting ---------------------------------------------------------------------------- */

int job_wait(struct job *job)
{
	int status = 0;

	if (job->group)
		terminal_give(job->group);
	for (size_t i = 0; i < job->count; i++)
		status = children_wait(job->pids[i]);
	if (job->group)
		terminal_take();
	if (shell.has_terminal && status == STATUS_INTERRUPTED)
		shell.jump = JUMP_INTERRUPT;
	free(job->pids);
	*job = (struct job){ 0 };
	return status < 0 ? STATUS_NOT_FOUND : status;
}

void job_leave(struct job *job)
{
	for (size_t i = 0; i < job->count; i++)
		children_add(job->pids[i]);
	if (job->count) {
		shell.last_background = job->pids[job->count - 1];
		if (shell.interactive)
			fprintf(stderr, "[%d]\n", shell.last_background);
	}
	free(job->pids);
	*job = (struct job){ 0 };
}
