/*
 * What the shell does itself, and the table of all builtins.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "children.h"
#include "escapes.h"
#include "program.h"
#include "shell.h"

#define PATH_BYTES	4096

static char *exit_commands;		/* of `trap ... EXIT` */

static int builtin_true(int count, char **words)
{
	(void)count;
	(void)words;
	return 0;
}

static int builtin_false(int count, char **words)
{
	(void)count;
	(void)words;
	return 1;
}

int builtin_echo(int count, char **words)
{
	int first = count > 1 && strcmp(words[1], "-n") == 0 ? 2 : 1;

	for (int i = first; i < count; i++) {
		if (i > first)
			putchar(' ');
		if (!escapes_print(words[i]))
			return fflush(stdout) ? 1 : 0;
	}
	if (first == 1)
		putchar('\n');
	return fflush(stdout) ? 1 : 0;
}

int builtin_printf(int count, char **words)
{
	return format_print(count, words);
}

/* ---- folders ---------------------------------------------------------------------------- */

static void folder_changed(const char *old)
{
	char path[PATH_BYTES];

	if (old)
		variable_set("OLDPWD", old);
	if (uos_getcwd(path, sizeof(path)) > 0)
		variable_set("PWD", path);
}

static int builtin_cd(int count, char **words)
{
	const char *path = count > 1 ? words[1] : variable_get("HOME");
	bool back = path && strcmp(path, "-") == 0;
	char old[PATH_BYTES];
	bool known = uos_getcwd(old, sizeof(old)) > 0;
	int result;

	if (back)
		path = variable_get("OLDPWD");
	if (!path)
		path = "/";
	result = uos_chdir(path);
	if (result < 0)
		return complain("cd", path, result);
	folder_changed(known ? old : NULL);
	if (back)
		printf("%s\n", variable_get("PWD"));
	return 0;
}

static int builtin_pwd(int count, char **words)
{
	char path[PATH_BYTES];
	ssize_t result = uos_getcwd(path, sizeof(path));

	(void)count;
	(void)words;
	if (result < 0)
		return complain("pwd", ".", result);
	printf("%s\n", path);
	return 0;
}

/* ---- leaving ---------------------------------------------------------------------------- */

/* The number that a word is, or `otherwise` if there is none; -1 after a complaint. */
static int number_or(int count, char **words, int otherwise)
{
	char *end;
	long number;

	if (count < 2)
		return otherwise;
	number = strtol(words[1], &end, 10);
	if (*end || end == words[1] || number < 0 || number > INT32_MAX) {
		shell_fail(words[0], "a number is wrong");
		return -1;
	}
	return (int)number;
}

static int builtin_exit(int count, char **words)
{
	int status = number_or(count, words, shell.status);

	if (status < 0)
		return STATUS_USAGE;
	shell.jump = JUMP_EXIT;
	return status & 0xff;
}

static int builtin_return(int count, char **words)
{
	int status = number_or(count, words, shell.status);

	if (status < 0)
		return STATUS_USAGE;
	shell.jump = shell.depth ? JUMP_RETURN : JUMP_EXIT;
	return status;
}

static int leave_loops(int count, char **words, enum jump jump)
{
	int levels = number_or(count, words, 1);

	if (levels <= 0)
		return STATUS_USAGE;
	if (shell.loops) {
		shell.jump = jump;
		shell.jump_levels = (unsigned)levels < shell.loops ? levels : (int)shell.loops;
	}
	return 0;
}

static int builtin_break(int count, char **words)
{
	return leave_loops(count, words, JUMP_BREAK);
}

static int builtin_continue(int count, char **words)
{
	return leave_loops(count, words, JUMP_CONTINUE);
}

void trap_run_at_exit(void)
{
	char *commands = exit_commands;
	int status = shell.status;

	exit_commands = NULL;
	if (!commands)
		return;
	shell.jump = JUMP_NONE;
	run_text(commands);
	if (shell.jump != JUMP_EXIT)
		shell.status = status;
	free(commands);
}

/* Of all that may be trapped there is only the end of the shell. */
static int builtin_trap(int count, char **words)
{
	for (int i = 2; i < count; i++) {
		if (strcmp(words[i], "EXIT") != 0 && strcmp(words[i], "0") != 0)
			continue;
		free(exit_commands);
		exit_commands = strcmp(words[1], "-") == 0 ? NULL : text_copy(words[1]);
	}
	return 0;
}

/* ---- commands about commands ------------------------------------------------------------ */

static int builtin_eval(int count, char **words)
{
	struct text text = { 0 };

	for (int i = 1; i < count; i++) {
		if (i > 1)
			text_put(&text, ' ');
		text_add(&text, words[i]);
	}
	shell.status = 0;
	run_text(text_string(&text));
	text_free(&text);
	return shell.status;
}

static int builtin_source(int count, char **words)
{
	char *path = count > 1 ? program_find(words[1]) : NULL;
	int result;

	if (!path) {
		shell_fail(".", count > 1 ? "there is no such file" : "a file's name is missing");
		return STATUS_USAGE;
	}
	shell.depth++;
	shell.status = 0;
	result = run_file(path);
	shell.depth--;
	if (shell.jump == JUMP_RETURN)
		shell.jump = JUMP_NONE;
	if (result < 0) {
		shell_fail(path, strerror(-result));
		shell.status = STATUS_USAGE;
	}
	free(path);
	return shell.status;
}

