/*
 * two-doors: each service gives the same through the ring and by trap.  It does
 * the same things twice, by uos_* and by uos_sys_*, and compares results,
 * contents and errors.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "check.h"

/* One door: the calls of uos.h, or their twins. */
struct door {
	const char *folder;
	int (*open)(const char *path, int flags, mode_t mode);
	int (*close)(int fd);
	ssize_t (*read)(int fd, void *buffer, size_t bytes, off_t offset);
	ssize_t (*write)(int fd, const void *buffer, size_t bytes, off_t offset);
	ssize_t (*readv)(int fd, const struct abi_iovec *vector, size_t count, off_t offset);
	ssize_t (*writev)(int fd, const struct abi_iovec *vector, size_t count, off_t offset);
	int (*fsync)(int fd);
	int (*ftruncate)(int fd, off_t bytes);
	off_t (*lseek)(int fd, off_t offset, int whence);
	int (*dup)(int fd);
	int (*fcntl)(int fd, int command, long argument);
	int (*ioctl)(int fd, unsigned int command, void *argument);
	int (*statfs)(const char *path, struct abi_statfs *space);
	int (*stat)(const char *path, struct statx *status);
	int (*fstat)(int fd, struct statx *status);
	int (*unlink)(const char *path);
	int (*rmdir)(const char *path);
	int (*rename)(const char *from, const char *to);
	int (*mkdir)(const char *path, mode_t mode);
	ssize_t (*readdir)(int fd, void *buffer, size_t bytes);
	int (*chdir)(const char *path);
	ssize_t (*getcwd)(char *buffer, size_t bytes);
	int (*sleep_ns)(uint64_t duration_ns);
	int (*clock_gettime)(int clock, struct __kernel_timespec *time);
	ssize_t (*getrandom)(void *buffer, size_t bytes);
	int (*mmap)(void **address, size_t bytes, int protection, int flags, int fd, off_t offset);
	int (*munmap)(void *address, size_t bytes);
	pid_t (*spawn)(const char *path, char *const argv[], char *const envp[]);
	pid_t (*spawn_request)(const struct uos_spawn *request);
	int (*wait)(pid_t pid, int *status);
	int (*kill)(pid_t pid, int signal);
	pid_t (*getpid)(void);
	pid_t (*getppid)(void);
	int (*set_priority)(pid_t pid, unsigned int level);
	ssize_t (*stats)(int kind, pid_t first_pid, void *buffer, size_t bytes);
};

#define DOOR(prefix, where) {						\
	.folder = where, .open = prefix##open, .close = prefix##close,	\
	.read = prefix##read, .write = prefix##write,			\
	.readv = prefix##readv, .writev = prefix##writev,		\
	.fsync = prefix##fsync, .ftruncate = prefix##ftruncate,		\
	.lseek = prefix##lseek, .dup = prefix##dup,			\
	.fcntl = prefix##fcntl, .stat = prefix##stat,			\
	.ioctl = prefix##ioctl, .statfs = prefix##statfs,		\
	.spawn_request = prefix##process_spawn_request,			\
	.fstat = prefix##fstat, .unlink = prefix##unlink,		\
	.rmdir = prefix##rmdir, .rename = prefix##rename,		\
	.mkdir = prefix##mkdir, .readdir = prefix##readdir,		\
	.chdir = prefix##chdir, .getcwd = prefix##getcwd,		\
	.sleep_ns = prefix##sleep_ns,					\
	.clock_gettime = prefix##clock_gettime,				\
	.getrandom = prefix##getrandom, .mmap = prefix##mmap,		\
	.munmap = prefix##munmap, .spawn = prefix##process_spawn,	\
	.wait = prefix##process_wait, .kill = prefix##kill,		\
	.getpid = prefix##getpid, .getppid = prefix##getppid,		\
	.set_priority = prefix##set_priority, .stats = prefix##stats,	\
}

static const struct door doors[] = {
	DOOR(uos_, "/tmp/door.ring"),
	DOOR(uos_sys_, "/tmp/door.trap"),
};

