/*
 * A call's arguments as text; see the header.
 */
#include "call_format.h"

#include <stdint.h>
#include <stdio.h>

#include "abi/syscall.h"

#define ARGUMENTS_MAX	6

/* d: a signed number, x: in hexadecimal, o: in octal, s: the path of the record. */
static const struct format {
	int number;
	const char *kinds;
} formats[] = {
	{ SYS_getcwd, "xd" },
	{ SYS_dup, "d" },
	{ SYS_dup3, "ddx" },
	{ SYS_fcntl, "ddx" },
	{ SYS_ioctl, "dxx" },
	{ SYS_mkdirat, "dso" },
	{ SYS_unlinkat, "dsx" },
	{ SYS_symlinkat, "sdx" },
	{ SYS_linkat, "dsdxx" },
	{ SYS_statfs, "sx" },
	{ SYS_fstatfs, "dx" },
	{ SYS_ftruncate, "dd" },
	{ SYS_chdir, "s" },
	{ SYS_openat, "dsxo" },
	{ SYS_close, "d" },
	{ SYS_pipe2, "xx" },
	{ SYS_eventfd2, "dx" },
	{ SYS_getdents64, "dxd" },
	{ SYS_lseek, "ddd" },
	{ SYS_read, "dxd" },
	{ SYS_write, "dxd" },
	{ SYS_readv, "dxd" },
	{ SYS_writev, "dxd" },
	{ SYS_pread64, "dxdd" },
	{ SYS_pwrite64, "dxdd" },
	{ SYS_preadv, "dxdd" },
	{ SYS_pwritev, "dxdd" },
	{ SYS_readlinkat, "dsxd" },
	{ SYS_newfstatat, "dsxx" },
	{ SYS_fstat, "dx" },
	{ SYS_fsync, "d" },
	{ SYS_fdatasync, "d" },
	{ SYS_exit, "d" },
	{ SYS_exit_group, "d" },
	{ SYS_waitid, "ddxxx" },
	{ SYS_set_tid_address, "x" },
	{ SYS_futex, "xddxxx" },
	{ SYS_set_robust_list, "xd" },
	{ SYS_nanosleep, "xx" },
	{ SYS_clock_gettime, "dx" },
	{ SYS_clock_nanosleep, "dxxx" },
	{ SYS_sched_yield, "" },
	{ SYS_kill, "dd" },
	{ SYS_uname, "x" },
	{ SYS_getpid, "" },
	{ SYS_getppid, "" },
	{ SYS_getuid, "" },
	{ SYS_geteuid, "" },
	{ SYS_getgid, "" },
	{ SYS_getegid, "" },
	{ SYS_gettid, "" },
	{ SYS_brk, "x" },
	{ SYS_clone, "xxxxx" },
	{ SYS_munmap, "xd" },
	{ SYS_mmap, "xdxxdx" },
	{ SYS_fadvise64, "dddd" },
	{ SYS_mprotect, "xdx" },
	{ SYS_msync, "xdx" },
	{ SYS_madvise, "xdd" },
	{ SYS_prlimit64, "ddxx" },
	{ SYS_renameat2, "dsdxx" },
	{ SYS_getrandom, "xdx" },
	{ SYS_statx, "dsxxx" },
	{ SYS_io_uring_setup, "dx" },
	{ SYS_io_uring_enter, "dddxxd" },
	{ SYS_io_uring_register, "ddxd" },
};

static const char *kinds_of(uint64_t number)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if ((uint64_t)formats[i].number == number)
			return formats[i].kinds;
	return "xxxxxx";
}

static int put(char *text, size_t bytes, char kind, uint64_t value, const char *path)
{
	switch (kind) {
	case 'd':
		/* what is 32 bits wide in C has them copied upwards, or not */
		return snprintf(text, bytes, "%lld", value >> 32 == 0 ? (long long)(int32_t)value :
				(long long)value);
	case 'o':
		return snprintf(text, bytes, "0%llo", (unsigned long long)value);
	case 's':
		if (path[0])
			return snprintf(text, bytes, "\"%s\"", path);
		/* fall through */
	default:
		return snprintf(text, bytes, "%#llx", (unsigned long long)value);
	}
}

void call_format(const struct uos_trace_record *record, char *text, size_t bytes)
{
	const char *kinds = kinds_of(record->words[0]);
	size_t at = 0;

	text[0] = '\0';
	for (unsigned i = 0; kinds[i] && i < ARGUMENTS_MAX; i++) {
		int written = snprintf(text + at, bytes - at, "%s", i ? ", " : "");

		at += (size_t)written;
		if (at >= bytes)
			return;
		written = put(text + at, bytes - at, kinds[i], record->words[1 + i], record->text);
		at += (size_t)written;
		if (at >= bytes)
			return;
	}
}
