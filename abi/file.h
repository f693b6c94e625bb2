/*
 * Files as kernel and user agree on them: open flags, modes, directory entries,
 * statx, vectors and times.  Linux's for riscv64 (asm-generic), bit for bit.
 */
#ifndef ABI_FILE_H
#define ABI_FILE_H

#include <stdint.h>

#include "abi/check.h"

/* A name that a libc has defined with the same value is left alone. */
#ifndef O_RDONLY
#define O_RDONLY	00000000
#define O_WRONLY	00000001
#define O_RDWR		00000002
#endif
#ifndef O_ACCMODE
#define O_ACCMODE	00000003
#endif
#ifndef O_CREAT
#define O_CREAT		00000100
#endif
#ifndef O_EXCL
#define O_EXCL		00000200
#endif
#ifndef O_NOCTTY
#define O_NOCTTY	00000400
#endif
#ifndef O_TRUNC
#define O_TRUNC		00001000
#endif
#ifndef O_APPEND
#define O_APPEND	00002000
#endif
#ifndef O_NONBLOCK
#define O_NONBLOCK	00004000
#endif
#ifndef O_DSYNC
#define O_DSYNC		00010000
#endif
#ifndef O_DIRECT
#define O_DIRECT	00040000
#endif
#ifndef O_LARGEFILE
#define O_LARGEFILE	00100000
#endif
#ifndef O_DIRECTORY
#define O_DIRECTORY	00200000
#endif
#ifndef O_NOFOLLOW
#define O_NOFOLLOW	00400000
#endif
#ifndef O_CLOEXEC
#define O_CLOEXEC	02000000
#endif

/* openat2 */
struct open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;		/* RESOLVE_* */
};

#define RESOLVE_NO_XDEV		0x01
#define RESOLVE_NO_MAGICLINKS	0x02
#define RESOLVE_NO_SYMLINKS	0x04
#define RESOLVE_BENEATH		0x08
#define RESOLVE_IN_ROOT		0x10
#define RESOLVE_CACHED		0x20

#define AT_FDCWD		(-100)
#define AT_SYMLINK_NOFOLLOW	0x100
#define AT_REMOVEDIR		0x200
#define AT_SYMLINK_FOLLOW	0x400
#define AT_EMPTY_PATH		0x1000

#define RENAME_NOREPLACE	(1u << 0)
#define RENAME_EXCHANGE		(1u << 1)

#ifndef S_IFMT
#define S_IFMT		0170000
#define S_IFIFO		0010000
#define S_IFCHR		0020000
#define S_IFDIR		0040000
#define S_IFBLK		0060000
#define S_IFREG		0100000
#define S_IFLNK		0120000
#endif

#ifndef SEEK_SET
#define SEEK_SET	0
#define SEEK_CUR	1
#define SEEK_END	2
#endif

/* linux_dirent64.d_type */
#define ABI_DT_UNKNOWN	0
#define ABI_DT_CHR	2
#define ABI_DT_DIR	4
#define ABI_DT_BLK	6
#define ABI_DT_REG	8
#define ABI_DT_LNK	10

struct linux_dirent64 {
	uint64_t d_ino;
	int64_t d_off;			/* where the next entry starts: opaque */
	uint16_t d_reclen;		/* of this entry, a multiple of 8 */
	uint8_t d_type;
	char d_name[];			/* ends with a NUL */
};

struct abi_iovec {
	uint64_t iov_base;
	uint64_t iov_len;
};

struct __kernel_timespec {
	int64_t tv_sec;
	int64_t tv_nsec;
};

#define ABI_CLOCK_REALTIME	0
#define ABI_CLOCK_MONOTONIC	1
#define ABI_CLOCK_BOOTTIME	7
#define ABI_TIMER_ABSTIME	1

struct statx_timestamp {
	int64_t tv_sec;
	uint32_t tv_nsec;
	int32_t __reserved;
};

struct statx {
	uint32_t stx_mask;
	uint32_t stx_blksize;
	uint64_t stx_attributes;
	uint32_t stx_nlink;
	uint32_t stx_uid;
	uint32_t stx_gid;
	uint16_t stx_mode;
	uint16_t __spare0[1];
	uint64_t stx_ino;
	uint64_t stx_size;
	uint64_t stx_blocks;		/* of 512 bytes */
	uint64_t stx_attributes_mask;
	struct statx_timestamp stx_atime;
	struct statx_timestamp stx_btime;
	struct statx_timestamp stx_ctime;
	struct statx_timestamp stx_mtime;
	uint32_t stx_rdev_major;
	uint32_t stx_rdev_minor;
	uint32_t stx_dev_major;
	uint32_t stx_dev_minor;
	uint64_t stx_mnt_id;
	uint32_t stx_dio_mem_align;
	uint32_t stx_dio_offset_align;
	uint64_t __spare3[12];
};

