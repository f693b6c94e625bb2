/*
 * What the kernel knows of each process: read in parts, since there may be many.
 */
#include "process_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#define AT_ONCE		32

static int make_room(struct process_list *list)
{
	struct uos_process_stats *more;

	if (list->room - list->count >= AT_ONCE)
		return 0;
	more = realloc(list->process, (list->room + AT_ONCE) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	list->process = more;
	list->room += AT_ONCE;
	return 0;
}

int process_list_read(struct process_list *list)
{
	pid_t next = 0;
	size_t count;

	list->count = 0;
	do {
		int error = make_room(list);
		struct uos_process_stats *to = list->process + list->count;
		ssize_t bytes;

		if (error)
			return error;
		bytes = uos_stats(UOS_STATS_PROCESSES, next, to, AT_ONCE * sizeof(*to));
		if (bytes < 0)
			return (int)bytes;
		count = (size_t)bytes / sizeof(*to);
		list->count += count;
		if (count)
			next = to[count - 1].pid + 1;
	} while (count == AT_ONCE);
	return 0;
}
