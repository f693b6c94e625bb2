/*
 * What an executor does when the scheduler has nothing for it to run.
 *
 * It is on the stack of the task that gave up last, which stays in this lane, and
 * off the others, until the next decision that names a task (abi/sched.h).
 */
#include "libuos/internal.h"
#include "libuos/offsets.h"
#include "uos/sys.h"

/* Whether a task of ours is ready, though somebody elsewhere is more urgent. */
static bool ready_here(const struct uos_executor *executor)
{
	const struct uos_sched_lane *lane = &executor->pool->lane[executor->lane];

	return lane->best != UOS_SCHED_LEVEL_NONE ||
	       __atomic_load_n(&lane->inbox, __ATOMIC_RELAXED);
}

uint64_t uos_executor_pause(struct uos_executor *executor, uint64_t answer)
{
	do {
		if (answer == UOS_SCHED_SWITCH && ready_here(executor)) {
			/* it may be long until we are back */
			if (executor->unknocked)
				uos_client_knock(executor);
			uos_switch_give_way();
		} else {
			uos_client_wait(executor);
		}
		uos_client_reap(executor);
		answer = executor->next(executor->pool, executor->lane, UOS_SCHED_PICK);
	} while (answer <= COOKIE_ANSWER_MAX);
	return answer;
}