static void check_read_write(const struct door *door, int file)
{
	char buffer[32] = { 0 };
	struct abi_iovec vector[2] = { { (uint64_t)buffer, 3 }, { (uint64_t)(buffer + 8), 8 } };

	check_equal("write", door->write(file, "hello world", 11, 0), 11);
	check_equal("read at", door->read(file, buffer, 5, 6), 5);
	check_true("read at: bytes", memcmp(buffer, "world", 5) == 0);
	check_equal("read: own position", door->read(file, buffer, 5, -1), 5);
	check_true("read: own position: bytes", memcmp(buffer, "hello", 5) == 0);
	check_equal("read: the rest", door->read(file, buffer, sizeof(buffer), -1), 6);
	check_equal("read: the end", door->read(file, buffer, 1, -1), 0);
	check_equal("lseek", door->lseek(file, 2, SEEK_SET), 2);
	check_equal("lseek: end", door->lseek(file, -1, SEEK_END), 10);
	check_equal("readv", door->readv(file, vector, 2, 0), 11);
	check_true("readv: bytes", memcmp(buffer, "hel", 3) == 0 &&
		   memcmp(buffer + 8, "lo world", 8) == 0);
	check_equal("writev", door->writev(file, vector, 2, 11), 11);
	check_equal("read: a hole", door->read(file, (void *)0x1000, 5, 0), -EFAULT);
	check_equal("write: a hole", door->write(file, (void *)0x1000, 5, 0), -EFAULT);
	check_equal("fsync", door->fsync(file), 0);
	check_equal("ftruncate", door->ftruncate(file, 4), 0);
	check_equal("ftruncate: what is left", door->read(file, buffer, sizeof(buffer), 0), 4);
}

static void check_names(const struct door *door)
{
	char path[64] = { 0 }, entries[1024];
	struct statx status = { 0 };
	int folder;

	check_equal("mkdir: again", door->mkdir(door->folder, 0755), -EEXIST);
	check_equal("chdir", door->chdir(door->folder), 0);
	check_equal("getcwd", door->getcwd(path, sizeof(path)), (ssize_t)strlen(door->folder) + 1);
	check_true("getcwd: path", strcmp(path, door->folder) == 0);
	check_equal("stat", door->stat("one", &status), 0);
	check_equal("stat: bytes", (int64_t)status.stx_size, 4);
	check_equal("rename", door->rename("one", "two"), 0);
	check_equal("stat: gone", door->stat("one", &status), -ENOENT);
	folder = door->open(".", O_RDONLY | O_DIRECTORY, 0);
	check_true("readdir", door->readdir(folder, entries, sizeof(entries)) > 0);
	check_equal("close", door->close(folder), 0);
	check_equal("rmdir: not empty", door->rmdir(door->folder), -ENOTEMPTY);
	check_equal("unlink", door->unlink("two"), 0);
	check_equal("unlink: again", door->unlink("two"), -ENOENT);
	check_equal("chdir: root", door->chdir("/"), 0);
	check_equal("rmdir", door->rmdir(door->folder), 0);
}

static void check_files(const struct door *door)
{
	char path[64];
	struct statx status = { 0 };
	int file, copy;

	snprintf(path, sizeof(path), "%s/one", door->folder);
	check_equal("mkdir", door->mkdir(door->folder, 0755), 0);
	check_equal("open: none", door->open(path, O_RDONLY, 0), -ENOENT);
	file = door->open(path, O_RDWR | O_CREAT | O_EXCL, 0644);
	check_true("open", file >= 3);
	check_read_write(door, file);
	copy = door->dup(file);
	check_true("dup", copy > file);
	check_equal("fstat", door->fstat(copy, &status), 0);
	check_equal("fstat: bytes", (int64_t)status.stx_size, 4);
	check_equal("fcntl: set", door->fcntl(copy, F_SETFD, FD_CLOEXEC), 0);
	check_equal("fcntl: get", door->fcntl(copy, F_GETFD, 0), FD_CLOEXEC);
	check_equal("close", door->close(copy), 0);
	check_equal("close: again", door->close(copy), -EBADF);
	check_equal("close", door->close(file), 0);
	check_names(door);
}

