/* The table of trap numbers.  A number is looked up in two steps, so that the
 * table of rows is dense. */
#include "kernel/door/table.h"

#include "abi/uos_op.h"

/* number, opcode, marshal, flags */
#define DOOR_OPERATIONS(row) \
	row(getcwd, UOS_OP_GETCWD, marshal_getcwd, 0) \
	row(epoll_create1, UOS_OP_EPOLL_CREATE, marshal_epoll_create1, 0) \
	row(epoll_ctl, IORING_OP_EPOLL_CTL, marshal_epoll_ctl, 0) \
	row(epoll_pwait, UOS_OP_EPOLL_WAIT, marshal_epoll_pwait, 0) \
	row(timerfd_create, UOS_OP_TIMERFD, marshal_timerfd_create, 0) \
	row(timerfd_settime, UOS_OP_TIMERFD_SETTIME, marshal_timerfd_settime, 0) \
	row(timerfd_gettime, UOS_OP_TIMERFD_SETTIME, marshal_timerfd_gettime, 0) \
	row(eventfd2, UOS_OP_EVENTFD, marshal_eventfd2, 0) \
	row(dup, UOS_OP_DUP, marshal_dup, 0) \
	row(dup3, UOS_OP_DUP, marshal_dup3, 0) \
	row(fcntl, UOS_OP_FCNTL, marshal_fcntl, 0) \
	row(ioctl, UOS_OP_IOCTL, marshal_ioctl, 0) \
	row(mkdirat, IORING_OP_MKDIRAT, marshal_mkdirat, 0) \
	row(unlinkat, IORING_OP_UNLINKAT, marshal_unlinkat, 0) \
	row(symlinkat, IORING_OP_SYMLINKAT, marshal_symlinkat, 0) \
	row(linkat, IORING_OP_LINKAT, marshal_linkat, 0) \
	row(statfs, UOS_OP_STATFS, marshal_statfs, 0) \
	row(fstatfs, UOS_OP_STATFS, marshal_fstatfs, 0) \
	row(ftruncate, IORING_OP_FTRUNCATE, marshal_ftruncate, 0) \
	row(chdir, UOS_OP_CHDIR, marshal_chdir, 0) \
	row(openat, IORING_OP_OPENAT, marshal_openat, 0) \
	row(close, IORING_OP_CLOSE, marshal_close, 0) \
	row(pipe2, UOS_OP_PIPE, marshal_pipe2, 0) \
	row(getdents64, UOS_OP_READDIR, marshal_getdents64, 0) \
	row(lseek, UOS_OP_LSEEK, marshal_lseek, 0) \
	row(read, IORING_OP_READ, marshal_rw, DOOR_READS) \
	row(write, IORING_OP_WRITE, marshal_rw, DOOR_WRITES) \
	row(readv, IORING_OP_READV, marshal_rw_vector, 0) \
	row(writev, IORING_OP_WRITEV, marshal_rw_vector, 0) \
	row(pread64, IORING_OP_READ, marshal_rw_at, DOOR_POSITIONED | DOOR_READS) \
	row(pwrite64, IORING_OP_WRITE, marshal_rw_at, DOOR_POSITIONED) \
	row(preadv, IORING_OP_READV, marshal_rw_vector_at, DOOR_POSITIONED) \
	row(pwritev, IORING_OP_WRITEV, marshal_rw_vector_at, DOOR_POSITIONED) \
	row(readlinkat, UOS_OP_READLINK, marshal_readlinkat, 0) \
	row(newfstatat, UOS_OP_STAT, marshal_newfstatat, 0) \
	row(fstat, UOS_OP_STAT, marshal_fstat, 0) \
	row(fsync, IORING_OP_FSYNC, marshal_fsync, 0) \
	row(fdatasync, IORING_OP_FSYNC, marshal_fdatasync, 0) \
	row(waitid, IORING_OP_WAITID, marshal_waitid, 0) \
	row(futex, IORING_OP_FUTEX_WAIT, marshal_futex, 0) \
	row(futex_wait, IORING_OP_FUTEX_WAIT, marshal_futex_wait, 0) \
	row(futex_wake, IORING_OP_FUTEX_WAKE, marshal_futex_wake, 0) \
	row(nanosleep, IORING_OP_TIMEOUT, marshal_nanosleep, DOOR_TIME_IS_SUCCESS) \
	row(clock_gettime, UOS_OP_CLOCK_GETTIME, marshal_clock_gettime, 0) \
	row(clock_nanosleep, IORING_OP_TIMEOUT, marshal_clock_nanosleep, DOOR_TIME_IS_SUCCESS) \
	row(kill, UOS_OP_KILL, marshal_kill, 0) \
	row(munmap, UOS_OP_MUNMAP, marshal_munmap, 0) \
	row(mmap, UOS_OP_MMAP, marshal_mmap, 0) \
	row(fadvise64, IORING_OP_FADVISE, marshal_fadvise64, 0) \
	row(mprotect, UOS_OP_MPROTECT, marshal_mprotect, 0) \
	row(msync, UOS_OP_MSYNC, marshal_msync, 0) \
	row(madvise, IORING_OP_MADVISE, marshal_madvise, 0) \
	row(renameat2, IORING_OP_RENAMEAT, marshal_renameat2, 0) \
	row(getrandom, UOS_OP_GETRANDOM, marshal_getrandom, 0) \
	row(statx, IORING_OP_STATX, marshal_statx, 0) \
	row(uos_spawn, UOS_OP_SPAWN, marshal_spawn, 0) \
	row(uos_set_priority, UOS_OP_SET_PRIORITY, marshal_set_priority, 0) \
	row(uos_poweroff, UOS_OP_POWEROFF, marshal_poweroff, 0) \
	row(uos_stats, UOS_OP_STATS, marshal_stats, 0) \
	row(uos_restrict, UOS_OP_RESTRICT, marshal_thread, 0) \
	row(uos_trace, UOS_OP_TRACE, marshal_trace, 0) \
	row(uos_thread, UOS_OP_THREAD, marshal_thread, 0) \
	row(uos_msg_ring, IORING_OP_MSG_RING, marshal_msg_ring, 0)

