/* Sender tables and receiver files; see the header. */
#include "kernel/process/senders.h"

#include "fs/vfs.h"
#include "kernel/api/memory.h"
#include "kernel/process/interrupts.h"
#include "kernel/process/process.h"
#include "kernel/task/hart.h"
#include "kernel/task/thread.h"
#include "uintr/uintr.h"

/* One place in a table.  senders_lock. */
struct sender {
	struct list node;		/* the receiver file's, while the entry is valid */
	uint64_t *entry;		/* as harts read it; NULL: the process has ended */
	bool has_origin;		/* a ring or a file knows it, and will revoke it */
};

struct sender_table {
	uint64_t *entries;		/* a page: what suist names */
	struct sender *places[UOS_INTERRUPT_SENDERS];
};

/* senders_lock. */
struct receiver_file {
	struct uintr_context *context;	/* a reference; NULL: it stands for nobody yet */
	uint32_t vector;
	struct list senders;
};

ABI_CHECK(UOS_INTERRUPT_SENDERS * sizeof(uint64_t) == PAGE_SIZE, "a table is a page");

static struct spinlock senders_lock;	/* a leaf, but for the heap's */

/* ---- entries ------------------------------------------------------------------------ */

static void entry_write(struct sender *sender, uint64_t value)
{
	if (sender->entry)	/* one store: a hart reads the old one or the new one */
		__atomic_store_n(sender->entry, value, __ATOMIC_RELEASE);
}

/* senders_lock.  Nothing leads to it any more. */
static void free_if_over(struct sender *sender)
{
	if (!sender->entry && !sender->has_origin)
		kernel_free(sender, sizeof(*sender));
}

/* senders_lock.  The right is gone. */
static void take_right(struct sender *sender)
{
	entry_write(sender, 0);
	sender->has_origin = false;
	if (sender->node.next)
		list_remove(&sender->node);
	free_if_over(sender);
}

/* ---- tables ------------------------------------------------------------------------------ */

static int table_make(struct process *process)
{
	struct sender_table *table = kernel_alloc(sizeof(*table));
	uint64_t *entries = table ? frame_alloc_zeroed() : NULL;
	bool taken = false;

	if (!entries) {
		kernel_free(table, sizeof(*table));
		return -ENOMEM;
	}
	table->entries = entries;
	spinlock_acquire(&senders_lock);
	if (!process->sender_table) {
		process->sender_table = table;
		/* threads that run elsewhere have it from their next turn on */
		WRITE_ONCE(process->senders, uintr_table_word(entries, 1));
		taken = true;
	}
	spinlock_release(&senders_lock);
	if (!taken) {
		frame_put(entries);
		kernel_free(table, sizeof(*table));
	}
	return 0;
}

/* Its context and its process's table, both loaded. */
static int prepare(struct thread *thread)
{
	struct hart *hart = hart_this();
	int error = thread_interrupts(thread);

	if (!error && !thread->process->sender_table)
		error = table_make(thread->process);
	if (!error && hart->thread == thread) {
		thread_interrupts_leave(thread);
		thread_interrupts_enter(hart, thread);
	}
	return error;
}

/* A place with this entry.  The index, or -ENOSPC. */
static int place_take(struct sender_table *table, struct sender *sender, uint64_t entry)
{
	for (uint32_t i = 0; i < UOS_INTERRUPT_SENDERS; i++) {
		if (table->places[i])
			continue;
		table->places[i] = sender;
		sender->entry = &table->entries[i];
		sender->has_origin = true;
		entry_write(sender, entry);
		return (int)i;
	}
	return -ENOSPC;
}

/* senders_lock. */
static uint64_t receiver_entry(const struct receiver_file *receiver)
{
	return receiver->context ? uintr_entry(receiver->context->receiver, receiver->vector) : 0;
}

/* Of a receiver file, or with that entry. */
static int sender_make(struct thread *thread, struct receiver_file *receiver, uint64_t entry,
		       struct sender **result)
{
	struct sender *sender;
	int index = prepare(thread);

