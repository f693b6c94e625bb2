/*
 * sh: the first shell, and the first program.
 *
 * It reads lines (lib/command.h says what is in them) from /etc/cmd if that is
 * there and it is the first program; from its argument after -c; else from its
 * standard input, with a prompt.  A program's name without a slash is looked for
 * in /bin.  As the first program it ends by powering the machine off: with 0
 * only if every line of /etc/cmd exited 0, else with the first status that did
 * not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <uos.h>

#include "children.h"
#include "command.h"
#include "program.h"

#define PROMPT			"uos$ "
#define LINE_BYTES_MAX		8192
#define COMMANDS_FILE		"/etc/cmd"
#define PATH_BYTES_MAX		256
#define STATUS_NOT_FOUND	127
#define STATUS_NOT_RUN		126
#define STATUS_POWEROFF_MAX	127

extern char **environ;

static struct command_values values;
static int first_failure;		/* first status that was not 0 */
static bool leaving;			/* `exit` was called */
static int leaving_status;

/* ---- programs ------------------------------------------------------------- */

static const char *program_path(const char *name, char path[PATH_BYTES_MAX])
{
	if (strchr(name, '/'))
		return name;
	return snprintf(path, PATH_BYTES_MAX, "/bin/%s", name) < PATH_BYTES_MAX ? path : name;
}

/*
 * Opens what < and > name into files[0..]: the child's descriptors 0 and 1.  How
 * many, or -1 after a complaint.
 */
static int open_files(const struct command *command, struct uos_spawn_file files[2])
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (command->append ? O_APPEND : O_TRUNC);
	int count = 0;

	if (command->input) {
		int fd = uos_open(command->input, O_RDONLY | O_CLOEXEC, 0);

		if (fd < 0) {
			complain("sh", command->input, fd);
			return -1;
		}
		files[count++] = (struct uos_spawn_file) { .child_fd = 0, .parent_fd = fd };
	}
	if (command->output) {
		int fd = uos_open(command->output, flags, 0644);

		if (fd < 0) {
			complain("sh", command->output, fd);
			if (count)
				uos_close(files[0].parent_fd);
			return -1;
		}
		files[count++] = (struct uos_spawn_file) { .child_fd = 1, .parent_fd = fd };
	}
	return count;
}

static int wait_for(const char *name, pid_t pid)
{
	int status = children_wait(pid);

	return status < 0 ? complain("sh", name, status) : status;
}

/* Its pid, or -errno. */
static pid_t start_program(struct command *command, const struct uos_spawn_file *files, int count)
{
	char path[PATH_BYTES_MAX];

	return uos_process_spawn_files(program_path(command->word[0], path), command->word,
				       environ, files, (size_t)count);
}

/* The program's exit status, or the shell's own for one that could not start. */
static int run_program(struct command *command)
{
	const char *name = command->word[0];
	struct uos_spawn_file files[2];
	int count = open_files(command, files);
	pid_t pid;

	if (count < 0)
		return STATUS_NOT_RUN;
	pid = start_program(command, files, count);
	for (int i = 0; i < count; i++)
		uos_close(files[i].parent_fd);
	if (pid == -ENOENT) {
		fprintf(stderr, "sh: %s: there is no such program; `help` says more\n", name);
		return STATUS_NOT_FOUND;
	}
	if (pid < 0) {
		complain("sh", name, pid);
		return STATUS_NOT_RUN;
	}
	if (!command->background)
		return wait_for(name, pid);
	values.last_background = pid;
	children_add(pid);
	printf("[%d]\n", pid);
	return 0;
}

/* ---- builtins ------------------------------------------------------------- */

static int builtin_cd(struct command *command)
{
	const char *path = command->words > 1 ? command->word[1] : "/";
	int result = uos_chdir(path);

	return result < 0 ? complain("cd", path, result) : 0;
}

static int builtin_exit(struct command *command)
{
	uint64_t status = (uint64_t)values.status;

	if (command->words > 1 && !number_parse(command->word[1], 255, &status))
		return usage("exit [STATUS]");
	leaving = true;
	leaving_status = (int)status;
	return leaving_status;
}

