/*
 * sh: the shell, and the first program.
 *
 *	sh [-efux] [FILE [ARGUMENT...]]		commands of a file, or of standard input
 *	sh [-efux] -s [ARGUMENT...]
 *	sh [-efux] -c TEXT [NAME [ARGUMENT...]]
 *	sh --part ...				a part of another shell (jobs.c)
 *
 * As the first program it runs what is in /etc/cmd, if that is there, and ends by
 * powering the machine off: with 0 only if every command of /etc/cmd exited 0, else
 * with the first status that did not.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "children.h"
#include "program.h"
#include "shell.h"

#define PROMPT			"uos$ "
#define PROMPT_MORE		"> "
#define COMMANDS_FILE		"/etc/cmd"
#define STATUS_POWEROFF_MAX	127
#define PART_WORDS		7	/* sh --part STATUS PID LAST STATE TEXT */

/* The parser, the tree and expansions are recursive. */
const size_t uos_stack_bytes = 1024 * 1024;

extern char **environ;
struct shell shell = { .name = "sh" };

void shell_complain(const char *what, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "sh: %s: %s\n", what, why);
}

void shell_fail(const char *what, const char *why)
{
	if (*why)
		shell_complain(what, why);
	shell.status = STATUS_USAGE;
	if (shell.jump == JUMP_NONE)
		shell.jump = shell.interactive ? JUMP_INTERRUPT : JUMP_EXIT;
}

/* ---- interactive ------------------------------------------------------------------------ */

/* One command, perhaps of several lines.  NULL: the input has ended. */
static char *read_command(void)
{
	char *text = edit_line(PROMPT);
	struct parsed parsed;

	while (text && parse_command(text, false, &parsed) == PARSE_INCOMPLETE) {
		struct text longer = { 0 };
		char *more;

		text_add(&longer, text);
		text_put(&longer, '\n');
		free(text);
		more = edit_line(PROMPT_MORE);
		/* ^C gives up all of it */
		if (!more || (!*more && shell.status == STATUS_INTERRUPTED)) {
			text_free(&longer);
			return more ? more : text_copy("");
		}
		text_add(&longer, more);
		free(more);
		text = text_take(&longer);
	}
	if (text)
		arena_release(parsed.arena);
	return text;
}

static void run_terminal(void)
{
	char *text;

	terminal_take();
	while (shell.jump != JUMP_EXIT && (text = read_command()) != NULL) {
		run_text(text);
		free(text);
		if (shell.jump == JUMP_INTERRUPT)
			shell.jump = JUMP_NONE;
		shell.tested = shell.loops = shell.depth = 0;
		fflush(stdout);
	}
	terminal_end();
}

/* ---- texts ------------------------------------------------------------------------------ */

static void run_input(void)
{
	int error;
	char *text = file_read_all(0, &error);

	if (text)
		run_text(text);
	else
		shell_complain("standard input", strerror(-error));
	free(text);
}

static void run_script(const char *path)
{
	int error = run_file(path);

	if (error < 0) {
		shell_complain(path, strerror(-error));
		shell.status = STATUS_NOT_FOUND;
	}
}

/* What the parent has written for us. */
static void run_part(char *words[])
{
	run_text(words[5]);
	shell.status = (int)strtol(words[2], NULL, 10);
	shell.pid = (pid_t)strtol(words[3], NULL, 10);
	shell.last_background = (pid_t)strtol(words[4], NULL, 10);
	if (shell.jump == JUMP_NONE)
		run_text(words[6]);
}

static void set_arguments(int count, char *words[])
{
	for (int i = 0; i < count; i++)
		strings_add(&shell.arguments, text_copy(words[i]));
}

static bool set_option(char letter)
{
	switch (letter) {
	case 'e': shell.exit_on_error = true; return true;
	case 'f': shell.no_globbing = true; return true;
	case 'u': shell.unset_is_error = true; return true;
	case 'x': shell.trace = true; return true;
	default: return letter == 'c' || letter == 's' || letter == 'i';
	}
}

/* Those in front; the index of the first word behind, or -1.  *text: -c was there. */
static int take_options(int argc, char *argv[], bool *text, bool *input)
{
	int at = 1;

	for (; at < argc && argv[at][0] == '-' && argv[at][1]; at++) {
		if (strcmp(argv[at], "--") == 0)
			return at + 1;
		for (const char *letter = argv[at] + 1; *letter; letter++) {
			if (!set_option(*letter))
				return -1;
			*text |= *letter == 'c';
			*input |= *letter == 's';
		}
	}
	return at;
}

static int leave(void)
{
	trap_run_at_exit();
	fflush(stdout);
	terminal_end();
	return shell.status & 0xff;
}

/* ---- the first program ------------------------------------------------------------------ */

static int power_off(int status)
{
	int result;

	fflush(stdout);
	result = uos_poweroff(status > STATUS_POWEROFF_MAX ? STATUS_POWEROFF_MAX : status);
	return complain("sh", "power-off", result);
}

static int run_first(void)
{
	int fd = uos_open(COMMANDS_FILE, O_RDONLY | O_CLOEXEC, 0), error = fd;
	char *text = fd < 0 ? NULL : file_read_all(fd, &error);

	shell.has_terminal = terminal_begin();
	if (text) {
		uos_close(fd);
		run_text(text);
		fd = shell.jump != JUMP_NONE ? shell.status : shell.first_failure;
		leave();
		return power_off(fd);
	}
	printf("uos: `help` says what there is; Ctrl-A x ends QEMU\n");
	shell.interactive = true;
	run_terminal();
	return power_off(leave());
}

int main(int argc, char *argv[])
{
	bool text = false, input = false;
	int first;

	shell.pid = uos_sys_getpid();
	variables_import(environ);
	if (argc > PART_WORDS && strcmp(argv[1], "--part") == 0) {
		shell.name = argv[PART_WORDS];
		set_arguments(argc - PART_WORDS - 1, argv + PART_WORDS + 1);
		run_part(argv);
		return leave();
	}
	first = take_options(argc, argv, &text, &input);
	if (first < 0 || (text && first == argc))
		return usage("sh [-efux] [-c TEXT | FILE] [ARGUMENT...]");
	if (uos_sys_getppid() == 0)
		return run_first();
	if (input) {
		set_arguments(argc - first, argv + first);
	} else if (first + text < argc) {
		shell.name = argv[first + text];
		set_arguments(argc - first - text - 1, argv + first + text + 1);
	}
	if (text) {
		run_text(argv[first]);
	} else if (first < argc && !input) {
		run_script(argv[first]);
	} else if (terminal_begin()) {
		shell.interactive = shell.has_terminal = true;
		run_terminal();
	} else {
		run_input();
	}
	return leave();
}
