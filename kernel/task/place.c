/* Which hart a task gets; see the header. */
#include "kernel/task/place.h"

#include "kernel/limits.h"
#include "kernel/task/hart.h"
#include "kernel/task/sched.h"
#include "kernel/task/task.h"
#include "kernel/task/thread.h"

static uint64_t idle_harts;		/* atomic, a hint: bit per hart in wfi */

void place_idle_begin(const struct hart *hart)
{
	__atomic_fetch_or(&idle_harts, 1ul << hart->index, __ATOMIC_RELAXED);
}

void place_idle_end(const struct hart *hart)
{
	__atomic_fetch_and(&idle_harts, ~(1ul << hart->index), __ATOMIC_RELAXED);
}

unsigned place_idle_hart(uint64_t allowed)
{
	uint64_t mask = READ_ONCE(idle_harts) & allowed;

	for (uint64_t left = mask; left; left &= left - 1) {
		unsigned index = (unsigned)__builtin_ctzl(left);

		if (!__atomic_load_n(&harts[index].servers, __ATOMIC_RELAXED))
			return index;
	}
	return mask ? (unsigned)__builtin_ctzl(mask) : HARTS_MAX;
}

/* How much a hart has to do, roughly. */
static unsigned load_of(unsigned index)
{
	return (sched_best_ready(harts[index].lane) != UOS_SCHED_LEVEL_NONE) +
	       (READ_ONCE(harts[index].thread) != NULL);
}

unsigned place_new(unsigned wanted)
{
	unsigned best = hart_this()->index;
	unsigned idle = place_idle_hart(~0ul);

	if (wanted != TASK_ANY_HART)
		return wanted;
	if (idle < HARTS_MAX)
		return idle;
	for (unsigned i = 0; i < hart_count(); i++)
		if (load_of(i) < load_of(best))
			best = i;
	return best;
}

/* Whether a thread would have to wait there for another's slice, or drive a server
 * off the hart.  The kernel's short tasks don't count. */
static bool hart_is_taken(unsigned index, const struct task *by)
{
	const struct thread *thread = READ_ONCE(harts[index].thread);

	return (thread && thread_task(thread) != by) || READ_ONCE(harts[index].serves);
}

unsigned place_woken(const struct task *task, unsigned here)
{
	unsigned idle;

	if (task->pinned)
		return UOS_SCHED_ANY_LANE;
	if (!task->is_thread)
		return here;
	if (READ_ONCE(harts[task->hart].idle) || !hart_is_taken(task->hart, task))
		return UOS_SCHED_ANY_LANE;
	idle = place_idle_hart(~0ul);
	return idle < HARTS_MAX ? idle : UOS_SCHED_ANY_LANE;
}

unsigned task_place_server(unsigned not_here)
{
	unsigned best = not_here;

	for (unsigned i = 0; i < hart_count(); i++) {
		if (i == not_here)
			continue;
		if (best == not_here ||
		    __atomic_load_n(&harts[i].servers, __ATOMIC_RELAXED) <
		    __atomic_load_n(&harts[best].servers, __ATOMIC_RELAXED))
			best = i;
	}
	__atomic_fetch_add(&harts[best].servers, 1, __ATOMIC_RELAXED);
	return best;
}

void task_unplace_server(unsigned hart)
{
	__atomic_fetch_sub(&harts[hart].servers, 1, __ATOMIC_RELAXED);
}

bool task_hart_is_taken(unsigned hart)
{
	return READ_ONCE(harts[hart].thread) && !READ_ONCE(harts[hart].idle) &&
	       !READ_ONCE(harts[hart].serves);
}
