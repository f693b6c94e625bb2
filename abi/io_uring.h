/*
 * The ring ABI, byte for byte Linux's (as of 6.12): what io_uring_setup,
 * io_uring_enter and io_uring_register take and give, and the layout of the
 * shared rings.  test/host/abi compares every offset, size and value with
 * liburing's own header.
 *
 * Who may include it: everybody.  Beside abi/check.h and abi/file.h (for times) it knows
 * no other header.
 */
#ifndef ABI_IO_URING_H
#define ABI_IO_URING_H

#include <stdint.h>

#include "abi/check.h"
#include "abi/file.h"

/* ---- Submission queue entry: 64 bytes, written by the user ------------- */

struct io_uring_sqe {
	uint8_t opcode;			/* enum io_uring_op, or UOS_OP_* */
	uint8_t flags;			/* IOSQE_* */
	uint16_t ioprio;
	int32_t fd;
	union {
		uint64_t off;		/* file offset; -1: the file's own position */
		uint64_t addr2;
		struct {
			uint32_t cmd_op;
			uint32_t __pad1;
		};
	};
	union {
		uint64_t addr;		/* user address of a buffer, path or vector */
		uint64_t splice_off_in;
		struct {
			uint32_t level;
			uint32_t optname;
		};
	};
	uint32_t len;			/* bytes, or number of vectors */
	union {
		uint32_t rw_flags;
		uint32_t fsync_flags;
		uint16_t poll_events;
		uint32_t poll32_events;
		uint32_t sync_range_flags;
		uint32_t msg_flags;
		uint32_t timeout_flags;
		uint32_t accept_flags;
		uint32_t cancel_flags;
		uint32_t open_flags;
		uint32_t statx_flags;
		uint32_t fadvise_advice;
		uint32_t splice_flags;
		uint32_t rename_flags;
		uint32_t unlink_flags;
		uint32_t hardlink_flags;
		uint32_t xattr_flags;
		uint32_t msg_ring_flags;
		uint32_t uring_cmd_flags;
		uint32_t waitid_flags;
		uint32_t futex_flags;
		uint32_t install_fd_flags;
		uint32_t nop_flags;
		uint32_t op_flags;	/* ours: the word without an op's name */
	};
	uint64_t user_data;		/* comes back in the CQE, untouched */
	union {
		uint16_t buf_index;
		uint16_t buf_group;
	};
	uint16_t personality;
	union {
		int32_t splice_fd_in;
		uint32_t file_index;
		uint32_t optlen;
		struct {
			uint16_t addr_len;
			uint16_t __pad3[1];
		};
	};
	union {
		struct {
			uint64_t addr3;
			uint64_t __pad2[1];
		};
		uint64_t optval;
	};
};

/* sqe->flags */
#define IOSQE_FIXED_FILE	(1u << 0)
#define IOSQE_IO_DRAIN		(1u << 1)
#define IOSQE_IO_LINK		(1u << 2)
#define IOSQE_IO_HARDLINK	(1u << 3)
#define IOSQE_ASYNC		(1u << 4)
#define IOSQE_BUFFER_SELECT	(1u << 5)
#define IOSQE_CQE_SKIP_SUCCESS	(1u << 6)

