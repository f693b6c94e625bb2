/*
 * The table of trap numbers: each names the opcode whose handlers serve it, and how
 * its registers become that opcode's fields.  The few calls without an opcode are
 * in exceptions.c: the ring calls, exit, yield, those about the calling thread.
 */
#ifndef KERNEL_DOOR_TABLE_H
#define KERNEL_DOOR_TABLE_H

#include "abi/io_uring.h"
#include "abi/syscall.h"
#include "kernel/api/base.h"
#include "kernel/process/process.h"
#include "kernel/trap/trap.h"

struct door_row;

/* Serves a call; a0's value. */
typedef int64_t door_serve_fn(struct thread *thread, struct trap_frame *frame,
			      const struct door_row *row);

struct door_row {
	const char *name;
	door_serve_fn *serve;
	/* fills a zeroed SQE from the registers; 0, or what prep can't know is wrong */
	int (*marshal)(const struct trap_frame *frame, struct io_uring_sqe *sqe);
	uint8_t opcode;
	uint8_t flags;			/* enum door_flag */
};

enum door_flag {
	DOOR_POSITIONED = 1 << 0,	/* a stream is -ESPIPE (pread, pwrite) */
	DOOR_READS = 1 << 2,		/* read, write: of one range, at the own position */
	DOOR_WRITES = 1 << 3,
	DOOR_TIME_IS_SUCCESS = 1 << 1,	/* -ETIME is what it waited for */
};

#define DOOR_LINUX_END	(SYS_futex_wait + 1)
#define DOOR_SLOTS	(DOOR_LINUX_END + SYS_UOS_END - SYS_UOS_BASE)

extern const struct door_row door_rows[];	/* [0]: of an unknown number */
extern const uint8_t door_row_of_slot[DOOR_SLOTS];

static inline const struct door_row *door_row_of(uint64_t number)
{
	if (UNLIKELY(number >= DOOR_LINUX_END)) {
		/* ours follow Linux's */
		number -= SYS_UOS_BASE - DOOR_LINUX_END;
		if (number < DOOR_LINUX_END || number >= DOOR_SLOTS)
			return &door_rows[0];
	}
	return &door_rows[door_row_of_slot[number]];
}

door_serve_fn door_operation, door_transfer, door_bare, door_unknown;
door_serve_fn door_exit, door_exit_group, door_sched_yield, door_set_tid_address, door_gettid;
door_serve_fn door_clone, door_user, door_brk, door_uname, door_set_robust_list, door_prlimit64;
door_serve_fn door_io_uring_setup, door_io_uring_enter, door_io_uring_register;

typedef int door_marshal_fn(const struct trap_frame *frame, struct io_uring_sqe *sqe);
door_marshal_fn marshal_getcwd, marshal_dup, marshal_dup3, marshal_fcntl, marshal_mkdirat,
	marshal_unlinkat, marshal_ftruncate, marshal_chdir, marshal_openat, marshal_close,
	marshal_getdents64, marshal_lseek, marshal_rw, marshal_rw_vector, marshal_rw_at,
	marshal_rw_vector_at, marshal_fsync, marshal_fdatasync, marshal_waitid,
	marshal_nanosleep, marshal_clock_gettime, marshal_clock_nanosleep, marshal_kill,
	marshal_ioctl, marshal_statfs, marshal_fstatfs,
	marshal_munmap, marshal_mmap, marshal_renameat2, marshal_getrandom, marshal_statx,
	marshal_spawn, marshal_set_priority, marshal_poweroff, marshal_stats, marshal_thread,
	marshal_msg_ring, marshal_pipe2, marshal_eventfd2, marshal_epoll_create1,
	marshal_epoll_ctl, marshal_epoll_pwait, marshal_timerfd_create, marshal_timerfd_settime,
	marshal_timerfd_gettime, marshal_futex, marshal_futex_wait,
	marshal_futex_wake, marshal_symlinkat, marshal_linkat, marshal_readlinkat,
	marshal_newfstatat, marshal_fstat, marshal_fadvise64, marshal_mprotect, marshal_msync,
	marshal_madvise, marshal_trace;

#endif
