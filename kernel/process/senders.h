/*
 * The right to interrupt others: a process's sender table, for uipi.send, and the
 * descriptors that a right is handed on by.
 *
 * A *receiver file* stands for one vector of one thread.  Registering it puts an entry into
 * the table of the process that asks.  When the last descriptor of the file goes, its
 * entries become invalid everywhere; a place is free again when its owner says so, so an
 * index that he still uses never becomes somebody else's.
 */
#ifndef KERNEL_PROCESS_SENDERS_H
#define KERNEL_PROCESS_SENDERS_H

#include "kernel/api/base.h"

struct file;
struct process;
struct sender;
struct thread;

/* A file that stands for nobody, whose reference is the caller's: 0, -ENOMEM. */
int receiver_create(struct file **file);
/* It stands for `vector` of the calling thread from now on, and what was made of it is
 * valid: 0; -EINVAL: no receiver file; -EBUSY: it stands for somebody; -ENOMEM, -ENOSPC,
 * -EOPNOTSUPP. */
int receiver_bind(struct thread *thread, struct file *file, uint32_t vector);
/* An entry of the calling thread's process for that file: its index; -EINVAL: no receiver
 * file; -ENOSPC, -ENOMEM, -EOPNOTSUPP. */
int sender_register(struct thread *thread, struct file *file);
/* The same for a vector of the kernel's receiver; *sender ends it. */
int sender_register_kernel(struct thread *thread, uint32_t vector, struct sender **sender);
/* The entry is invalid, though its place stays taken; the sender is not the caller's any more. */
void sender_revoke(struct sender *sender);
/* 0, or -ENOENT: there is none of that index. */
int sender_unregister(struct process *process, uint32_t index);
/* The process ends, and no thread of it runs. */
void senders_end(struct process *process);

#endif
