/*
 * Records of tasks: cut from memory that is mapped 64 KiB at a time, never given
 * back, each on its executor's free list while nobody uses it.  A few at a time are
 * put there, so that a program's first tasks touch one page.
 */
#include "libuos/internal.h"
#include "uos/sys.h"

#define SLAB_BYTES	65536ul
#define LINKED		32u	/* records: nearly a page of them */

static bool slab_map(struct uos_executor *executor)
{
	void *address = NULL;
	int result;

	uos_hold(executor);
	result = uos_sys_mmap(&address, SLAB_BYTES, ABI_PROT_READ | ABI_PROT_WRITE,
			      ABI_MAP_PRIVATE | ABI_MAP_ANONYMOUS, -1, 0);
	uos_let_go(executor);
	if (result < 0)
		return false;
	executor->record_next = address;
	executor->records_left = SLAB_BYTES / sizeof(struct uos_task);
	return true;
}

struct uos_task *uos_task_record_more(struct uos_executor *executor)
{
	if (executor->shared && executor->shared->take_tasks(executor))
		return executor->task_free;
	if (!executor->records_left && !slab_map(executor))
		return NULL;
	for (unsigned int i = 0; i < LINKED && executor->records_left; i++) {
		struct uos_task *record = executor->record_next++;

		executor->records_left--;
		record->owner = executor;
		record->free_next = executor->task_free;
		executor->task_free = record;
	}
	return executor->task_free;
}