/* stat, fstat and newfstatat: asm-generic's struct stat. */
struct abi_stat {
	uint64_t st_dev;
	uint64_t st_ino;
	uint32_t st_mode;
	uint32_t st_nlink;
	uint32_t st_uid;
	uint32_t st_gid;
	uint64_t st_rdev;
	uint64_t __pad1;
	int64_t st_size;
	int32_t st_blksize;
	int32_t __pad2;
	int64_t st_blocks;		/* of 512 bytes */
	struct __kernel_timespec st_atim;
	struct __kernel_timespec st_mtim;
	struct __kernel_timespec st_ctim;
	uint32_t __pad3[2];
};

#define STATX_TYPE		0x0001u
#define STATX_MODE		0x0002u
#define STATX_NLINK		0x0004u
#define STATX_INO		0x0100u
#define STATX_SIZE		0x0200u
#define STATX_BLOCKS		0x0400u
#define STATX_BASIC_STATS	0x07ffu
#define STATX_DIOALIGN		0x2000u

/* What STATFS tells of a file system. */
struct abi_statfs {
	uint64_t f_type;
	uint64_t f_bsize;
	uint64_t f_blocks;		/* of f_bsize bytes */
	uint64_t f_bfree;
	uint64_t f_bavail;
	uint64_t f_files;		/* 0: no limit that is known */
	uint64_t f_ffree;
	int32_t f_fsid[2];
	uint64_t f_namelen;
	uint64_t f_frsize;
	uint64_t f_flags;
	uint64_t f_spare[4];
};

/* f_type */
#define ABI_TMPFS_MAGIC		0x01021994
#define ABI_MSDOS_SUPER_MAGIC	0x4d44
#define ABI_ANON_INODE_FS_MAGIC	0x09041934
#define ABI_ST_RDONLY		1	/* f_flags */

/* mmap */
#define ABI_PROT_READ		0x1
#define ABI_PROT_WRITE		0x2
#define ABI_PROT_EXEC		0x4
#define ABI_MAP_SHARED		0x01
#define ABI_MAP_PRIVATE		0x02
#define ABI_MAP_FIXED		0x10
#define ABI_MAP_ANONYMOUS	0x20
#define ABI_MAP_NORESERVE	0x4000
#define ABI_MAP_POPULATE	0x8000
#define ABI_MAP_HUGETLB		0x40000
#define ABI_MAP_FIXED_NOREPLACE	0x100000

#define ABI_MS_ASYNC		1u
#define ABI_MS_INVALIDATE	2u
#define ABI_MS_SYNC		4u

#define ABI_MADV_NORMAL		0
#define ABI_MADV_RANDOM		1
#define ABI_MADV_SEQUENTIAL	2
#define ABI_MADV_WILLNEED	3
#define ABI_MADV_DONTNEED	4
#define ABI_MADV_FREE		8
#define ABI_MADV_DONTFORK	10
#define ABI_MADV_DOFORK		11
#define ABI_MADV_DONTDUMP	16
#define ABI_MADV_DODUMP		17
#define ABI_MADV_COLD		20
#define ABI_MADV_POPULATE_READ	22
#define ABI_MADV_POPULATE_WRITE	23

/*
 * Ours: an anonymous private mapping cut into slots of 2^n bytes, n in flags
 * bits 31:26, from 13 (8 KiB) to 30.  The lowest page of each slot is a guard:
 * touching it ends the program with a line that says 'stack overflow'.  One
 * mapping holds the stacks of any number of coroutines.
 */
#define UOS_MAP_STACKS		0x2000000
#define UOS_MAP_SLOT_SHIFT	26

ABI_CHECK(sizeof(struct statx) == 256, "Linux's layout");
ABI_CHECK(sizeof(struct abi_stat) == 128, "Linux's layout");
ABI_CHECK(sizeof(struct abi_statfs) == 120, "Linux's layout");
ABI_CHECK(sizeof(struct linux_dirent64) == 24, "Linux's layout: d_name at 19, padded");

#endif
