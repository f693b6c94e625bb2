/*
 * The POSIX calls that programs expect beside the C library's own, as somebody sees
 * them who has the SDK: test_sdk.py compiles and runs it.
 */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <uos.h>

static void files(void)
{
	char byte = 0;
	int fds[2];

	assert(access("/tmp/a", F_OK) == -1 && errno == ENOENT);
	assert(access("/bin/sh", R_OK | X_OK) == 0);
	assert(access("/bin/sh", 99) == -1 && errno == EINVAL);
	assert(pipe(fds) == 0 && write(fds[1], "x", 1) == 1);
	assert(fcntl(fds[0], F_GETFD) == 0 && fcntl(fds[0], F_SETFD, FD_CLOEXEC) == 0);
	assert(fcntl(fds[0], F_GETFD) == FD_CLOEXEC);
	assert(fcntl(fds[0], F_SETFL, O_NONBLOCK) == 0);
	assert(read(fds[0], &byte, 1) == 1 && byte == 'x');
	assert(read(fds[0], &byte, 1) == -1 && errno == EAGAIN);
	assert(fcntl(99, F_GETFD) == -1 && errno == EBADF);
	assert(close(fds[0]) == 0 && close(fds[1]) == 0);
}

/* Each of 100 files once, also after going back. */
static void directories(void)
{
	char path[64], seen[100];
	struct dirent *entry;
	DIR *directory;
	long place = -1;
	int dots = 0;

	assert(mkdir("/tmp/a", 0755) == 0);
	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof(path), "/tmp/a/file-with-a-name-%d", i);
		close(open(path, O_CREAT | O_WRONLY, 0644));
	}
	directory = opendir("/tmp/a");
	assert(directory && dirfd(directory) > 2);
	for (int round = 0; round < 3; round++) {
		memset(seen, 0, sizeof(seen));
		dots = 0;
		while (errno = 0, (entry = readdir(directory))) {
			int number = -1;

			dots += entry->d_name[0] == '.' && entry->d_type == DT_DIR;
			if (sscanf(entry->d_name, "file-with-a-name-%d", &number) == 1)
				assert(entry->d_type == DT_REG && !seen[number]++);
			if (number == 50)
				place = telldir(directory);
		}
		assert(errno == 0 && dots == (round < 2 ? 2 : dots));
		assert(round == 2 || !memchr(seen, 0, sizeof(seen)));
		assert(round != 2 || !seen[50]);
		if (round == 0)
			rewinddir(directory);
		else
			seekdir(directory, place);
	}
	assert(closedir(directory) == 0);
	assert(!opendir("/bin/sh") && errno == ENOTDIR);
	assert(!opendir("/none") && errno == ENOENT);
	assert(!fdopendir(99) && errno == EBADF);
}

static void times(void)
{
	struct timespec before, after, wanted = { 0, 2000000 };

	assert(clock_gettime(CLOCK_MONOTONIC, &before) == 0 && nanosleep(&wanted, NULL) == 0);
	assert(clock_gettime(CLOCK_MONOTONIC, &after) == 0);
	assert((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec
	       >= 2000000);
	assert(clock_gettime(CLOCK_REALTIME, &after) == 0 && after.tv_sec > 1700000000);
	assert(clock_gettime(99, &after) == -1 && errno == EINVAL);
}

static void children(char *program)
{
	char *arguments[] = { program, "5", NULL };
	int status = 0;
	pid_t pid = uos_process_spawn(program, arguments, NULL);

	assert(pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 5);
	assert(waitpid(pid, &status, 0) == -1 && errno == ECHILD);
	arguments[1] = "wait";
	pid = uos_process_spawn(program, arguments, NULL);
	assert(pid > 0 && waitpid(-1, &status, WNOHANG) == 0);
	assert(kill(pid, SIGTERM) == 0 && wait(&status) == pid);
	assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert(wait(NULL) == -1 && errno == ECHILD);
	assert(waitpid(0, NULL, 0) == -1 && errno == EINVAL);
}

int main(int argc, char *argv[])
{
	if (argc > 1 && strcmp(argv[1], "wait") == 0)
		sleep(1000);
	if (argc > 1)
		return (int)strtol(argv[1], NULL, 10);
	files();
	directories();
	times();
	children(argv[0]);
	puts("all of it");
	return 0;
}
