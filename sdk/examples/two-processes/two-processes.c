/*
 * two-processes: starts itself a second time, with its output into a file, waits for
 * it and reads what it said.
 *
 * Shows: making a process, redirection, exit status.  A process has memory, descriptors
 * and a ring of its own; the two have nothing in common but the files that the parent
 * gave.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#define CHILD_STATUS	7

static int fail(const char *what, ssize_t error)
{
	fprintf(stderr, "two-processes: %s: %s\n", what, strerror((int)-error));
	return EXIT_FAILURE;
}

static int child(const char *number)
{
	printf("twice %s is %ld\n", number, 2 * strtol(number, NULL, 0));
	return CHILD_STATUS;
}

/* The child's standard output is `output`; all else it has from here.  Its pid. */
static pid_t child_start(char *program, int output)
{
	char number[] = "21";
	char *arguments[] = { program, number, NULL };
	struct uos_spawn_file files[] = { { .child_fd = 1, .parent_fd = output } };

	return uos_process_spawn_files(program, arguments, NULL, files, 1);
}

int main(int argc, char *argv[])
{
	char path[] = "/tmp/two-processes", said[64];
	int output, status;
	ssize_t result;
	pid_t pid;

	if (argc > 1)
		return child(argv[1]);
	/* Close-on-exec: the child has it as descriptor 1, and not a second time. */
	output = uos_open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (output < 0)
		return fail(path, output);
	pid = child_start(argv[0], output);
	if (pid < 0)
		return fail(argv[0], pid);
	result = uos_process_wait(pid, &status);
	if (result < 0)
		return fail("wait", result);
	if (!WIFEXITED(status))
		return fail("the child was killed", -ECANCELED);
	result = uos_read(output, said, sizeof(said) - 1, 0);
	if (result < 0)
		return fail(path, result);
	said[result] = '\0';
	printf("the child said: %s", said);
	printf("and ended with %d\n", WEXITSTATUS(status));
	uos_close(output);
	uos_unlink(path);
	return EXIT_SUCCESS;
}
