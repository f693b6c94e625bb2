/*
 * Records of tasks: cut from pages that are mapped 64 KiB at a time, never given
 * back, each on its executor's free list while nobody uses it.
 */
#include "libuos/internal.h"
#include "uos/sys.h"

#define SLAB_BYTES	65536ul

struct uos_task *uos_task_record_more(struct uos_executor *executor)
{
	void *address = NULL;
	struct uos_task *record;

	if (executor->shared && executor->shared->take_tasks(executor))
		return executor->task_free;
	if (uos_sys_mmap(&address, SLAB_BYTES, ABI_PROT_READ | ABI_PROT_WRITE,
			 ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS, -1, 0) < 0)
		return NULL;
	record = (struct uos_task *)address;
	for (size_t i = 0; i < SLAB_BYTES / sizeof(*record); i++) {
		record[i].owner = executor;
		record[i].free_next = executor->task_free;
		executor->task_free = &record[i];
	}
	return executor->task_free;
}