enum io_uring_op {
	IORING_OP_NOP,
	IORING_OP_READV,
	IORING_OP_WRITEV,
	IORING_OP_FSYNC,
	IORING_OP_READ_FIXED,
	IORING_OP_WRITE_FIXED,
	IORING_OP_POLL_ADD,
	IORING_OP_POLL_REMOVE,
	IORING_OP_SYNC_FILE_RANGE,
	IORING_OP_SENDMSG,
	IORING_OP_RECVMSG,
	IORING_OP_TIMEOUT,
	IORING_OP_TIMEOUT_REMOVE,
	IORING_OP_ACCEPT,
	IORING_OP_ASYNC_CANCEL,
	IORING_OP_LINK_TIMEOUT,
	IORING_OP_CONNECT,
	IORING_OP_FALLOCATE,
	IORING_OP_OPENAT,
	IORING_OP_CLOSE,
	IORING_OP_FILES_UPDATE,
	IORING_OP_STATX,
	IORING_OP_READ,
	IORING_OP_WRITE,
	IORING_OP_FADVISE,
	IORING_OP_MADVISE,
	IORING_OP_SEND,
	IORING_OP_RECV,
	IORING_OP_OPENAT2,
	IORING_OP_EPOLL_CTL,
	IORING_OP_SPLICE,
	IORING_OP_PROVIDE_BUFFERS,
	IORING_OP_REMOVE_BUFFERS,
	IORING_OP_TEE,
	IORING_OP_SHUTDOWN,
	IORING_OP_RENAMEAT,
	IORING_OP_UNLINKAT,
	IORING_OP_MKDIRAT,
	IORING_OP_SYMLINKAT,
	IORING_OP_LINKAT,
	IORING_OP_MSG_RING,
	IORING_OP_FSETXATTR,
	IORING_OP_SETXATTR,
	IORING_OP_FGETXATTR,
	IORING_OP_GETXATTR,
	IORING_OP_SOCKET,
	IORING_OP_URING_CMD,
	IORING_OP_SEND_ZC,
	IORING_OP_SENDMSG_ZC,
	IORING_OP_READ_MULTISHOT,
	IORING_OP_WAITID,
	IORING_OP_FUTEX_WAIT,
	IORING_OP_FUTEX_WAKE,
	IORING_OP_FUTEX_WAITV,
	IORING_OP_FIXED_FD_INSTALL,
	IORING_OP_FTRUNCATE,
	IORING_OP_BIND,
	IORING_OP_LISTEN,
	IORING_OP_LAST,
};

#define IORING_FSYNC_DATASYNC		(1u << 0)

#define IORING_TIMEOUT_ABS		(1u << 0)
#define IORING_TIMEOUT_UPDATE		(1u << 1)
#define IORING_TIMEOUT_BOOTTIME		(1u << 2)
#define IORING_TIMEOUT_REALTIME		(1u << 3)
#define IORING_LINK_TIMEOUT_UPDATE	(1u << 4)
#define IORING_TIMEOUT_ETIME_SUCCESS	(1u << 5)
#define IORING_TIMEOUT_MULTISHOT	(1u << 6)

/* POLL_ADD, POLL_REMOVE: len */
#define IORING_POLL_ADD_MULTI		(1u << 0)
#define IORING_POLL_UPDATE_EVENTS	(1u << 1)
#define IORING_POLL_UPDATE_USER_DATA	(1u << 2)
#define IORING_POLL_ADD_LEVEL		(1u << 3)

/* SPLICE, TEE: splice_flags, beside splice(2)'s own: splice_fd_in is a registered file */
#define SPLICE_F_FD_IN_FIXED		(1u << 31)

#define IORING_ASYNC_CANCEL_ALL		(1u << 0)
#define IORING_ASYNC_CANCEL_FD		(1u << 1)
#define IORING_ASYNC_CANCEL_ANY		(1u << 2)
#define IORING_ASYNC_CANCEL_FD_FIXED	(1u << 3)
#define IORING_ASYNC_CANCEL_USERDATA	(1u << 4)
#define IORING_ASYNC_CANCEL_OP		(1u << 5)

/* IORING_REGISTER_SYNC_CANCEL; a negative timeout: none */
struct io_uring_sync_cancel_reg {
	uint64_t addr;
	int32_t fd;
	uint32_t flags;			/* IORING_ASYNC_CANCEL_* */
	struct __kernel_timespec timeout;
	uint8_t opcode;
	uint8_t pad[7];
	uint64_t pad2[3];
};

/* MSG_RING: addr ... */
enum io_uring_msg_ring_flags {
	IORING_MSG_DATA,
	IORING_MSG_SEND_FD,
};
/* ... and msg_ring_flags */
#define IORING_MSG_RING_CQE_SKIP	(1u << 0)
#define IORING_MSG_RING_FLAGS_PASS	(1u << 1)