/* number, opcode: no argument, nothing to prepare */
#define DOOR_BARE_OPERATIONS(row) \
	row(getpid, UOS_OP_GETPID) \
	row(getppid, UOS_OP_GETPPID)

/* number, function: what has no opcode */
#define DOOR_EXCEPTIONS(row) \
	row(exit, door_exit) \
	row(exit_group, door_exit_group) \
	row(set_tid_address, door_set_tid_address) \
	row(gettid, door_gettid) \
	row(getuid, door_user) \
	row(geteuid, door_user) \
	row(getgid, door_user) \
	row(getegid, door_user) \
	row(brk, door_brk) \
	row(clone, door_clone) \
	row(uname, door_uname) \
	row(set_robust_list, door_set_robust_list) \
	row(prlimit64, door_prlimit64) \
	row(sched_yield, door_sched_yield) \
	row(io_uring_setup, door_io_uring_setup) \
	row(io_uring_enter, door_io_uring_enter) \
	row(io_uring_register, door_io_uring_register)

enum row_index {
	ROW_unknown,
#define INDEX(name, ...) ROW_##name,
	DOOR_OPERATIONS(INDEX)
	DOOR_BARE_OPERATIONS(INDEX)
	DOOR_EXCEPTIONS(INDEX)
#undef INDEX
	ROW_COUNT,
};

ABI_CHECK(ROW_COUNT <= 256, "an index is a byte");

#define OPERATION(call, op, how, bits) \
	[ROW_##call] = { .name = #call, .marshal = how, .opcode = op, .flags = bits, \
			 .serve = (bits) & (DOOR_READS | DOOR_WRITES) ? door_transfer : \
									door_operation },
#define BARE(call, op) [ROW_##call] = { .name = #call, .serve = door_bare, .opcode = op },
#define EXCEPTION(call, function) [ROW_##call] = { .name = #call, .serve = function },

const struct door_row door_rows[ROW_COUNT] = {
	[ROW_unknown] = { .name = "unknown", .serve = door_unknown },
	DOOR_OPERATIONS(OPERATION)
	DOOR_BARE_OPERATIONS(BARE)
	DOOR_EXCEPTIONS(EXCEPTION)
};

/* Ours follow Linux's. */
#define SLOT(number) \
	((number) < SYS_UOS_BASE ? (number) : (number) - SYS_UOS_BASE + DOOR_LINUX_END)
#define NUMBER(call, ...) [SLOT(SYS_##call)] = ROW_##call,

const uint8_t door_row_of_slot[DOOR_SLOTS] = {
	DOOR_OPERATIONS(NUMBER)
	DOOR_BARE_OPERATIONS(NUMBER)
	DOOR_EXCEPTIONS(NUMBER)
};
