/* Files, names and processes as far as operations need them; see fake.h. */
#include "fake.h"

#include <stdlib.h>
#include <string.h>

#include "fs/epoll.h"
#include "kernel/api/poll.h"
#include "kernel/process/thread.h"
#include "kernel/ring/ring.h"

#define FDS		64
#define CHILDREN	16

struct dentry {
	int32_t references;
};

struct files {
	struct file *file[FDS];
	struct file *ring;
};

static struct dentry root;
static struct files table;
static uint64_t open_files;
static struct address_space *const a_space = (struct address_space *)&table;
struct process fake_process;

/* ---- kinds of files ----------------------------------------------------------------------- */

static uint64_t stream_bytes, device_answers;
static struct wait_queue stream_queue = WAIT_QUEUE_INIT(stream_queue);
static struct wait_queue device_queue = WAIT_QUEUE_INIT(device_queue);

static ssize_t zero_read(struct file *file, struct cursor *to, int64_t offset)
{
	return cursor_put_zeros(to, to->remaining);
}

static ssize_t zero_write(struct file *file, struct cursor *from, int64_t offset)
{
	return from->remaining;
}

static ssize_t short_read(struct file *file, struct cursor *to, int64_t offset)
{
	return to->remaining ? (ssize_t)to->remaining - 1 : 0;
}

static ssize_t stream_read(struct file *file, struct cursor *to, int64_t offset)
{
	int error = WAIT_UNTIL(&stream_queue, stream_bytes > 0, true);

	if (error)
		return error;
	stream_bytes--;
	return cursor_put_zeros(to, MIN(to->remaining, 1ul));
}

ssize_t fake_device_read(struct file *file, struct cursor *to, int64_t offset)
{
	WAIT_UNTIL(&device_queue, device_answers > 0, false);
	device_answers--;
	return to->remaining;
}

void fake_stream_feed(void)
{
	stream_bytes++;
	wait_queue_wake_one(&stream_queue);
}

void fake_device_done(void)
{
	device_answers++;
	wait_queue_wake_all(&device_queue);
}

static ssize_t zero_read_now(struct file *file, struct cursor *to)
{
	return zero_read(file, to, -1);
}

static ssize_t zero_write_now(struct file *file, struct cursor *from)
{
	return zero_write(file, from, -1);
}

/* A page at most: what is longer goes with a cursor. */
static ssize_t zero_read_range(struct file *file, struct address_space *space, uint64_t address,
			       uint64_t bytes, uint64_t offset)
{
	struct cursor cursor;

	cursor_init_user(&cursor, space, address, bytes);
	return bytes > PAGE_SIZE ? FILE_NOT_NOW : cursor_put_zeros(&cursor, bytes);
}

static const struct file_ops zero_ops = { .kind = "zero", .prompt = true, .read = zero_read,
					  .write = zero_write, .read_now = zero_read_now,
					  .read_range = zero_read_range,
					  .write_now = zero_write_now };
static const struct file_ops short_ops = { .kind = "short", .read = short_read };
static const struct file_ops stream_ops = { .kind = "stream", .read = stream_read };
static const struct file_ops device_ops = { .kind = "device", .read = fake_device_read };
static const struct file_ops directory_ops = { .kind = "directory" };

/* ---- fs/vfs.h -------------------------------------------------------------------------------- */

struct file *file_create(const struct file_ops *ops, void *private, uint32_t flags)
{
	struct file *file = calloc(1, sizeof(*file));

	file->ops = ops;
	file->private = private;
	file->flags = flags;
	file->references = 1;
	open_files++;
	return file;
}

void file_free(struct file *file)
{
	if (file->epolls)
		epoll_forget(file);
	if (file->ops->release)
		file->ops->release(file);
	if (file->dentry)
		dentry_put(file->dentry);
	open_files--;
	free(file);
}

uint64_t fake_files_open(void)
{
	return open_files;
}

ssize_t file_read(struct file *file, struct cursor *to, int64_t offset)
{
	return file->ops->read ? file->ops->read(file, to, offset) : -EINVAL;
}

ssize_t file_write(struct file *file, struct cursor *from, int64_t offset)
{
	return file->ops->write ? file->ops->write(file, from, offset) : -EBADF;
}

