/*
 * What a process asks of the kernel, record by record: UOS_OP_TRACE gives a file; a child
 * that is spawned with it at UOS_TRACE_FD (struct uos_spawn_file.child_fd) is traced, and
 * finds no such descriptor.  A read gives whole records, waits for the first, and gives 0
 * when no process writes any more.
 */
#ifndef ABI_TRACE_H
#define ABI_TRACE_H

#include <stdint.h>

#include "abi/check.h"

#define UOS_TRACE_FD		0x7fff0001
#define UOS_TRACE_TEXT_BYTES	40

enum uos_trace_kind {
	UOS_TRACE_CALL = 1,		/* words: number, a0 to a5, result */
	UOS_TRACE_CALL_BEGINS,		/* likewise, without a result: it does not come back, or not here */
	UOS_TRACE_SQE,			/* words: the SQE's first 64 bytes */
	UOS_TRACE_CQE,			/* words: user_data, res, flags */
	UOS_TRACE_LOST,			/* words: how many records found no room */
};

struct uos_trace_record {
	uint32_t kind;
	int32_t pid;
	uint64_t time_ns;		/* since boot */
	uint64_t words[8];
	char text[UOS_TRACE_TEXT_BYTES];	/* a path that was named, cut to fit; or empty */
};

ABI_CHECK(sizeof(struct uos_trace_record) == 120, "crosses the border");

#endif