#define IORING_FIXED_FD_NO_CLOEXEC	(1u << 0)

#define IORING_FILE_INDEX_ALLOC		(~0u)

#define IORING_NOP_INJECT_RESULT	(1u << 0)

/* ---- Completion queue entry: 16 bytes, written by the kernel ----------- */

struct io_uring_cqe {
	uint64_t user_data;
	int32_t res;			/* 0 or more, or -errno */
	uint32_t flags;			/* IORING_CQE_F_* */
};

#define IORING_CQE_F_BUFFER		(1u << 0)
#define IORING_CQE_F_MORE		(1u << 1)
#define IORING_CQE_F_SOCK_NONEMPTY	(1u << 2)
#define IORING_CQE_F_NOTIF		(1u << 3)
#define IORING_CQE_F_BUF_MORE		(1u << 4)
#define IORING_CQE_BUFFER_SHIFT		16

/* ---- mmap offsets ------------------------------------------------------ */

#define IORING_OFF_SQ_RING		0ull
#define IORING_OFF_CQ_RING		0x8000000ull
#define IORING_OFF_SQES			0x10000000ull
#define IORING_OFF_PBUF_RING		0x80000000ull
#define IORING_OFF_PBUF_SHIFT		16
#define IORING_OFF_MMAP_MASK		0xf8000000ull

/* ---- io_uring_setup ---------------------------------------------------- */

struct io_sqring_offsets {
	uint32_t head;
	uint32_t tail;
	uint32_t ring_mask;
	uint32_t ring_entries;
	uint32_t flags;
	uint32_t dropped;
	uint32_t array;
	uint32_t resv1;
	uint64_t user_addr;
};

struct io_cqring_offsets {
	uint32_t head;
	uint32_t tail;
	uint32_t ring_mask;
	uint32_t ring_entries;
	uint32_t overflow;
	uint32_t cqes;
	uint32_t flags;
	uint32_t resv1;
	uint64_t user_addr;
};

struct io_uring_params {
	uint32_t sq_entries;
	uint32_t cq_entries;
	uint32_t flags;			/* IORING_SETUP_* */
	uint32_t sq_thread_cpu;
	uint32_t sq_thread_idle;	/* milliseconds */
	uint32_t features;		/* IORING_FEAT_*, out */
	uint32_t wq_fd;
	uint32_t resv[3];
	struct io_sqring_offsets sq_off;
	struct io_cqring_offsets cq_off;
};

#define IORING_SETUP_IOPOLL		(1u << 0)
#define IORING_SETUP_SQPOLL		(1u << 1)
#define IORING_SETUP_SQ_AFF		(1u << 2)
#define IORING_SETUP_CQSIZE		(1u << 3)
#define IORING_SETUP_CLAMP		(1u << 4)
#define IORING_SETUP_ATTACH_WQ		(1u << 5)
#define IORING_SETUP_R_DISABLED		(1u << 6)
#define IORING_SETUP_SUBMIT_ALL		(1u << 7)
#define IORING_SETUP_COOP_TASKRUN	(1u << 8)
#define IORING_SETUP_TASKRUN_FLAG	(1u << 9)
#define IORING_SETUP_SQE128		(1u << 10)
#define IORING_SETUP_CQE32		(1u << 11)
#define IORING_SETUP_SINGLE_ISSUER	(1u << 12)
#define IORING_SETUP_DEFER_TASKRUN	(1u << 13)
#define IORING_SETUP_NO_MMAP		(1u << 14)
#define IORING_SETUP_REGISTERED_FD_ONLY	(1u << 15)
#define IORING_SETUP_NO_SQARRAY		(1u << 16)