ssize_t file_read_now(struct file *file, struct cursor *to)
{
	return file->ops->read_now ? file->ops->read_now(file, to) : FILE_NOT_NOW;
}

ssize_t file_write_now(struct file *file, struct cursor *from)
{
	return file->ops->write_now ? file->ops->write_now(file, from) : FILE_NOT_NOW;
}

uint32_t file_poll(struct file *file, struct poll_queue **queue)
{
	*queue = NULL;
	return file->ops->poll ? file->ops->poll(file, queue) : POLL_READABLE | POLL_WRITABLE;
}

bool file_begin(struct file *file, struct cursor *cursor, int64_t offset, bool write,
		struct file_transfer *transfer)
{
	return offset >= 0 && file->ops->begin(file, cursor, (uint64_t)offset, write, transfer);
}

int file_sync(struct file *file, bool data_only)
{
	return -EINVAL;
}

int file_truncate(struct file *file, int64_t bytes)
{
	return -EINVAL;
}

int file_allocate(struct file *file, uint64_t start, uint64_t end)
{
	return -ENODEV;
}

ssize_t file_readdir(struct file *file, struct cursor *to)
{
	return file->dentry ? 0 : -ENOTDIR;
}

int64_t file_seek(struct file *file, int64_t offset, int whence)
{
	return -ESPIPE;
}

int file_stat(struct file *file, struct statx *result)
{
	return 0;
}

struct dentry *dentry_get(struct dentry *dentry)
{
	dentry->references++;
	return dentry;
}

void dentry_put(struct dentry *dentry)
{
	CHECK(dentry->references-- > 0);
}

int32_t fake_dentry_references(void)
{
	return root.references;
}

struct dentry *vfs_root(void)
{
	return &root;
}

/* "zero" can be opened, "." is a directory; there is nothing else. */
int vfs_open(struct dentry *start, const char *path, uint32_t flags, uint32_t mode,
	     struct file **result)
{
	if (strcmp(path, "zero") != 0)
		return -ENOENT;
	*result = file_create(&zero_ops, NULL, flags);
	return 0;
}

int vfs_directory(struct dentry *start, const char *path, struct dentry **result)
{
	if (strcmp(path, ".") != 0)
		return -ENOENT;
	*result = dentry_get(&root);
	return 0;
}

int vfs_mkdir(struct dentry *start, const char *path, uint32_t mode)
{
	return -EEXIST;
}

int vfs_unlink(struct dentry *start, const char *path, bool directory)
{
	return -ENOENT;
}

int vfs_rename(struct dentry *from_start, const char *from, struct dentry *to_start,
	       const char *to, uint32_t flags)
{
	return -ENOENT;
}

int vfs_stat(struct dentry *start, const char *path, uint32_t flags, struct statx *result)
{
	return strcmp(path, ".") == 0 ? 0 : -ENOENT;
}

int vfs_statfs(struct dentry *start, const char *path, struct abi_statfs *result)
{
	memset(result, 0, sizeof(*result));
	return strcmp(path, ".") == 0 ? 0 : -ENOENT;
}

void file_statfs(struct file *file, struct abi_statfs *result)
{
	memset(result, 0, sizeof(*result));
}

ssize_t vfs_path_of(struct dentry *dentry, char *path, size_t bytes)
{
	memcpy(path, "/", 2);
	return 2;
}

/* ---- kernel/process/files.h -------------------------------------------------------------------- */

struct file *files_get(struct files *files, int32_t fd)
{
	struct file *file = fd >= 0 && fd < FDS ? files->file[fd] :
			    fd == UOS_RING_FD ? files->ring : NULL;

	if (file)
		file_get(file);
	return file;
}

int files_install(struct files *files, struct file *file, bool close_on_exec)
{
	for (int fd = 0; fd < FDS; fd++)
		if (!files->file[fd]) {
			files->file[fd] = file;
			return fd;
		}
	return -EMFILE;
}

int files_install_at(struct files *files, struct file *file, int32_t fd, bool close_on_exec)
{
	if (fd < 0 || fd >= FDS)
		return -EBADF;
	if (files->file[fd])
		file_put(files->file[fd]);
	files->file[fd] = file;
	return fd;
}

int files_close(struct files *files, int32_t fd)
{
	struct file *file = fd >= 0 && fd < FDS ? files->file[fd] : NULL;

	if (!file)
		return -EBADF;
	files->file[fd] = NULL;
	file_put(file);
	return 0;
}

