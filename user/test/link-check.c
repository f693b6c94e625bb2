/*
 * link-check: two processes and a link between them.
 *
 *	link-check [MESSAGES]	the parent; it starts itself as the child
 *
 * The parent sends numbers, the child answers each with its double; both send ahead, so
 * that both sides wait for room and for messages in turn; then counts, then the end.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "check.h"

#define FIRST_FD	20
#define SLOTS		4
#define COUNTS		200u

struct message {
	uint64_t number;
	uint64_t double_number;
};

static uint64_t messages = 2000;
static struct uos_link *link;

/* ---- the child ------------------------------------------------------------------- */

static int child(void)
{
	struct message message;
	uint64_t counted = 0;
	int result;

	link = uos_link_open(FIRST_FD);
	if (!link) {
		printf("FAIL child: %s\n", strerror(errno));
		return 1;
	}
	while ((result = uos_link_receive(link, &message)) == 0 && message.number) {
		message.double_number = 2 * message.number;
		if (uos_link_send(link, &message) < 0)
			return 1;
	}
	check_equal("the last message", result, 0);
	while (counted < COUNTS) {
		result = uos_link_count(link);
		if (result < 0)
			break;
		counted += (uint64_t)result;
		uos_link_add(link, (uint32_t)result);
	}
	check_equal("counted", (int64_t)counted, COUNTS);
	uos_link_close(link);
	return check_summary();
}

/* ---- the parent ------------------------------------------------------------------ */

static void send_all(void *argument)
{
	struct message message = { 0 };

	(void)argument;
	for (uint64_t i = messages; i; i--) {
		message.number = i;
		check_equal("send", uos_link_send(link, &message), 0);
	}
	message.number = 0;
	check_equal("send the last", uos_link_send(link, &message), 0);
}

static void receive_all(void)
{
	struct message message;

	for (uint64_t i = messages; i; i--) {
		if (uos_link_receive(link, &message) < 0 || message.number != i ||
		    message.double_number != 2 * i) {
			check_equal("answer", (int64_t)message.number, (int64_t)i);
			return;
		}
	}
}

static void check_counts(void)
{
	uint64_t back = 0;
	int result;

	for (unsigned int i = 0; i < COUNTS; i++)
		uos_link_add(link, 1);
	while (back < COUNTS && (result = uos_link_count(link)) > 0)
		back += (uint64_t)result;
	check_equal("counts came back", (int64_t)back, COUNTS);
}

static void check_arguments(void)
{
	check_true("slots", !uos_link_create(3, 8) && errno == EINVAL);
	check_true("slot_bytes", !uos_link_create(4, 0) && errno == EINVAL);
	check_true("open nothing", !uos_link_open(100) && errno == EBADF);
}

int main(int count, char **arguments)
{
	char *own[] = { arguments[0], "child", NULL };
	struct uos_spawn_file files[UOS_LINK_FILES];
	struct message message;
	struct uos_task *sender;
	int status = -1;
	pid_t pid;

	if (count > 1 && !strcmp(arguments[1], "child"))
		return child();
	if (count > 1)
		messages = strtoull(arguments[1], NULL, 10);
	check_arguments();
	link = uos_link_create(SLOTS, sizeof(struct message));
	if (!link) {
		printf("FAIL create: %s\n", strerror(errno));
		return 1;
	}
	uos_link_files(link, files, FIRST_FD);
	pid = uos_process_spawn_files("/bin/link-check", own, NULL, files, UOS_LINK_FILES);
	check_true("spawn", pid > 0);
	sender = uos_spawn(send_all, NULL);
	receive_all();
	check_equal("join", uos_join(sender), 0);
	check_counts();
	check_equal("the end", uos_link_receive(link, &message), -EPIPE);
	check_equal("wait", uos_process_wait(pid, &status), 0);
	check_equal("child's status", status, 0);
	uos_link_close(link);
	return check_summary();
}
