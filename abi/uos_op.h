/*
 * The private range of opcodes: kernel services that Linux's rings lack.  Linux
 * counts up from 0 and reached 58 in 6.12; ours start at 192.  Fields that an
 * opcode does not name must be 0 (-EINVAL).
 */
#ifndef ABI_UOS_OP_H
#define ABI_UOS_OP_H

#define UOS_OP_BASE	192

enum uos_op {
	/* addr: struct uos_spawn, len: its size.  Result: the child's pid. */
	UOS_OP_SPAWN = UOS_OP_BASE,
	/* fd: pid, len: signal number.  SIGKILL, SIGTERM and SIGINT end it. */
	UOS_OP_KILL,
	/* fd, addr, len: as getdents64.  Result: bytes, 0 at the end. */
	UOS_OP_READDIR,
	/* addr: hint, addr3: bytes, len: PROT_*, op_flags: MAP_*, fd, off, and
	 * optval's second word (__pad2) 0.  A CQE's 32 bits hold no address:
	 * the result is the address's page number (address / 4096). */
	UOS_OP_MMAP,
	/* addr, addr3: bytes. */
	UOS_OP_MUNMAP,
	/* addr: path. */
	UOS_OP_CHDIR,
	/* fd: pid (0: own), len: level. */
	UOS_OP_SET_PRIORITY,
	/* len: exit status of the machine, 0 to 127. */
	UOS_OP_POWEROFF,
	/* fd: UOS_STATS_*, off: first pid, addr, len.  Result: bytes written. */
	UOS_OP_STATS,
	/* Result: the own pid; UOS_OP_GETPPID the parent's. */
	UOS_OP_GETPID,
	UOS_OP_GETPPID,
	/* fd: clock, addr: struct __kernel_timespec. */
	UOS_OP_CLOCK_GETTIME,
	/* fd, off, len: SEEK_*, addr: int64_t that receives the new position (0: none). */
	UOS_OP_LSEEK,
	/* fd, file_index: wanted descriptor or -1 for the lowest free, op_flags: O_CLOEXEC. */
	UOS_OP_DUP,
	/* addr, len: buffer for the working directory's path.  Result: bytes with NUL. */
	UOS_OP_GETCWD,
	/* addr, len: buffer; op_flags 0.  Result: bytes filled. */
	UOS_OP_GETRANDOM,
	/* fd, len: command, addr: argument, as fcntl (F_GETFD, F_SETFD, F_GETFL, F_SETFL). */
	UOS_OP_FCNTL,
	/* addr: struct uos_thread_start, len: its size.  Result: the thread's id. */
	UOS_OP_THREAD,
	/* fd: where a relative path starts, addr: path; or addr 0: fd is a file.
	 * off: struct abi_statfs. */
	UOS_OP_STATFS,
	/* fd, len: command (abi/terminal.h), addr: what it takes or gives. */
	UOS_OP_IOCTL,
	/* addr: int32_t[2] that receives the descriptors, op_flags: O_CLOEXEC, O_NONBLOCK. */
	UOS_OP_PIPE,
	/* len: the counter at first, op_flags: EFD_*.  Result: a descriptor. */
	UOS_OP_EVENTFD,
	/* addr, addr3: bytes, len: PROT_*. */
	UOS_OP_MPROTECT,
	/* addr, addr3: bytes, op_flags: MS_*. */
	UOS_OP_MSYNC,
	/* fd, addr: path, off: struct stat, statx_flags: as newfstatat. */
	UOS_OP_STAT,
	/* fd, addr: path, off: buffer, len: its bytes.  Result: bytes, without a NUL. */
	UOS_OP_READLINK,
	/* addr: uint64_t[4], a bit for each opcode, len: their 32 bytes.  From now on the
	 * process may ask for these alone (but for those it might not before), and so may its
	 * children: -EACCES. */
	UOS_OP_RESTRICT,
	/* op_flags: O_CLOEXEC.  Result: a descriptor; abi/trace.h. */
	UOS_OP_TRACE,
	/* op_flags: O_CLOEXEC.  Result: a descriptor. */
	UOS_OP_EPOLL_CREATE,
	/* fd, addr, len: struct abi_epoll_event[], off: milliseconds, less than 0 for ever.
	 * Result: how many. */
	UOS_OP_EPOLL_WAIT,
	/* fd: clock, op_flags: O_CLOEXEC, O_NONBLOCK.  Result: a descriptor. */
	UOS_OP_TIMERFD,
	/* fd, addr: struct abi_itimerspec (0: none), op_flags: ABI_TFD_TIMER_*, off: receives
	 * the one before (0: none). */
	UOS_OP_TIMERFD_SETTIME,
	UOS_OP_END,
};

/*
 * sqe.ioprio, of any operation: the level of who waits for it (abi/sched.h), in a
 * class of I/O priorities that Linux does not have (-EINVAL there).  A completion for
 * a process that does not run makes it that urgent, within what it may be.  Without
 * it: as urgent as it may be.
 */
#define UOS_IOPRIO_LEVEL(level)	((7u << 13) | (level))

#endif
