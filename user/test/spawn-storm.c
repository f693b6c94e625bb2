/*
 * spawn-storm [CHILDREN [AT_ONCE]]: starts programs, so many at a time, and
 * checks that each got its argument and environment and gave its exit status;
 * every fourth is killed instead, every seventh faults.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "program.h"

#define SELF		"/bin/spawn-storm"
#define CHILDREN_MAX	100000
#define AT_ONCE_MAX	64

static uint64_t children = 64, at_once = 8, started;
static unsigned failures;

static int child(const char *kind, const char *status)
{
	uint64_t number;

	if (strcmp(kind, "sleep") == 0)
		uos_sleep_ns(100ull * 1000000000);
	if (strcmp(kind, "fault") == 0)
		*(volatile int *)0 = 1;
	if (!getenv("STORM") || strcmp(getenv("STORM"), status) != 0)
		return 254;
	return number_parse(status, 255, &number) ? (int)number : 255;
}

static bool ended_as_wanted(const char *kind, int status, int wanted)
{
	if (strcmp(kind, "sleep") == 0)
		return WIFSIGNALED(status) && WTERMSIG(status) == ABI_SIGKILL;
	if (strcmp(kind, "fault") == 0)
		return WIFSIGNALED(status) && WTERMSIG(status) == ABI_SIGSEGV;
	return WIFEXITED(status) && WEXITSTATUS(status) == wanted;
}

static void start_one(uint64_t number)
{
	const char *kind = number % 4 == 3 ? "sleep" : number % 7 == 6 ? "fault" : "exit";
	int wanted = (int)(number % 200), status = 0, result;
	char text[16], variable[32];
	char *argv[] = { SELF, "child", (char *)kind, text, NULL };
	char *envp[] = { "OTHER=1", variable, NULL };
	pid_t pid;

	snprintf(text, sizeof(text), "%d", wanted);
	snprintf(variable, sizeof(variable), "STORM=%s", text);
	pid = uos_process_spawn(SELF, argv, envp);
	if (pid > 0 && strcmp(kind, "sleep") == 0)
		uos_kill(pid, ABI_SIGKILL);
	result = pid < 0 ? pid : uos_process_wait(pid, &status);
	if (result < 0 || !ended_as_wanted(kind, status, wanted)) {
		printf("child %llu (%s): result %d, status %#x\n", (unsigned long long)number,
		       kind, result, status);
		failures++;
	}
}

static void starter(void *argument)
{
	(void)argument;
	while (started < children)
		start_one(started++);
}

int main(int argc, char *argv[])
{
	struct uos_task *tasks[AT_ONCE_MAX];

	if (argc == 4 && strcmp(argv[1], "child") == 0)
		return child(argv[2], argv[3]);
	if (argc > 3 || (argc > 1 && !number_parse(argv[1], CHILDREN_MAX, &children)) ||
	    (argc > 2 && (!number_parse(argv[2], AT_ONCE_MAX, &at_once) || !at_once)))
		return usage("spawn-storm [CHILDREN [AT_ONCE]]");
	for (uint64_t i = 0; i < at_once; i++)
		tasks[i] = uos_spawn(starter, NULL);
	for (uint64_t i = 0; i < at_once; i++)
		uos_join(tasks[i]);
	printf("%llu children, %u went wrong\n", (unsigned long long)started, failures);
	return failures != 0;
}