static void check_devices(const struct door *door)
{
	uint64_t words[2] = { 1, 1 };
	int zero = door->open("/dev/zero", O_RDWR, 0), null = door->open("/dev/null", O_RDWR, 0);
	int random = door->open("/dev/random", O_RDONLY, 0);

	check_equal("zero: read", door->read(zero, words, sizeof(words), -1), sizeof(words));
	check_true("zero: bytes", words[0] == 0 && words[1] == 0);
	check_equal("zero: write", door->write(zero, words, sizeof(words), -1), sizeof(words));
	check_equal("null: read", door->read(null, words, sizeof(words), -1), 0);
	check_equal("null: write", door->write(null, words, sizeof(words), -1), sizeof(words));
	check_equal("random: read", door->read(random, words, sizeof(words), -1), sizeof(words));
	check_true("random: bytes", words[0] != words[1]);
	words[0] = 1;
	check_equal("zero: read at", door->read(zero, words, sizeof(words), 4096), sizeof(words));
	check_true("zero: bytes at", words[0] == 0 && words[1] == 0);
	check_equal("zero: write at", door->write(zero, words, sizeof(words), 1), sizeof(words));
	check_equal("null: read at", door->read(null, words, sizeof(words), 7), 0);
	check_equal("null: write at", door->write(null, words, sizeof(words), 7), sizeof(words));
	check_equal("random: read at", door->read(random, words, sizeof(words), 9), sizeof(words));
	check_equal("zero: lseek", door->lseek(zero, 5, SEEK_SET), 0);
	door->close(zero);
	door->close(null);
	door->close(random);
}

static void check_terminal(const struct door *door)
{
	struct abi_termios termios = { .c_lflag = 0 }, raw;
	struct abi_statfs space = { .f_type = 0 };
	int console = door->open("/dev/console", O_RDWR, 0);

	check_equal("ioctl: get", door->ioctl(console, ABI_TCGETS, &termios), 0);
	check_true("ioctl: modes", termios.c_cc[ABI_VMIN] == 1);
	raw = termios;
	raw.c_lflag &= ~(uint32_t)ABI_ICANON;
	check_equal("ioctl: set", door->ioctl(console, ABI_TCSETS, &raw), 0);
	check_equal("ioctl: get", door->ioctl(console, ABI_TCGETS, &raw), 0);
	check_true("ioctl: it is set", !(raw.c_lflag & ABI_ICANON));
	check_equal("ioctl: set back", door->ioctl(console, ABI_TCSETS, &termios), 0);
	check_equal("ioctl: unknown", door->ioctl(console, 0x1234, &termios), -ENOTTY);
	check_equal("ioctl: hole", door->ioctl(console, ABI_TCGETS, (void *)8), -EFAULT);
	door->close(console);
	check_equal("ioctl: not open", door->ioctl(console, ABI_TCGETS, &termios), -EBADF);
	check_equal("statfs", door->statfs("/tmp", &space), 0);
	check_equal("statfs: kind", (int64_t)space.f_type, ABI_TMPFS_MAGIC);
	check_true("statfs: space", space.f_bfree && space.f_bfree <= space.f_blocks);
	check_equal("statfs: none", door->statfs("/none", &space), -ENOENT);
}

