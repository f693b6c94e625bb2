/*
 * In place of picolibc's, which has none: what <dirent.h> is about.  An entry is laid
 * out as the kernel gives it (struct linux_dirent64), so readdir() copies nothing.
 */
#ifndef _SYS_DIRENT_H_
#define _SYS_DIRENT_H_

#include <stdint.h>
#include <sys/types.h>

#define DT_UNKNOWN	0
#define DT_FIFO		1
#define DT_CHR		2
#define DT_DIR		4
#define DT_BLK		6
#define DT_REG		8
#define DT_LNK		10
#define DT_SOCK		12

struct dirent {
	uint64_t d_ino;
	int64_t d_off;			/* where the next entry starts: for seekdir() */
	uint16_t d_reclen;
	uint8_t d_type;			/* DT_* */
	char d_name[256];		/* ends with a NUL; no more than d_reclen is there */
};

#define d_fileno d_ino

typedef struct uos_directory DIR;

#endif
