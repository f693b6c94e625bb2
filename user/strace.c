/*
 * strace [-c] PROGRAM ...: runs a program and says on standard error what it asks of the
 * kernel: calls, entries of submission queues and completions, and what there was not.
 *
 *   openat(-100, "/etc/x", 0x0, 00) = -2 (no such file or directory)
 *   sqe READ fd 3, addr 0x1000, len 8, off -1, data 0x1
 *   cqe data 0x1 = 8
 *
 * With -c only at the end which operations it has asked for, and the program runs as it
 * does without: by its quick ways.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "abi/trace.h"
#include "call_format.h"
#include "operation_names.h"
#include "program.h"

#define PATH_BYTES_MAX	256
#define RECORDS_AT_ONCE	64

extern char **environ;

/* ---- records ---------------------------------------------------------------------------- */

static void print_result(int64_t result)
{
	if (result < 0 && result > -4096)
		fprintf(stderr, " = %lld (%s)\n", (long long)result, strerror((int)-result));
	else if (result > 0xffffff)
		fprintf(stderr, " = %#llx\n", (unsigned long long)result);
	else
		fprintf(stderr, " = %lld\n", (long long)result);
}

static void print_call(const struct uos_trace_record *record)
{
	const char *name = call_name(record->words[0]);
	char arguments[256];

	call_format(record, arguments, sizeof(arguments));
	if (name)
		fprintf(stderr, "%s(%s)", name, arguments);
	else
		fprintf(stderr, "call %lld(%s)", (long long)record->words[0], arguments);
	if (record->kind == UOS_TRACE_CALL_BEGINS)
		fprintf(stderr, " = ?\n");
	else
		print_result((int64_t)record->words[7]);
}

static void print_flags(unsigned flags)
{
	static const char *const names[] = { "FIXED_FILE", "DRAIN", "LINK", "HARDLINK", "ASYNC",
					     "BUFFER_SELECT", "CQE_SKIP" };
	const char *before = ", ";

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags >> i & 1) {
			fprintf(stderr, "%s%s", before, names[i]);
			before = "|";
		}
}

static void print_submission(const struct uos_trace_record *record)
{
	const struct io_uring_sqe *sqe = (const struct io_uring_sqe *)record->words;
	const char *name = opcode_name(sqe->opcode);

	if (name)
		fprintf(stderr, "sqe %s", name);
	else
		fprintf(stderr, "sqe opcode %u", sqe->opcode);
	fprintf(stderr, " fd %d", sqe->fd);
	if (record->text[0])
		fprintf(stderr, ", \"%s\"", record->text);
	else if (sqe->addr)
		fprintf(stderr, ", addr %#llx", (unsigned long long)sqe->addr);
	if (sqe->len)
		fprintf(stderr, ", len %u", sqe->len);
	if (sqe->off)
		fprintf(stderr, ", off %lld", (long long)sqe->off);
	if (sqe->op_flags)
		fprintf(stderr, ", op_flags %#x", sqe->op_flags);
	if (sqe->buf_index)
		fprintf(stderr, ", buf_index %u", sqe->buf_index);
	if (sqe->file_index)
		fprintf(stderr, ", file_index %u", sqe->file_index);
	print_flags(sqe->flags);
	fprintf(stderr, ", data %#llx\n", (unsigned long long)sqe->user_data);
}

static void print_record(const struct uos_trace_record *record)
{
	switch (record->kind) {
	case UOS_TRACE_CALL:
	case UOS_TRACE_CALL_BEGINS:
		print_call(record);
		return;
	case UOS_TRACE_SQE:
		print_submission(record);
		return;
	case UOS_TRACE_CQE:
		fprintf(stderr, "cqe data %#llx", (unsigned long long)record->words[0]);
		if (record->words[2])
			fprintf(stderr, ", flags %#llx", (unsigned long long)record->words[2]);
		print_result((int64_t)record->words[1]);
		return;
	case UOS_TRACE_LOST:
		fprintf(stderr, "... %llu records lost\n", (unsigned long long)record->words[0]);
		return;
	default:
		fprintf(stderr, "record of kind %u\n", record->kind);
	}
}

/* Until the program has ended. */
static int print_trace(int fd)
{
	static struct uos_trace_record records[RECORDS_AT_ONCE];
	ssize_t bytes;

	while ((bytes = uos_read(fd, records, sizeof(records), -1)) > 0)
		for (size_t i = 0; i < (size_t)bytes / sizeof(records[0]); i++)
			print_record(&records[i]);
	return (int)bytes;
}

/* ---- the summary -------------------------------------------------------------------------- */

static void print_name(const char *name, unsigned number)
{
	if (name)
		fprintf(stderr, " %s", name);
	else
		fprintf(stderr, " %u", number);
}

static void print_summary(const struct uos_operation_stats *stats)
{
	fprintf(stderr, "strace: opcodes:");
	for (unsigned i = 0; i < 256; i++)
		if (stats->opcodes[i / 64] >> i % 64 & 1)
			print_name(opcode_name(i), i);
	fprintf(stderr, "\nstrace: register:");
	for (unsigned i = 0; i < 64; i++)
		if (stats->register_ops >> i & 1)
			print_name(register_name(i), i);
	fprintf(stderr, "\nstrace: missing:");
	for (unsigned i = 0; i < stats->missing_count && i < UOS_MISSING_MAX; i++)
		print_name(call_name(stats->missing[i]), stats->missing[i]);
	fprintf(stderr, "\n");
}

/* Waits till the program has ended, and reads what is known of it before it is gone. */
static int read_ended(pid_t pid, struct uos_operation_stats *stats)
{
	struct abi_siginfo info;
	ssize_t bytes;
	long result = uos_sys_call(SYS_waitid, ABI_P_PID, pid, (long)(uintptr_t)&info,
				   ABI_WEXITED | ABI_WNOWAIT, 0, 0);

	if (result < 0)
		return (int)result;
	bytes = uos_stats(UOS_STATS_OPERATIONS, pid, stats, sizeof(*stats));
	return bytes < 0 ? (int)bytes : 0;
}

static pid_t start(char *const argv[], int trace_fd)
{
	const struct uos_spawn_file file = { .child_fd = UOS_TRACE_FD, .parent_fd = trace_fd };
	char path[PATH_BYTES_MAX];

	snprintf(path, sizeof(path), "%s%s", strchr(argv[0], '/') ? "" : "/bin/", argv[0]);
	return uos_process_spawn_files(path, argv, environ, &file, trace_fd >= 0);
}

int main(int argc, char *argv[])
{
	bool summary = argc > 1 && strcmp(argv[1], "-c") == 0;
	char *const *command = argv + 1 + summary;
	struct uos_operation_stats stats;
	int status, result = 0, trace_fd = -1;
	pid_t pid;

	if (argc < 2 + summary)
		return usage("strace [-c] PROGRAM ...");
	if (!summary)
		trace_fd = (int)uos_sys_call(SYS_uos_trace, O_CLOEXEC, 0, 0, 0, 0, 0);
	if (!summary && trace_fd < 0)
		return complain("strace", "trace", trace_fd);
	pid = start(command, trace_fd);
	if (pid < 0)
		return complain("strace", command[0], pid);
	if (!summary)
		result = print_trace(trace_fd);
	if (result == 0)
		result = read_ended(pid, &stats);
	if (result == 0)
		result = uos_process_wait(pid, &status);
	if (result < 0)
		return complain("strace", command[0], result);
	if (summary || stats.missing_count)
		print_summary(&stats);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
