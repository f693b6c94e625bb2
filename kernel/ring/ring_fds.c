/*
 * Registered ring descriptors: a process's few rings by index, so that entering
 * one needs no look into the descriptor table.
 */
#include "kernel/api/memory.h"
#include "kernel/ring/object.h"

struct ring_fds {
	struct spinlock lock;
	struct file *file[RING_FDS_MAX];	/* references; NULL: free */
};

static struct ring_fds *table_of(struct process *process)
{
	struct ring_fds *table = __atomic_load_n(&process->ring_fds, __ATOMIC_ACQUIRE);
	struct ring_fds *made, *none = NULL;

	if (table)
		return table;
	made = kernel_alloc(sizeof(*made));
	/* release: its zeroes; pairs with the acquire above */
	if (made && !__atomic_compare_exchange_n(&process->ring_fds, &none, made, false,
						 __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		kernel_free(made, sizeof(*made));
		return none;
	}
	return made;
}

/* Takes over the reference.  The index, or -EBUSY. */
static int put_at(struct ring_fds *table, struct file *file, uint32_t start, uint32_t end)
{
	int result = -EBUSY;

	spinlock_acquire(&table->lock);
	for (uint32_t i = start; i < end && result < 0; i++) {
		if (table->file[i])
			continue;
		table->file[i] = file;
		result = i;
	}
	spinlock_release(&table->lock);
	return result;
}

static struct file *take_from(struct ring_fds *table, uint32_t index)
{
	struct file *file;

	spinlock_acquire(&table->lock);
	file = table->file[index];
	table->file[index] = NULL;
	spinlock_release(&table->lock);
	return file;
}

static int register_one(struct process *process, struct ring_fds *table,
			struct io_uring_rsrc_update *update)
{
	uint32_t start = update->offset, end = start + 1;
	struct file *file;
	int result;

	if (update->resv)
		return -EINVAL;
	if (update->offset == ~0u)
		start = 0, end = RING_FDS_MAX;
	else if (update->offset >= RING_FDS_MAX)
		return -EINVAL;
	file = files_get(process->files, (int32_t)update->data);
	if (!file)
		return -EBADF;
	result = ring_of(file) ? put_at(table, file, start, end) : -EOPNOTSUPP;
	if (result < 0)
		file_put(file);
	else
		update->offset = result;
	return result < 0 ? result : 0;
}

int ring_fds_register(struct process *process, uint64_t address, uint32_t count)
{
	struct ring_fds *table;
	uint32_t done = 0;
	int error = 0;

	if (!count || count > RING_FDS_MAX)
		return -EINVAL;
	table = table_of(process);
	if (!table)
		return -ENOMEM;
	while (done < count && !error) {
		const struct user_address user = {
			address + done * sizeof(struct io_uring_rsrc_update)
		};
		struct io_uring_rsrc_update update;

		error = user_copy_in(process->space, &update, user, sizeof(update));
		if (!error)
			error = register_one(process, table, &update);
		if (error)
			break;
		if (user_copy_out(process->space, user, &update, sizeof(update))) {
			file_put(take_from(table, update.offset));
			error = -EFAULT;
			break;
		}
		done++;
	}
	return done ? (int)done : error;
}

int ring_fds_add(struct process *process, struct file *file)
{
	struct ring_fds *table = table_of(process);

	return table ? put_at(table, file, 0, RING_FDS_MAX) : -ENOMEM;
}

int ring_fds_unregister(struct process *process, uint64_t address, uint32_t count)
{
	struct ring_fds *table = process->ring_fds;
	uint32_t done = 0;
	int error = 0;

	if (!count || count > RING_FDS_MAX)
		return -EINVAL;
	for (; table && done < count; done++) {
		struct io_uring_rsrc_update update;
		struct file *file;

		error = user_copy_in(process->space, &update, (struct user_address){
				     address + done * sizeof(update) }, sizeof(update));
		if (!error && (update.resv || update.data || update.offset >= RING_FDS_MAX))
			error = -EINVAL;
		if (error)
			break;
		file = take_from(table, update.offset);
		if (file)
			file_put(file);
	}
	return done ? (int)done : error;
}

int ring_fds_get(struct process *process, uint32_t index, struct file **file)
{
	struct ring_fds *table = __atomic_load_n(&process->ring_fds, __ATOMIC_ACQUIRE);

	if (!table || index >= RING_FDS_MAX)
		return -EINVAL;
	spinlock_acquire(&table->lock);
	*file = table->file[index];
	if (*file)
		file_get(*file);
	spinlock_release(&table->lock);
	return *file ? 0 : -EBADF;
}

void ring_fds_end(struct process *process)
{
	struct ring_fds *table = process->ring_fds;

	if (!table)
		return;
	process->ring_fds = NULL;
	for (uint32_t i = 0; i < RING_FDS_MAX; i++)
		if (table->file[i])
			file_put(table->file[i]);
	kernel_free(table, sizeof(*table));
}
