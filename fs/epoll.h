/*
 * epoll: files that are watched together, and told of together.
 */
#ifndef FS_EPOLL_H
#define FS_EPOLL_H

#include "abi/epoll.h"
#include "fs/vfs.h"

/* A reference, or NULL: no memory. */
struct file *epoll_create(void);
bool file_is_epoll(const struct file *file);
/* op: ABI_EPOLL_CTL_*, of `file`, which is known as `fd`.  0, -EEXIST, -EINVAL, -ELOOP,
 * -ENOENT, -ENOMEM, -EPERM (a file that one can't wait for). */
int epoll_control(struct file *epoll, int op, int32_t fd, struct file *file,
		  const struct abi_epoll_event *event);
/* What there is to tell, without waiting: how many. */
uint32_t epoll_collect(struct file *epoll, struct abi_epoll_event *events, uint32_t most);
/* The file's last reference is gone: no epoll watches it any more. */
void epoll_forget(struct file *file);

#endif