#define IORING_FEAT_SINGLE_MMAP		(1u << 0)
#define IORING_FEAT_NODROP		(1u << 1)
#define IORING_FEAT_SUBMIT_STABLE	(1u << 2)
#define IORING_FEAT_RW_CUR_POS		(1u << 3)
#define IORING_FEAT_CUR_PERSONALITY	(1u << 4)
#define IORING_FEAT_FAST_POLL		(1u << 5)
#define IORING_FEAT_POLL_32BITS		(1u << 6)
#define IORING_FEAT_SQPOLL_NONFIXED	(1u << 7)
#define IORING_FEAT_EXT_ARG		(1u << 8)
#define IORING_FEAT_NATIVE_WORKERS	(1u << 9)
#define IORING_FEAT_RSRC_TAGS		(1u << 10)
#define IORING_FEAT_CQE_SKIP		(1u << 11)
#define IORING_FEAT_LINKED_FILE		(1u << 12)
#define IORING_FEAT_REG_REG_RING	(1u << 13)
#define IORING_FEAT_RECVSEND_BUNDLE	(1u << 14)
#define IORING_FEAT_MIN_TIMEOUT		(1u << 15)

/* Words in the SQ ring's flags, written by the kernel. */
#define IORING_SQ_NEED_WAKEUP		(1u << 0)
#define IORING_SQ_CQ_OVERFLOW		(1u << 1)
#define IORING_SQ_TASKRUN		(1u << 2)

/* Word in the CQ ring's flags, written by the user. */
#define IORING_CQ_EVENTFD_DISABLED	(1u << 0)

/* ---- io_uring_enter ---------------------------------------------------- */

#define IORING_ENTER_GETEVENTS		(1u << 0)
#define IORING_ENTER_SQ_WAKEUP		(1u << 1)
#define IORING_ENTER_SQ_WAIT		(1u << 2)
#define IORING_ENTER_EXT_ARG		(1u << 3)
#define IORING_ENTER_REGISTERED_RING	(1u << 4)
#define IORING_ENTER_ABS_TIMER		(1u << 5)

struct io_uring_getevents_arg {
	uint64_t sigmask;
	uint32_t sigmask_sz;
	uint32_t min_wait_usec;		/* named pad before 6.12 */
	uint64_t ts;			/* user address of a struct __kernel_timespec */
};

/* ---- io_uring_register ------------------------------------------------- */

enum io_uring_register_op {
	IORING_REGISTER_BUFFERS			= 0,
	IORING_UNREGISTER_BUFFERS		= 1,
	IORING_REGISTER_FILES			= 2,
	IORING_UNREGISTER_FILES			= 3,
	IORING_REGISTER_EVENTFD			= 4,
	IORING_UNREGISTER_EVENTFD		= 5,
	IORING_REGISTER_FILES_UPDATE		= 6,
	IORING_REGISTER_EVENTFD_ASYNC		= 7,
	IORING_REGISTER_PROBE			= 8,
	IORING_REGISTER_PERSONALITY		= 9,
	IORING_UNREGISTER_PERSONALITY		= 10,
	IORING_REGISTER_RESTRICTIONS		= 11,
	IORING_REGISTER_ENABLE_RINGS		= 12,
	IORING_REGISTER_FILES2			= 13,
	IORING_REGISTER_FILES_UPDATE2		= 14,
	IORING_REGISTER_BUFFERS2		= 15,
	IORING_REGISTER_BUFFERS_UPDATE		= 16,
	IORING_REGISTER_IOWQ_AFF		= 17,
	IORING_UNREGISTER_IOWQ_AFF		= 18,
	IORING_REGISTER_IOWQ_MAX_WORKERS	= 19,
	IORING_REGISTER_RING_FDS		= 20,
	IORING_UNREGISTER_RING_FDS		= 21,
	IORING_REGISTER_PBUF_RING		= 22,
	IORING_UNREGISTER_PBUF_RING		= 23,
	IORING_REGISTER_SYNC_CANCEL		= 24,
	IORING_REGISTER_FILE_ALLOC_RANGE	= 25,
	IORING_REGISTER_PBUF_STATUS		= 26,
	IORING_REGISTER_NAPI			= 27,
	IORING_UNREGISTER_NAPI			= 28,
	IORING_REGISTER_CLOCK			= 29,
	IORING_REGISTER_CLONE_BUFFERS		= 30,
	IORING_REGISTER_LAST,
	IORING_REGISTER_USE_REGISTERED_RING	= 1u << 31,
};

