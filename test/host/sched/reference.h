/*
 * The plain reference scheduler that model.c holds each payload against: arrays
 * searched from end to end, no cleverness at all, and what abi/sched.h promises.
 */
#ifndef TEST_REFERENCE_H
#define TEST_REFERENCE_H

#include <stdbool.h>

#include "abi/sched.h"
#include "policy.h"

#define REFERENCE_LANES		4
#define REFERENCE_TASKS		96

struct reference_list {
	uint32_t count;
	uint32_t number[REFERENCE_TASKS + 1];
};

struct reference_task {
	uint32_t state;			/* UOS_SCHED_FREE ... RUNNING */
	bool woken;
	bool used_once;
	uint32_t level;			/* wanted */
	uint64_t relative_deadline;	/* likewise; 0: the level's */
	uint64_t released;
	uint32_t queued_level;		/* as it stands in its lane */
	uint64_t deadline;		/* likewise */
	uint32_t lane;
	uint32_t birth_lane;
	uint64_t cookie;
};

struct reference_lane {
	struct reference_list ready;	/* in order of arrival */
	struct reference_list inbox;	/* in order of arrival */
	uint32_t current;
	uint32_t last;
	uint64_t next_calls;
	uint64_t pauses;
};

struct reference {
	enum test_policy policy;
	uint64_t level_ticks;
	uint32_t lanes;
	uint32_t tasks_max;
	uint32_t tasks;			/* in use */
	struct reference_task task[REFERENCE_TASKS + 1];
	struct reference_lane lane[REFERENCE_LANES];
};

/* 0, or why the payload may not have answered `number`. */
const char *reference_add(struct reference *reference, uint32_t by, uint32_t lane,
			  uint32_t level, uint64_t cookie, int32_t number);
int32_t reference_remove(struct reference *reference, uint32_t by, uint32_t number);
int32_t reference_wake(struct reference *reference, uint32_t by, uint32_t lane, uint32_t number);
int32_t reference_set_priority(struct reference *reference, uint32_t by, uint32_t number,
			       uint32_t level, uint64_t relative_deadline);
/* 0: none. */
int32_t reference_hold(struct reference *reference, uint32_t lane);
uint32_t reference_best(const struct reference *reference, uint32_t lane);
uint64_t reference_next(struct reference *reference, uint32_t lane, uint32_t how,
			uint32_t elsewhere);

#endif
