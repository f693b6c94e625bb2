/*
 * In place of picolibc's, whose values are newlib's: what <fcntl.h> offers, with
 * Linux's values for riscv64, from the one place that defines them.
 */
#ifndef _SYS__DEFAULT_FCNTL_H_
#define _SYS__DEFAULT_FCNTL_H_

#include <sys/cdefs.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "abi/file.h"

#define O_SYNC		(04000000 | O_DSYNC)

#define FD_CLOEXEC	1

#define F_DUPFD		0
#define F_GETFD		1
#define F_SETFD		2
#define F_GETFL		3
#define F_SETFL		4
#define F_DUPFD_CLOEXEC	1030

#ifdef __cplusplus
extern "C" {
#endif

int open(const char *path, int flags, ...);
int openat(int folder, const char *path, int flags, ...);
int creat(const char *path, mode_t mode);
int fcntl(int fd, int command, ...);

#ifdef __cplusplus
}
#endif
#endif