	if (index)
		return index;
	sender = kernel_alloc(sizeof(*sender));
	if (!sender)
		return -ENOMEM;
	spinlock_acquire(&senders_lock);
	if (receiver)
		entry = receiver_entry(receiver);
	index = place_take(thread->process->sender_table, sender, entry);
	if (index >= 0 && receiver)
		list_push_back(&receiver->senders, &sender->node);
	spinlock_release(&senders_lock);
	if (index < 0)
		kernel_free(sender, sizeof(*sender));
	else if (result)
		*result = sender;
	return index;
}

void sender_revoke(struct sender *sender)
{
	spinlock_acquire(&senders_lock);
	take_right(sender);
	spinlock_release(&senders_lock);
}

int sender_unregister(struct process *process, uint32_t index)
{
	struct sender_table *table = process->sender_table;
	struct sender *sender = NULL;

	if (!table || index >= UOS_INTERRUPT_SENDERS)
		return -ENOENT;
	spinlock_acquire(&senders_lock);
	sender = table->places[index];
	table->places[index] = NULL;
	if (sender) {
		entry_write(sender, 0);
		sender->entry = NULL;
		/* a file forgets it; a ring, which has a pointer, frees it at its end */
		if (sender->node.next)
			take_right(sender);
		else
			free_if_over(sender);
	}
	spinlock_release(&senders_lock);
	return sender ? 0 : -ENOENT;
}

void senders_end(struct process *process)
{
	struct sender_table *table = process->sender_table;

	if (!table)
		return;
	for (uint32_t i = 0; i < UOS_INTERRUPT_SENDERS; i++)
		(void)sender_unregister(process, i);
	process->senders = 0;
	process->sender_table = NULL;
	frame_put(table->entries);
	kernel_free(table, sizeof(*table));
}

/* ---- receiver files ------------------------------------------------------------------------ */

static void receiver_release(struct file *file)
{
	struct receiver_file *receiver = file->private;
	struct list *node;

	spinlock_acquire(&senders_lock);
	while ((node = receiver->senders.next) != &receiver->senders)
		take_right(CONTAINER_OF(node, struct sender, node));
	spinlock_release(&senders_lock);
	if (receiver->context)
		uintr_context_put(receiver->context);
	kernel_free(receiver, sizeof(*receiver));
}

static const struct file_ops receiver_ops = {
	.kind = "receiver",
	.release = receiver_release,
};

int receiver_create(struct file **file)
{
	struct receiver_file *receiver = kernel_alloc(sizeof(*receiver));

	if (!receiver)
		return -ENOMEM;
	*file = file_create(&receiver_ops, receiver, O_RDWR);
	if (!*file) {
		kernel_free(receiver, sizeof(*receiver));
		return -ENOMEM;
	}
	receiver->context = NULL;
	list_init(&receiver->senders);
	return 0;
}

int receiver_bind(struct thread *thread, struct file *file, uint32_t vector)
{
	struct receiver_file *receiver = file->private;
	struct list *node;
	int error;

	if (file->ops != &receiver_ops)
		return -EINVAL;
	error = thread_receiver(thread);
	if (error)
		return error;
	spinlock_acquire(&senders_lock);
	if (receiver->context) {
		error = -EBUSY;
	} else {
		uintr_context_get(thread->uintr);
		thread->uintr->may_be_sent_to = true;
		receiver->context = thread->uintr;
		receiver->vector = vector;
		LIST_FOR_EACH(node, &receiver->senders)
			entry_write(CONTAINER_OF(node, struct sender, node),
				    receiver_entry(receiver));
	}
	spinlock_release(&senders_lock);
	return error;
}

int sender_register(struct thread *thread, struct file *file)
{
	struct receiver_file *receiver = file->private;

	if (file->ops != &receiver_ops)
		return -EINVAL;
	return sender_make(thread, receiver, 0, NULL);
}

int sender_register_kernel(struct thread *thread, uint32_t vector, struct sender **sender)
{
	if (uintr_kind != UINTR_KIND_HARDWARE)
		return -EOPNOTSUPP;
	return sender_make(thread, NULL, uintr_entry(UINTR_KERNEL_RECEIVER, vector), sender);
}
