/*
 * Numbers of the trap path: `ecall` with the number in a7, arguments in a0 to
 * a5, the result in a0; every other register is kept.  Below SYS_UOS_BASE they
 * are Linux's for riscv64; from there on ours.  docs/abi.md pairs each number
 * with its opcode.
 */
#ifndef ABI_SYSCALL_H
#define ABI_SYSCALL_H

#define SYS_getcwd		17
#define SYS_eventfd2		19
#define SYS_epoll_create1	20
#define SYS_epoll_ctl		21
#define SYS_epoll_pwait		22
#define SYS_dup			23
#define SYS_dup3		24
#define SYS_fcntl		25
#define SYS_ioctl		29
#define SYS_mkdirat		34
#define SYS_unlinkat		35
#define SYS_symlinkat		36
#define SYS_linkat		37
#define SYS_statfs		43
#define SYS_fstatfs		44
#define SYS_ftruncate		46
#define SYS_chdir		49
#define SYS_openat		56
#define SYS_close		57
#define SYS_pipe2		59
#define SYS_getdents64		61
#define SYS_lseek		62
#define SYS_read		63
#define SYS_write		64
#define SYS_readv		65
#define SYS_writev		66
#define SYS_pread64		67
#define SYS_pwrite64		68
#define SYS_preadv		69
#define SYS_pwritev		70
#define SYS_readlinkat		78
#define SYS_newfstatat		79
#define SYS_fstat		80
#define SYS_fsync		82
#define SYS_fdatasync		83
#define SYS_timerfd_create	85
#define SYS_timerfd_settime	86
#define SYS_timerfd_gettime	87
#define SYS_exit		93
#define SYS_exit_group		94
#define SYS_waitid		95
#define SYS_set_tid_address	96
#define SYS_futex		98
#define SYS_set_robust_list	99
#define SYS_nanosleep		101
#define SYS_clock_gettime	113
#define SYS_clock_nanosleep	115
#define SYS_sched_yield		124
#define SYS_kill		129
#define SYS_uname		160
#define SYS_getpid		172
#define SYS_getppid		173
#define SYS_getuid		174
#define SYS_geteuid		175
#define SYS_getgid		176
#define SYS_getegid		177
#define SYS_gettid		178
#define SYS_brk			214
#define SYS_munmap		215
#define SYS_clone		220
#define SYS_mmap		222
#define SYS_fadvise64		223
#define SYS_mprotect		226
#define SYS_msync		227
#define SYS_madvise		233
#define SYS_prlimit64		261
#define SYS_renameat2		276
#define SYS_getrandom		278
#define SYS_statx		291
#define SYS_io_uring_setup	425
#define SYS_io_uring_enter	426
#define SYS_io_uring_register	427
#define SYS_futex_wake		454
#define SYS_futex_wait		455

/* Ours.  Linux's own range ends far below. */
#define SYS_UOS_BASE		4096
#define SYS_uos_spawn		(SYS_UOS_BASE + 0)
#define SYS_uos_set_priority	(SYS_UOS_BASE + 1)
#define SYS_uos_poweroff	(SYS_UOS_BASE + 2)
#define SYS_uos_stats		(SYS_UOS_BASE + 3)
#define SYS_uos_thread		(SYS_UOS_BASE + 4)
#define SYS_uos_msg_ring	(SYS_UOS_BASE + 5)
#define SYS_uos_restrict	(SYS_UOS_BASE + 6)
#define SYS_uos_trace		(SYS_UOS_BASE + 7)
#define SYS_UOS_END		(SYS_UOS_BASE + 8)

/*
 * The fast yield: sched_yield for whoever has nothing in its registers.  Of the
 * caller's only sp, gp, tp and s0 are what they were when it goes on, and fcsr;
 * the others, floating point included, hold whatever this thread had in them at
 * one time or another.  No result.
 */
#define SYS_uos_fast_yield	(-2)

#endif
