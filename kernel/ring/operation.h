/*
 * The op table: one row per opcode, the same for both doors.
 *
 * The law: `prep` reads each word of the user's once (the SQE it is given is the
 * kernel's copy), checks it, takes what the operation will need (paths, vectors,
 * references), and is all that may refuse.  `issue` does the work, reads like
 * blocking code, and fails only for reasons that prep could not see.  `finish`
 * lets go of what prep took, whether issue ran or not.
 *
 * prep runs while the ring is being served: it must not wait for anybody.
 * issue of a row with OP_SUSPENDS may; of another row never does, and may be
 * called without the cost of parting a stack.
 */
#ifndef KERNEL_RING_OPERATION_H
#define KERNEL_RING_OPERATION_H

#include "abi/io_uring.h"
#include "abi/uos_op.h"
#include "fs/vfs.h"
#include "kernel/api/base.h"
#include "kernel/limits.h"

struct file;
struct process;
struct request;

/* issue's answer: the request waits as a record, without a stack; whoever ends
 * it calls request_end.  The request may be gone already. */
#define REQUEST_PARKED	INT64_MIN
#define NOT_PLAIN	INT64_MIN	/* FILE_NOT_NOW too */

enum operation_flag {
	OP_FILE = 1 << 0,		/* sqe->fd is a file (or a fixed one's index) */
	OP_SUSPENDS = 1 << 1,		/* issue or finish may suspend */
	OP_PARKS = 1 << 2,		/* issue may answer REQUEST_PARKED */
	OP_PRIORITY = 1 << 3,		/* sqe->ioprio may be set */
	OP_PAGES = 1 << 4,		/* a CQE gets the result divided by 4096 */
	OP_NO_FIXED = 1 << 5,		/* IOSQE_FIXED_FILE: -EBADF, the fd is no file's */
	OP_BEGINS = 1 << 7,		/* a device may finish it: `begin` */
	OP_RING_FILE = 1 << 8,		/* OP_FILE: the file may be a ring */
	OP_READS = 1 << 9,		/* one range of memory, sqe->addr and len, from the file */
	OP_WRITES = 1 << 10,		/* ... to the file */
	OP_SELECTS = 1 << 11,		/* takes IOSQE_BUFFER_SELECT itself */
	OP_ALWAYS_RECORD = 1 << 12,	/* its CQE may have flags */
	OP_INLINE = 1 << 6,		/* prep finds the result itself, in request->result,
					 * without a lock; issue only hands it out */
};

struct operation {
	const char *name;
	uint32_t flags;
	const struct operation *selecting;	/* with IOSQE_BUFFER_SELECT; NULL: -EOPNOTSUPP */
	/* 0 or -errno; after an error finish is called too */
	int (*prep)(struct request *request, const struct io_uring_sqe *sqe);
	int64_t (*issue)(struct request *request);
	void (*finish)(struct request *request);	/* NULL: nothing */
	/* Optional: the plain case on a file that may answer at once, without a
	 * record; NOT_PLAIN, with nothing done, if it is not so plain. */
	int64_t (*promptly)(struct process *process, struct file *file,
			    const struct io_uring_sqe *sqe);
	/* OP_BEGINS: of a file whose kind can, file_begin into request->transfer. */
	bool (*begin)(struct request *request);
	/* OP_PARKS: ring->lock held.  True: it is no longer parked, and the
	 * caller ends it; false: too late, somebody else is ending it. */
	bool (*cancel)(struct request *request);
};

/* A range that a user can have, and as long as one transfer may be. */
static inline bool transfer_range_is_plain(uint64_t address, uint64_t bytes)
{
	return bytes <= FILE_TRANSFER_BYTES_MAX && address <= USER_END - bytes;
}

/* NULL: no such operation. */
extern const struct operation *const operation_table[256];

/* For ours that take no descriptor: 0, or -1 as liburing's helpers leave it. */
static inline bool sqe_names_no_file(const struct io_uring_sqe *sqe)
{
	return (uint32_t)sqe->fd + 1 <= 1;
}

/* True if the SQE's fields from `addr` on that no operation of this kind uses are 0. */
static inline bool sqe_has_no_index(const struct io_uring_sqe *sqe)
{
	return !(sqe->buf_index | sqe->splice_fd_in);
}

/* streams, and waiting for files */
extern const struct operation op_pipe, op_poll_add, op_poll_remove, op_eventfd, op_link_timeout;
extern const struct operation op_restrict, op_provide_buffers, op_remove_buffers, op_read_multishot,
	op_sync_file_range, op_fallocate, op_files_update, op_openat2, op_splice, op_tee,
	op_fixed_fd_install, op_epoll_create, op_epoll_ctl, op_epoll_wait, op_timerfd,
	op_timerfd_settime;
/* not in the table: READ and READV with IOSQE_BUFFER_SELECT */
extern const struct operation op_read_select, op_readv_select;
extern const struct operation
	op_nop, op_readv, op_writev, op_read_fixed, op_write_fixed, op_read, op_write,
	op_fsync, op_ftruncate, op_statx, op_close, op_openat, op_unlinkat, op_renameat,
	op_mkdirat, op_timeout, op_timeout_remove, op_async_cancel, op_waitid, op_spawn,
	op_kill, op_readdir, op_mmap, op_munmap, op_chdir, op_set_priority, op_poweroff,
	op_stats, op_getpid, op_getppid, op_clock_gettime, op_lseek, op_dup, op_getcwd,
	op_getrandom, op_fcntl, op_thread, op_futex_wait, op_futex_wake, op_msg_ring,
	op_statfs, op_ioctl, op_fadvise, op_madvise, op_symlinkat, op_linkat, op_mprotect, op_msync,
	op_stat, op_readlink, op_trace;

struct address_space;
struct uos_trace_record;

/* `addr` of its SQE is a path: what a trace shows. */
bool operation_names_path(uint8_t opcode);
void trace_text(struct uos_trace_record *record, struct address_space *space,
		const struct io_uring_sqe *sqe);

#endif
