/*
 * Links: messages and counts between two processes, in memory that both map, with user
 * interrupts to wake who waits.  Once a link is set up the kernel is not on the way,
 * where the machine has user interrupts; else each wake-up traps.
 *
 * The parent makes a link, gives the other end to its child as three descriptors, and the
 * child opens it:
 *
 *	struct uos_link *link = uos_link_create(16, sizeof(struct message));
 *	struct uos_spawn_file files[UOS_LINK_FILES];
 *
 *	uos_link_files(link, files, 10);
 *	uos_process_spawn_files("/bin/child", argv, envp, files, UOS_LINK_FILES);
 *
 *	struct uos_link *link = uos_link_open(10);		in the child
 *
 * Each end has one coroutine at a time that sends, one that receives and one that waits for the
 * count, of the executor that made or opened it.  What the other end writes is not
 * trusted: it can spoil messages, and make calls fail with -EPROTO.  (It can also cut the
 * memory short, which ends a program that reads there: who does not trust a child at all
 * gives it a pipe.)  Included by <uos.h>.
 */
#ifndef UOS_LINK_H
#define UOS_LINK_H

#include <stddef.h>
#include <stdint.h>

#include "abi/process.h"

#ifdef __cplusplus
extern "C" {
#endif

#define UOS_LINK_FILES	3

struct uos_link;

/* A link with room for `slots` messages (a power of two, up to 65536) of slot_bytes each
 * (1 to 4096) in both directions: the maker's end of it.  From a coroutine; ASYNC.  NULL, with
 * errno: EINVAL, ENOMEM, EOPNOTSUPP, ENOSPC, EMFILE. */
struct uos_link *uos_link_create(size_t slots, size_t slot_bytes);

/* Fills UOS_LINK_FILES places of what a child is spawned with: the other end, as
 * descriptors first_fd, first_fd + 1 and first_fd + 2 of the child. */
void uos_link_files(const struct uos_link *link, struct uos_spawn_file *files, int first_fd);

/* The end that the parent gave as those descriptors, which are closed.  From a coroutine;
 * ASYNC.  NULL, with errno: EBADF, EINVAL (it is no link), ENOMEM, EOPNOTSUPP, EBUSY. */
struct uos_link *uos_link_open(int first_fd);

/* Gives the end back; who waits at the other gets -EPIPE when it has taken what is there.
 * ASYNC. */
void uos_link_close(struct uos_link *link);

/* Puts a message in, and wakes who waits for it.  WAITS while there is no room,
 * INTERRUPTIBLE.  0; -EPIPE: the other end is closed; -ECANCELED; -EPROTO. */
int uos_link_send(struct uos_link *link, const void *message);

/* Takes the oldest message out.  WAITS while there is none, INTERRUPTIBLE.  0; -EPIPE: there
 * is none and the other end is closed; -ECANCELED; -EPROTO. */
int uos_link_receive(struct uos_link *link, void *message);

/* Adds to the other end's count, and wakes who waits for it.  Any coroutine. */
void uos_link_add(struct uos_link *link, uint32_t count);

/* WAITS until the own end's count is not 0, takes it and answers it, at most INT32_MAX.
 * INTERRUPTIBLE.  -EPIPE, -ECANCELED. */
int uos_link_count(struct uos_link *link);

#ifdef __cplusplus
}
#endif
#endif