#define IORING_REGISTER_FILES_SKIP	(-2)

struct io_uring_files_update {
	uint32_t offset;
	uint32_t resv;
	uint64_t fds;			/* user address of int32_t[] */
};

struct io_uring_rsrc_register {
	uint32_t nr;
	uint32_t flags;
	uint64_t resv2;
	uint64_t data;
	uint64_t tags;
};

#define IORING_RSRC_REGISTER_SPARSE	(1u << 0)

struct io_uring_rsrc_update {
	uint32_t offset;
	uint32_t resv;
	uint64_t data;
};

struct io_uring_rsrc_update2 {
	uint32_t offset;
	uint32_t resv;
	uint64_t data;
	uint64_t tags;
	uint32_t nr;
	uint32_t resv2;
};

struct io_uring_buf {
	uint64_t addr;
	uint32_t len;
	uint16_t bid;
	uint16_t resv;			/* of the first: the user's tail */
};

enum io_uring_register_pbuf_ring_flags {
	IOU_PBUF_RING_MMAP	= 1,	/* the kernel makes the memory */
	IOU_PBUF_RING_INC	= 2,	/* buffers are used bit by bit */
};

struct io_uring_buf_reg {
	uint64_t ring_addr;
	uint32_t ring_entries;
	uint16_t bgid;
	uint16_t flags;			/* IOU_PBUF_RING_* */
	uint64_t resv[3];
};

struct io_uring_buf_status {
	uint32_t buf_group;		/* in */
	uint32_t head;			/* out */
	uint32_t resv[8];
};

enum io_uring_register_restriction_op {
	IORING_RESTRICTION_REGISTER_OP		= 0,
	IORING_RESTRICTION_SQE_OP		= 1,
	IORING_RESTRICTION_SQE_FLAGS_ALLOWED	= 2,
	IORING_RESTRICTION_SQE_FLAGS_REQUIRED	= 3,
	IORING_RESTRICTION_LAST
};

struct io_uring_restriction {
	uint16_t opcode;		/* IORING_RESTRICTION_* */
	union {
		uint8_t register_op;
		uint8_t sqe_op;
		uint8_t sqe_flags;
	};
	uint8_t resv;
	uint32_t resv2[3];
};

struct io_uring_file_index_range {
	uint32_t off;
	uint32_t len;
	uint64_t resv;
};

#define IORING_REGISTER_SRC_REGISTERED	(1u << 0)

struct io_uring_clone_buffers {
	uint32_t src_fd;
	uint32_t flags;
	uint32_t src_off;
	uint32_t dst_off;
	uint32_t nr;
	uint32_t pad[3];
};

struct io_uring_clock_register {
	uint32_t clockid;
	uint32_t __resv[3];
};

#define IO_URING_OP_SUPPORTED		(1u << 0)

struct io_uring_probe_op {
	uint8_t op;
	uint8_t resv;
	uint16_t flags;
	uint32_t resv2;
};

struct io_uring_probe {
	uint8_t last_op;
	uint8_t ops_len;
	uint16_t resv;
	uint32_t resv2[3];
	struct io_uring_probe_op ops[];
};

ABI_CHECK(sizeof(struct io_uring_sqe) == 64, "Linux: an SQE is 64 bytes");
ABI_CHECK(sizeof(struct io_uring_cqe) == 16, "Linux: a CQE is 16 bytes");
ABI_CHECK(sizeof(struct io_sqring_offsets) == 40, "Linux's layout");
ABI_CHECK(sizeof(struct io_cqring_offsets) == 40, "Linux's layout");
ABI_CHECK(sizeof(struct io_uring_params) == 120, "Linux's layout");
ABI_CHECK(sizeof(struct io_uring_getevents_arg) == 24, "Linux's layout");
ABI_CHECK(IORING_OP_LAST == 58, "Linux 6.12 ends its list here");

#endif