/* Two sleepers in one group go together; a third is not in it. */
static void check_groups(const struct door *door)
{
	char *sleeper[] = { "/bin/sleep", "100", NULL };
	struct uos_spawn request = {
		.path = (uint64_t)(uintptr_t)sleeper[0], .argv = (uint64_t)(uintptr_t)sleeper,
		.level = UOS_LEVEL_INHERIT, .flags = UOS_SPAWN_NEW_GROUP,
	};
	pid_t one = door->spawn_request(&request), two, other;
	int status;

	check_true("group: new", one > 0);
	request.group = one;
	check_equal("group: new and old", door->spawn_request(&request), -EINVAL);
	request.flags = 0;
	two = door->spawn_request(&request);
	other = door->spawn("/bin/sleep", sleeper, NULL);
	check_equal("group: there", door->kill(-one, 0), 0);
	check_equal("group: kill", door->kill(-one, ABI_SIGINT), 0);
	check_equal("group: wait", door->wait(one, &status), 0);
	check_equal("group: wait", door->wait(two, &status), 0);
	check_true("group: signal", WIFSIGNALED(status) && WTERMSIG(status) == ABI_SIGINT);
	check_equal("group: gone", door->kill(-one, 0), -ESRCH);
	check_equal("group: none to join", door->spawn_request(&request), -ESRCH);
	check_equal("group: the other", door->kill(other, ABI_SIGKILL), 0);
	check_equal("group: the other", door->wait(other, &status), 0);
}

static void check_memory(const struct door *door)
{
	void *address = NULL;
	int flags = ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS;

	check_equal("mmap", door->mmap(&address, 8192, ABI_PROT_READ | ABI_PROT_WRITE, flags, -1, 0),
		    0);
	check_true("mmap: zeroed", ((char *)address)[8191] == 0);
	((char *)address)[0] = 1;
	check_equal("munmap", door->munmap(address, 8192), 0);
	check_equal("munmap: then it is a hole", door->write(1, address, 1, -1), -EFAULT);
}

static void check_processes(const struct door *door)
{
	char *argv[] = { "/bin/sh", "-c", "exit 5", NULL };
	char *sleeper[] = { "/bin/sleep", "100", NULL };
	struct uos_system_stats stats;
	int status = 0;
	pid_t pid = door->spawn("/bin/sh", argv, NULL);

	check_true("spawn", pid > 0);
	check_equal("wait", door->wait(pid, &status), 0);
	check_true("wait: status", WIFEXITED(status) && WEXITSTATUS(status) == 5);
	check_equal("wait: again", door->wait(pid, &status), -ECHILD);
	check_equal("spawn: none", door->spawn("/bin/none", argv, NULL), -ENOENT);
	check_equal("spawn: no program", door->spawn("/dev/zero", argv, NULL), -EACCES);
	pid = door->spawn("/bin/sleep", sleeper, NULL);
	check_equal("kill", door->kill(pid, ABI_SIGTERM), 0);
	check_equal("wait: killed", door->wait(pid, &status), 0);
	check_true("wait: signal", WIFSIGNALED(status) && WTERMSIG(status) == ABI_SIGTERM);
	check_equal("kill: gone", door->kill(pid, 0), -ESRCH);
	check_equal("getpid", door->getpid(), uos_sys_getpid());
	check_equal("getppid", door->getppid(), uos_sys_getppid());
	check_equal("set_priority", door->set_priority(0, 40), 0);
	check_equal("stats", door->stats(UOS_STATS_SYSTEM, 0, &stats, sizeof(stats)),
		    sizeof(stats));
}

static void check_time(const struct door *door)
{
	struct __kernel_timespec time = { 0, 0 };
	uint64_t random[2] = { 0, 0 }, start_ns = uos_clock_ns();

	check_equal("sleep", door->sleep_ns(3000000), 0);
	check_true("sleep: not early", uos_clock_ns() - start_ns >= 3000000);
	check_equal("clock", door->clock_gettime(ABI_CLOCK_MONOTONIC, &time), 0);
	check_true("clock: runs", time.tv_sec || time.tv_nsec);
	check_equal("clock: none", door->clock_gettime(99, &time), -EINVAL);
	check_equal("getrandom", door->getrandom(random, sizeof(random)), sizeof(random));
	check_true("getrandom: bytes", random[0] != random[1]);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++) {
		check_files(&doors[i]);
		check_devices(&doors[i]);
		check_terminal(&doors[i]);
		check_memory(&doors[i]);
		check_processes(&doors[i]);
		check_groups(&doors[i]);
		check_time(&doors[i]);
	}
	return check_summary();
}
