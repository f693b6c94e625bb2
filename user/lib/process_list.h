/*
 * What the kernel knows of each process.
 */
#ifndef USER_LIB_PROCESS_LIST_H
#define USER_LIB_PROCESS_LIST_H

#include <stddef.h>

#include "abi/stats.h"

struct process_list {
	struct uos_process_stats *process;	/* ascending pids */
	size_t count;
	size_t room;
};

/* Reads all of them into `list`, which is zero at first and may be read into again.  A
 * coroutine.  0, -ENOMEM or what uos_stats() says. */
int process_list_read(struct process_list *list);

#endif
