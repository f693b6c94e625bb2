/*
 * Write-back: one coroutine that some time after something became dirty, or when
 * much has, asks each client to write what it has.
 */
#ifndef FS_WRITEBACK_H
#define FS_WRITEBACK_H

#include "kernel/api/base.h"

struct writeback_client {
	struct list node;		/* the list of them: it only grows, at boot */
	/*
	 * Writes what is dirty.  `last`: nothing will follow, leave all in order.
	 * Write-back's coroutine, or who powers off.  True: it wants to be asked again
	 * after the usual time.
	 */
	bool (*run)(struct writeback_client *client, bool last);
};

#define WRITEBACK_DELAY_NS	2000000000ull

/* Boot, before anything is dirty. */
void writeback_boot(void);
void writeback_register(struct writeback_client *client);
/* Something is dirty: it is written after WRITEBACK_DELAY_NS at the latest.  Any
 * context; cheap when there was something already. */
void writeback_note(void);
/* At once.  Any context. */
void writeback_kick(void);
/* All clients, now, before the power goes.  Coroutine context. */
void writeback_finish(void);

#endif