static int run_words(char **words)
{
	const struct builtin *builtin = builtin_find(words[0]);
	struct job job = { 0 };
	int count = 0;
	pid_t pid;

	while (words[count])
		count++;
	if (builtin)
		return builtin->run(count, words);
	pid = job_start(&job, words, NULL, NULL);
	return pid == -ENOENT ? STATUS_NOT_FOUND : pid < 0 ? STATUS_NOT_RUN : job_wait(&job);
}

/* A program in place of the shell: for whoever waits for the shell that is the same. */
static int builtin_exec(int count, char **words)
{
	if (count == 1)
		return 0;
	shell.status = run_words(words + 1);
	shell.jump = JUMP_EXIT;
	return shell.status;
}

/* Where it would be found: 0 with it printed, or 127. */
static int tell_where(const char *name, bool full)
{
	const struct builtin *builtin = builtin_find(name);
	char *path;

	if (function_find(name) || builtin) {
		printf(full ? "%s is a shell %s\n" : "%s\n", name,
		       builtin ? "builtin" : "function");
		return 0;
	}
	path = program_find(name);
	if (!path || (strchr(name, '/') && uos_stat(path, &(struct statx){ 0 }) < 0)) {
		if (full)
			printf("%s: not found\n", name);
		free(path);
		return STATUS_NOT_FOUND;
	}
	if (full)
		printf("%s is %s\n", name, path);
	else
		printf("%s\n", path);
	free(path);
	return 0;
}

static int builtin_command(int count, char **words)
{
	if (count > 2 && strcmp(words[1], "-v") == 0)
		return tell_where(words[2], false);
	return count > 1 ? run_words(words + 1) : 0;
}

static int builtin_type(int count, char **words)
{
	int status = 0;

	for (int i = 1; i < count; i++)
		status |= tell_where(words[i], true);
	return status;
}

/* ---- jobs ------------------------------------------------------------------------------- */

static int wait_one(pid_t pid)
{
	int status = children_wait(pid);

	return status < 0 ? STATUS_NOT_FOUND : status;
}

static int builtin_wait(int count, char **words)
{
	int status = 0;
	pid_t pid;

	if (count == 1)
		while ((pid = children_any()) > 0)
			children_wait(pid);
	for (int i = 1; i < count; i++) {
		uint64_t number;

		if (!number_parse(words[i], INT32_MAX, &number))
			return usage("wait [PID...]");
		status = wait_one((pid_t)number);
	}
	return status;
}

static int builtin_jobs(int count, char **words)
{
	(void)count;
	(void)words;
	children_reap();
	children_print();
	return 0;
}

/* ---- the table -------------------------------------------------------------------------- */

static int builtin_help(int count, char **words)
{
	(void)count;
	(void)words;
	builtins_print_help();
	return 0;
}

static const struct builtin builtins[] = {
	{ ".", builtin_source, true, ". FILE               runs the commands of a file" },
	{ ":", builtin_true, true, NULL },
	{ "[", builtin_test, false, NULL },
	{ "break", builtin_break, true, NULL },
	{ "cd", builtin_cd, false, "cd [FOLDER]          changes the working directory" },
	{ "command", builtin_command, false, NULL },
	{ "continue", builtin_continue, true, NULL },
	{ "echo", builtin_echo, false, NULL },
	{ "eval", builtin_eval, true, NULL },
	{ "exec", builtin_exec, true, NULL },
	{ "exit", builtin_exit, true, "exit [STATUS]        leaves; the first shell powers off" },
	{ "export", builtin_export, true, "export NAME[=VALUE]  for programs to see" },
	{ "false", builtin_false, false, NULL },
	{ "help", builtin_help, false, "help                 says this" },
	{ "jobs", builtin_jobs, false, "jobs                 lists what was started with &" },
	{ "local", builtin_local, false, NULL },
	{ "printf", builtin_printf, false, NULL },
	{ "pwd", builtin_pwd, false, "pwd                  prints the working directory" },
	{ "read", builtin_read, false, "read [-r] NAME...    reads a line" },
	{ "readonly", builtin_readonly, true, NULL },
	{ "return", builtin_return, true, NULL },
	{ "set", builtin_set, true, "set [-efux] [WORD...]  options and arguments" },
	{ "shift", builtin_shift, true, NULL },
	{ "test", builtin_test, false, "test EXPRESSION      files, texts, numbers; also [ ... ]" },
	{ "trap", builtin_trap, true, NULL },
	{ "true", builtin_true, false, NULL },
	{ "type", builtin_type, false, NULL },
	{ "unset", builtin_unset, true, NULL },
	{ "wait", builtin_wait, false, "wait [PID...]        waits for what was started with &" },
};

void builtins_print_help(void)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (builtins[i].help)
			printf("%s\n", builtins[i].help);
	printf("PROGRAM ...          runs a program; `ls /bin` lists them\n"
	       "A; B   A && B   A || B   A | B   A &   A < FILE   A > FILE   A >> FILE   2> FILE\n"
	       "'...' \"...\" \\x   $NAME $? $! $1 $@   $(A)   $((1 + 2))   * ? [a-z]\n"
	       "if  while  until  for  case  NAME() { ...; }\n");
}

const struct builtin *builtin_find(const char *name)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (strcmp(builtins[i].name, name) == 0)
			return &builtins[i];
	return NULL;
}
