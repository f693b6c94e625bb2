/*
 * Making a process: struct, address space, descriptors, program, thread; each
 * step can fail, and what was made till then goes again.
 */
#include <string.h>

#include "abi/sched.h"
#include "fs/vfs.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/process/birth.h"
#include "kernel/process/elf.h"
#include "kernel/process/page_table_check.h"
#include "kernel/process/process.h"
#include "kernel/process/thread.h"
#include "kernel/process/trace.h"
#include "kernel/process/tree.h"
#include "kernel/ring/ring.h"

#define CONSOLE_PATH	"/dev/console"

/* ---- parts --------------------------------------------------------------------- */

static void name_set(struct process *process, const char *path)
{
	const char *last = strrchr(path, '/');

	strlcpy(process->name, last ? last + 1 : path, sizeof(process->name));
}

static int level_choose(struct process *process, const struct process *parent, uint32_t wanted)
{
	/* the first program may rise to anything; the others to what they were given */
	process->ceiling = parent ? parent->ceiling : 0;
	process->level = parent ? parent->level : UOS_SCHED_LEVEL_DEFAULT;
	if (wanted == UOS_LEVEL_INHERIT)
		wanted = process->level;
	if (wanted >= UOS_SCHED_LEVELS)
		return -EINVAL;
	if (wanted < process->ceiling)
		return -EPERM;
	process->level = (uint8_t)wanted;
	process->ceiling = parent ? process->level : 0;
	return 0;
}

/* The first process has the console as 0, 1 and 2. */
static int files_first(struct process *process)
{
	struct file *console;
	int error = vfs_open(vfs_root(), CONSOLE_PATH, O_RDWR, 0, &console);

	if (error)
		return error;
	for (int fd = 0; fd < 3; fd++) {
		int result = files_install(process->files, console, false);

		if (result < 0)
			return result;
		file_get(console);
	}
	file_put(console);
	return 0;
}

static int trace_begin(struct process *process, struct file *file)
{
	struct trace *trace = trace_of(file);

	if (!trace || process->trace)
		return -EINVAL;
	trace_join(trace);
	process->trace = trace;
	return 0;
}

static int files_listed(struct process *process, struct process *parent,
			const struct spawn_request *request)
{
	for (uint32_t i = 0; i < request->file_count; i++) {
		struct file *file = files_get(parent->files, request->files[i].parent_fd);
		int result;

		if (!file)
			return -EBADF;
		if (request->files[i].child_fd == UOS_TRACE_FD) {
			result = trace_begin(process, file);
			file_put(file);
			if (result)
				return result;
			continue;
		}
		result = files_install_at(process->files, file, request->files[i].child_fd, false);
		if (result < 0) {
			file_put(file);
			return result;
		}
	}
	return 0;
}

static int files_prepare(struct process *process, struct process *parent,
			 const struct spawn_request *request)
{
	int error = 0;

	if (!parent)
		return files_first(process);
	if (!(request->flags & UOS_SPAWN_ONLY_LISTED))
		error = files_inherit(process->files, parent->files);
	return error ? error : files_listed(process, parent, request);
}

static int program_load(struct process *process, struct dentry *start, const char *path,
			struct elf_image *image)
{
	struct statx stat;
	struct file *file;
	int error = vfs_open(start, path, O_RDONLY, 0, &file);

	if (error)
		return error;
	error = file_stat(file, &stat);
	if (!error && (stat.stx_mode & S_IFMT) != S_IFREG)
		error = -EACCES;
	if (!error)
		error = elf_load(process->space, file, image);
	file_put(file);
	return error;
}

/* ---- the first thread ------------------------------------------------------------------ */

static int first_thread(struct process *process, const struct elf_image *image, uint64_t sp,
			struct thread **thread)
{
	const struct uos_thread_start start = {
		.entry = image->entry, .stack = sp, .level = process->level,
		.lane = process->pool ? POOL_USER_BASE + sizeof(struct uos_sched_pool) : 0,
	};

	return thread_create(process, &start, thread);
}

/* ---- the whole ------------------------------------------------------------------------- */

static struct process *process_create(void)
{
	struct process *process = kernel_alloc(sizeof(*process));

	if (!process)
		return NULL;
	process->references = 1;
	list_init(&process->children);
	list_init(&process->sibling);
	list_init(&process->all);
	list_init(&process->threads);
	wait_queue_init(&process->child_ended);
	process->space = address_space_create();
	process->files = files_create();
	return process;
}

/* It never ran. */
static void process_discard(struct process *process)
{
	struct address_space *space = process->space;

	process->state = PROCESS_ENDING;
	ring_process_end(process);
	if (process->trace)
		trace_leave(process->trace);
	if (process->files)
		files_destroy(process->files);
	if (process->pool)
		frame_put(process->pool);
	process->space = NULL;
	if (space)
		address_space_put(space);
	if (process->cwd)
		dentry_put(process->cwd);
	process_tree_abandon(process);
}

static int process_build(struct process *process, struct process *parent,
			 const struct spawn_request *request, struct thread **thread)
{
	struct elf_image image = { .entry = 0 };
	uint64_t sp = 0;
	int error;

	if (!process->space || !process->files)
		return -ENOMEM;
	name_set(process, request->path);
	error = level_choose(process, parent, request->level);
	if (!error)
		error = files_prepare(process, parent, request);
	if (!error && parent)
		error = policy_inherit(process, parent);
	if (!error)
		error = program_load(process, process->cwd, request->path, &image);
	if (!error)
		error = birth_prepare(process, &image, request, &sp);
	if (error)
		return error;
	error = first_thread(process, &image, sp, thread);
	if (!error)
		page_table_check_process(process);
	return error;
}

static struct dentry *directory_of(struct process *parent)
{
	struct dentry *directory;

	if (!parent)
		return dentry_get(vfs_root());
	spinlock_acquire(&parent->lock);
	directory = dentry_get(parent->cwd);
	spinlock_release(&parent->lock);
	return directory;
}

int process_spawn(struct process *parent, const struct spawn_request *request)
{
	struct process *process = process_create();
	struct thread *thread = NULL;
	int error, pid;

	if (!process)
		return -ENOMEM;
	process->cwd = directory_of(parent);
	error = process_tree_add(process, parent, request);
	pid = process->pid;
	if (!error)
		error = process_build(process, parent, request, &thread);
	if (!error) {
		/* the first one stays on the boot hart: devices interrupt the last */
		error = thread_begin(thread, parent ? TASK_ANY_HART : hart_current());
		if (error)
			thread_abandon(thread);
	}
	if (!error)
		return pid;
	process_discard(process);
	return error;
}
