/*
 * How a process is made, waited for and found: the spawn request, waitid's
 * answer, and what a program finds in its auxiliary vector.
 */
#ifndef ABI_PROCESS_H
#define ABI_PROCESS_H

#include <stdint.h>

#include "abi/check.h"

/* ---- UOS_OP_SPAWN / SYS_uos_spawn --------------------------------------- */

/* The child's descriptor `child_fd` is made from the parent's `parent_fd`. */
struct uos_spawn_file {
	int32_t child_fd;
	int32_t parent_fd;
};

/*
 * All pointers are user addresses.  The child inherits the parent's working
 * directory and, unless UOS_SPAWN_ONLY_LISTED, every descriptor that is not
 * close-on-exec; `files` is applied on top.
 */
struct uos_spawn {
	uint64_t path;			/* of an ELF64 file, NUL-terminated */
	uint64_t argv;			/* array of strings, ended by a null pointer */
	uint64_t envp;			/* likewise; 0: empty */
	uint64_t files;			/* array of struct uos_spawn_file */
	uint32_t file_count;
	uint32_t flags;			/* UOS_SPAWN_* */
	uint32_t level;			/* priority level, or UOS_LEVEL_INHERIT */
	int32_t group;			/* the process group that it joins; 0: the parent's */
};

#define UOS_SPAWN_ONLY_LISTED	(1u << 0)
#define UOS_SPAWN_NEW_GROUP	(1u << 1)	/* it begins a group, whose number is its pid */
#define UOS_LEVEL_INHERIT	(~0u)

#define UOS_SPAWN_STRING_BYTES_MAX	(128u * 1024)	/* argv and envp together: E2BIG */
#define UOS_SPAWN_FILES_MAX		64u		/* E2BIG */

/* ---- waitid -------------------------------------------------------------- */

#define ABI_P_ALL	0
#define ABI_P_PID	1
#define ABI_WNOHANG	1
#define ABI_WEXITED	4
#define ABI_WNOWAIT	0x01000000	/* leave it to be waited for again */
#define ABI_CLD_EXITED	1
#define ABI_CLD_KILLED	2
#define ABI_SIGCHLD	17
#define ABI_SIGILL	4
#define ABI_SIGBUS	7
#define ABI_SIGKILL	9
#define ABI_SIGSEGV	11
#define ABI_SIGTERM	15
#define ABI_SIGINT	2

/* Linux's siginfo_t as waitid fills it. */
struct abi_siginfo {
	int32_t si_signo;
	int32_t si_errno;
	int32_t si_code;		/* ABI_CLD_* */
	int32_t __pad0;
	int32_t si_pid;
	uint32_t si_uid;
	int32_t si_status;		/* exit status, or the signal's number */
	int32_t __pad1;
	uint8_t __pad2[96];
};

/* ---- what a program is born with ----------------------------------------- */

/*
 * A program made with libuos says so by an ELF note; it alone gets a ring, a
 * task pool and the payload.  Note: name "uos", type 1, one 32-bit word: the
 * ABI's version.
 */
#define UOS_NOTE_NAME		"uos"
#define UOS_NOTE_TYPE		1
#define UOS_ABI_VERSION		1

/* Auxiliary vector: Linux's entries ... */
#define ABI_AT_NULL		0
#define ABI_AT_PHDR		3
#define ABI_AT_PHENT		4
#define ABI_AT_PHNUM		5
#define ABI_AT_PAGESZ		6
#define ABI_AT_ENTRY		9
#define ABI_AT_UID		11
#define ABI_AT_EUID		12
#define ABI_AT_GID		13
#define ABI_AT_EGID		14
#define ABI_AT_HWCAP		16
#define ABI_AT_CLKTCK		17
#define ABI_AT_SECURE		23
#define ABI_AT_RANDOM		25
#define ABI_AT_EXECFN		31
/* ... and ours. */
#define UOS_AT_BASE		0x756f7300
#define UOS_AT_ABI_VERSION	(UOS_AT_BASE + 0)
#define UOS_AT_SCHED		(UOS_AT_BASE + 1)	/* struct uos_sched_header */
#define UOS_AT_VIEW		(UOS_AT_BASE + 2)	/* struct uos_sched_view, read-only */
#define UOS_AT_POOL		(UOS_AT_BASE + 3)	/* task pool: zeroed, the owner runs init */
#define UOS_AT_POOL_BYTES	(UOS_AT_BASE + 4)
#define UOS_AT_RING_FD		(UOS_AT_BASE + 5)	/* the program's own ring */
#define UOS_AT_RING_PARAMS	(UOS_AT_BASE + 6)	/* its struct io_uring_params */
#define UOS_AT_RING		(UOS_AT_BASE + 7)	/* SQ and CQ ring, mapped */
#define UOS_AT_SQES		(UOS_AT_BASE + 8)	/* its SQEs, mapped */
#define UOS_AT_TIMEBASE_HZ	(UOS_AT_BASE + 9)	/* of rdtime */

/* ---- limits and names, as prlimit64 and uname give them -------------------- */

struct abi_rlimit {
	uint64_t rlim_cur, rlim_max;
};

#define ABI_RLIMIT_STACK	3
#define ABI_RLIMIT_CORE		4
#define ABI_RLIMIT_NOFILE	7
#define ABI_RLIMITS		16	/* resources that there are */
#define ABI_RLIM_INFINITY	(~0ul)

struct abi_utsname {
	char sysname[65], nodename[65], release[65], version[65], machine[65], domainname[65];
};

/* The own ring's descriptor: outside what a descriptor table ever holds. */
#define UOS_RING_FD		0x7fff0000

ABI_CHECK(sizeof(struct uos_spawn) == 48, "crosses the border");
ABI_CHECK(sizeof(struct uos_spawn_file) == 8, "crosses the border");
ABI_CHECK(sizeof(struct abi_siginfo) == 128, "Linux's layout");

#endif