static int builtin_wait(struct command *command)
{
	uint64_t pid = (uint64_t)values.last_background;

	if (command->words > 1 && !number_parse(command->word[1], INT32_MAX, &pid))
		return usage("wait [PID]");
	return wait_for("wait", (pid_t)pid);
}

static int builtin_help(struct command *command);

static const struct builtin {
	const char *name;
	int (*run)(struct command *command);
	const char *help;
} builtins[] = {
	{ "cd",   builtin_cd,   "cd [FOLDER]      changes the working directory" },
	{ "exit", builtin_exit, "exit [STATUS]    leaves; the first shell powers off" },
	{ "help", builtin_help, "help             says this" },
	{ "wait", builtin_wait, "wait [PID]       waits for a program started with &" },
};

static int builtin_help(struct command *command)
{
	(void)command;
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		printf("%s\n", builtins[i].help);
	printf("PROGRAM ...      runs /bin/PROGRAM; `ls /bin` lists them\n"
	       "A; B   A &   A < FILE   A > FILE   A >> FILE   'quotes'   $? (status)   $! (pid)\n");
	return 0;
}

/* ---- lines ---------------------------------------------------------------- */

static int run_command(struct command *command)
{
	for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (strcmp(command->word[0], builtins[i].name) == 0)
			return builtins[i].run(command);
	return run_program(command);
}

static void run_line(const char *line)
{
	static struct command command;
	const char *mistake;

	while (line && *line && !leaving) {
		line = command_parse(line, &values, &command, &mistake);
		if (!line)
			fprintf(stderr, "sh: %s\n", mistake);
		else if (command.words == 0)
			continue;
		values.status = line ? run_command(&command) : EXIT_USAGE;
		children_reap();
		fflush(stdout);
		if (values.status && !first_failure)
			first_failure = values.status;
	}
}

/* Reads lines until the input ends; `prompt` may be empty. */
static void run_input(int fd, const char *prompt)
{
	static char text[LINE_BYTES_MAX + 1];
	size_t held = 0;

	printf("%s", prompt);
	fflush(stdout);
	while (!leaving) {
		ssize_t bytes = uos_read(fd, text + held, LINE_BYTES_MAX - held, -1);
		char *end;

		if (bytes <= 0)
			break;
		held += (size_t)bytes;
		text[held] = '\0';
		while (!leaving && (end = strchr(text, '\n'))) {
			*end = '\0';
			run_line(text);
			held -= (size_t)(end + 1 - text);
			memmove(text, end + 1, held + 1);
			if (!leaving)
				printf("%s", prompt);
			fflush(stdout);
		}
		if (held == LINE_BYTES_MAX) {
			fprintf(stderr, "sh: a line is longer than %d bytes\n", LINE_BYTES_MAX);
			held = 0;
		}
	}
	text[held] = '\0';
	run_line(text);
}

/* What the machine was started for, if CMD was given. */
static bool run_commands_file(void)
{
	int fd = uos_open(COMMANDS_FILE, O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return false;
	run_input(fd, "");
	uos_close(fd);
	return true;
}

int main(int argc, char *argv[])
{
	bool first_program = uos_getppid() == 0;
	int status;

	if (argc == 3 && strcmp(argv[1], "-c") == 0) {
		run_line(argv[2]);
		return leaving ? leaving_status : values.status;
	}
	if (argc != 1)
		return usage("sh [-c LINE]");
	if (first_program && run_commands_file()) {
		status = leaving ? leaving_status : first_failure;
	} else {
		if (first_program)
			printf("uos: `help` says what there is; Ctrl-A x ends QEMU\n");
		run_input(0, PROMPT);
		status = leaving ? leaving_status : values.status;
	}
	if (first_program) {
		int result = uos_poweroff(status > STATUS_POWEROFF_MAX ? STATUS_POWEROFF_MAX : status);

		complain("sh", "power-off", result);
	}
	return status;
}