uint32_t files_limit(struct files *files)
{
	return FDS;
}

int files_close_on_exec(struct files *files, int32_t fd)
{
	return 0;
}

int files_set_close_on_exec(struct files *files, int32_t fd, bool on)
{
	return 0;
}

void files_set_ring(struct files *files, struct file *ring_file)
{
	files->ring = ring_file;
}

/* ---- kernel/process/process.h -------------------------------------------------------------------- */

static struct child {
	int32_t pid;
	bool ended;
} children[CHILDREN];

static void put(int fd, const struct file_ops *ops)
{
	table.file[fd] = file_create(ops, NULL, O_RDWR);
}

void fake_process_start(void)
{
	ring_init();
	memset(&table, 0, sizeof(table));
	memset(children, 0, sizeof(children));
	root.references = 1;
	stream_bytes = device_answers = 0;
	fake_process = (struct process){ .pid = 7, .files = &table, .space = a_space, .cwd = &root,
					 .references = 1 };
	wait_queue_init(&fake_process.child_ended);
	put(FD_ZERO_FILE, &zero_ops);
	put(FD_STREAM, &stream_ops);
	put(FD_DEVICE, &device_ops);
	put(FD_SHORT, &short_ops);
	put(FD_DIRECTORY, &directory_ops);
	put(FD_DISK, &fake_disk_ops);
	fake_disk_start();
	table.file[FD_DIRECTORY]->dentry = dentry_get(&root);
}

void fake_process_end(void)
{
	for (int fd = 0; fd < FDS; fd++)
		(void)files_close(&table, fd);
	if (table.ring)
		file_put(table.ring);
	CHECK_EQUAL(fake_process.ring_requests, 0);
	CHECK_EQUAL(fake_process.references, 1);
	CHECK_EQUAL(fake_process.cwd->references, 1);
}

void fake_child_add(int32_t pid)
{
	for (int i = 0; i < CHILDREN; i++)
		if (!children[i].pid) {
			children[i] = (struct child){ .pid = pid };
			return;
		}
	panic("too many children");
}

void fake_child_end(int32_t pid)
{
	for (int i = 0; i < CHILDREN; i++)
		if (children[i].pid == pid)
			children[i].ended = true;
	wait_queue_wake_all(&fake_process.child_ended);
}

int process_wait(struct process *parent, int type, int32_t id, int options,
		 struct abi_siginfo *info)
{
	bool any = false;

	if (!(options & ABI_WEXITED) || (type != ABI_P_ALL && type != ABI_P_PID))
		return -EINVAL;
	for (int i = 0; i < CHILDREN; i++) {
		struct child *child = &children[i];

		if (!child->pid || (type == ABI_P_PID && child->pid != id))
			continue;
		any = true;
		if (!child->ended)
			continue;
		*info = (struct abi_siginfo){ .si_pid = child->pid };
		id = child->pid;
		if (!(options & ABI_WNOWAIT))
			child->pid = 0;
		return id;
	}
	CHECK(options & ABI_WNOHANG);
	return any ? 0 : -ECHILD;
}

void process_get(struct process *process)
{
	reference_get(&process->references);
}

void process_put(struct process *process)
{
	CHECK(!reference_put(&process->references));
}

int process_spawn(struct process *parent, const struct spawn_request *request)
{
	return -ENOENT;
}

int process_kill(int32_t pid, int signal)
{
	return -ESRCH;
}

int process_set_level(struct process *caller, int32_t pid, uint32_t level)
{
	return level > 63 ? -EINVAL : 0;
}

int32_t process_parent_pid(const struct process *process)
{
	return 1;
}

void process_stats(struct process *process, struct uos_process_stats *stats)
{
}

void system_stats(struct uos_system_stats *stats)
{
}

struct process *process_next(int32_t from_pid)
{
	return NULL;
}

int thread_check(const struct process *process, struct uos_thread_start *start)
{
	return start->flags ? -EINVAL : 0;
}

int thread_start(struct process *process, const struct uos_thread_start *start)
{
	return 8;
}

void process_thread_exit(int status)
{
	panic("thread's exit(%d)", status);
}

void process_exit_current(int status)
{
	panic("exit(%d)", status);
}

void machine_end(uint32_t status)
{
	panic("power off");
}
