/* What ps and stats show; abi/stats.h. */
#include <string.h>

#include "abi/sched.h"
#include "abi/stats.h"
#include "drivers/block.h"
#include "fs/vfs.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/heap.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/mm/stack.h"
#include "kernel/process/process.h"
#include "kernel/process/urgency.h"
#include "kernel/ring/ring.h"
#include "kernel/task/hart.h"
#include "kernel/task/sched.h"
#include "kernel/task/timer.h"
#include "uintr/uintr.h"

static uint32_t state_of(const struct process *process)
{
	uint32_t state = READ_ONCE(process->state);

	if (state == PROCESS_ENDED)
		return UOS_PROCESS_ENDED;
	for (unsigned i = 0; i < hart_count(); i++) {
		const struct task *current = READ_ONCE(harts[i].current);

		if (current && READ_ONCE(current->process) == process)
			return UOS_PROCESS_RUNNING;
	}
	return UOS_PROCESS_WAITING;
}

/* Of threads that have ended; atomic. */
static struct {
	uint64_t turns, penalties, run_time_ns;
} of_ended;

void stats_thread_ended(const struct thread *thread)
{
	__atomic_fetch_add(&of_ended.turns, thread->counters.turns, __ATOMIC_RELAXED);
	__atomic_fetch_add(&of_ended.penalties, thread->penalties, __ATOMIC_RELAXED);
	__atomic_fetch_add(&of_ended.run_time_ns, thread->counters.run_time_ns,
			   __ATOMIC_RELAXED);
}

/* With the turn that has not ended yet; a hint, if it ends just now. */
static uint64_t run_time_ns(const struct thread *thread)
{
	uint64_t run_ns = READ_ONCE(thread->counters.run_time_ns);
	uint64_t since_ns = READ_ONCE(thread->on_since_ns), now_ns = time_now_ns();

	if (READ_ONCE(harts[READ_ONCE(thread->task.hart)].thread) == thread && now_ns > since_ns)
		run_ns += now_ns - since_ns;
	return run_ns;
}

static void stats_thread(const struct thread *thread, struct uos_process_stats *stats)
{
	const struct thread_counters *counters = &thread->counters;

	stats->traps_syscall += counters->traps_syscall;
	stats->traps_yield += counters->traps_yield;
	stats->turns += counters->turns;
	stats->penalty = MAX(stats->penalty, thread->penalty);
	stats->penalties += thread->penalties;
	stats->ring_enters += counters->ring_enters;
	stats->page_table_switches += counters->page_table_switches;
	stats->run_time_ns += run_time_ns(thread);
	if (thread->lane)
		stats->task_switches += READ_ONCE(thread->lane->next_calls) -
					READ_ONCE(thread->lane->pauses);
}

/* What goes with the process's resources: under its lock. */
static void stats_locked(struct process *process, struct uos_process_stats *stats)
{
	const struct process_counters *ended = &process->counters;
	struct list *node;

	stats->level = process->level;
	stats->frames = process->space ? process->space->frames : 0;
	stats->open_files = process->files ? files_count(process->files) : 0;
	stats->threads = process->thread_count;
	stats->task_switches = ended->task_switches;
	stats->traps_syscall = ended->traps_syscall;
	stats->traps_yield = ended->traps_yield;
	stats->turns = ended->turns;
	stats->penalties = ended->penalties;
	stats->ring_enters = ended->ring_enters;
	stats->page_table_switches = ended->page_table_switches;
	stats->run_time_ns = ended->run_time_ns;
	LIST_FOR_EACH(node, &process->threads)
		stats_thread(CONTAINER_OF(node, struct thread, node), stats);
}

/* With isolation each trap is two writes of satp; the others are counted where they
 * are made. */
static uint64_t switches_by_traps(uint64_t traps)
{
	return kernel_map_isolated() ? 2 * traps : 0;
}

void process_stats(struct process *process, struct uos_process_stats *stats)
{
	const struct process_counters *counters = &process->counters;

	memset(stats, 0, sizeof(*stats));
	stats->pid = process->pid;
	stats->parent_pid = process_parent_pid(process);
	memcpy(stats->name, process->name, sizeof(stats->name));
	stats->state = state_of(process);
	spinlock_acquire(&process->lock);
	stats_locked(process, stats);
	spinlock_release(&process->lock);
	stats->traps_fault = counters->traps_fault;
	stats->traps_timer = counters->traps_timer;
	stats->traps_external = counters->traps_external;
	stats->ring_operations = counters->ring_operations;
	stats->timeouts = counters->timeouts;
	ring_announced(process, &stats->announcements, &stats->announced_completions);
	stats->emulated_instructions = counters->emulated_instructions;
	stats->emulated_deliveries = counters->emulated_deliveries;
	stats->page_table_switches +=
		switches_by_traps(stats->traps_syscall + stats->traps_yield + stats->traps_fault +
				  stats->traps_timer + stats->traps_external);
}

static void add_hart(struct uos_system_stats *stats, const struct hart_counters *counters)
{
	stats->traps_syscall += counters->traps_syscall;
	stats->traps_yield += counters->traps_yield;
	stats->traps_fault += counters->traps_fault;
	stats->traps_timer += counters->traps_timer;
	stats->traps_external += counters->traps_external;
	stats->traps_software += counters->traps_software;
	stats->ring_operations += counters->ring_operations;
	stats->ring_served_inline += counters->ring_served_inline;
	stats->task_switches += counters->task_switches;
	stats->timeouts += counters->timeouts;
	stats->page_table_switches += counters->page_table_switches +
		switches_by_traps(counters->traps_syscall + counters->traps_yield +
				  counters->traps_fault + counters->traps_timer + counters->traps_external +
				  counters->traps_software);
	stats->tlb_shootdowns += counters->tlb_shootdowns;
	stats->announcements += counters->announcements;
	stats->announced_completions += counters->announced_completions;
	stats->emulated_instructions += counters->emulated_instructions;
	stats->emulated_deliveries += counters->emulated_deliveries;
	stats->idle_time_ns += READ_ONCE(counters->idle_ns);
	stats->doorbells += counters->doorbells;
}

static void add_threads(struct uos_system_stats *stats)
{
	struct process *process;
	struct list *node;

	stats->turns = __atomic_load_n(&of_ended.turns, __ATOMIC_RELAXED);
	stats->penalties = __atomic_load_n(&of_ended.penalties, __ATOMIC_RELAXED);
	stats->run_time_ns = __atomic_load_n(&of_ended.run_time_ns, __ATOMIC_RELAXED);
	for (int32_t pid = 1; (process = process_next(pid)) != NULL; process_put(process)) {
		pid = process->pid + 1;
		spinlock_acquire(&process->lock);
		LIST_FOR_EACH(node, &process->threads) {
			const struct thread *thread = CONTAINER_OF(node, struct thread, node);

			stats->turns += READ_ONCE(thread->counters.turns);
			stats->penalties += READ_ONCE(thread->penalties);
			stats->run_time_ns += run_time_ns(thread);
		}
		spinlock_release(&process->lock);
	}
}

void process_operation_stats(const struct process *process, struct uos_operation_stats *stats)
{
	*stats = (struct uos_operation_stats){ .pid = process->pid };
	for (unsigned i = 0; i < UOS_OP_END; i++)
		stats->opcodes[i / 64] |= (uint64_t)READ_ONCE(process->opcodes[i]) << i % 64;
	stats->register_ops = READ_ONCE(process->register_ops);
	for (unsigned i = 0; i < UOS_MISSING_MAX; i++)
		if (READ_ONCE(process->missing[i]))
			stats->missing[stats->missing_count++] =
				(uint16_t)(READ_ONCE(process->missing[i]) - 1);
}

static uint64_t count_tasks(void)
{
	const struct uos_sched_task *record =
		(const void *)((const char *)sched_pool + sched_pool->tasks_offset);
	uint64_t count = 0;

	for (uint32_t i = 1; i < MIN(sched_pool->task_fresh, sched_pool->task_capacity); i++)
		if ((READ_ONCE(record[i].state) & UOS_SCHED_STATE_MASK) != UOS_SCHED_FREE)
			count++;
	return count;
}

void system_stats(struct uos_system_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	stats->uptime_ns = time_now_ns();
	stats->harts = hart_count();
	stats->isolation = kernel_map_isolated();
	frames_count(&stats->frames_total, &stats->frames_free);
	/* what the kernel keeps for reuse is not lost: objects and stacks are counted
	 * one by one below */
	stats->frames_cached = vfs_cached_frames();
	stats->frames_free += heap_frames_held() + kernel_stack_frames_held() +
			      stats->frames_cached;
	stats->kernel_stacks = kernel_stacks_in_use();
	stats->kernel_tasks = count_tasks();
	stats->processes = process_count();
	stats->address_spaces = address_spaces_count();
	stats->open_files = vfs_open_files();
	stats->rings = ring_count();
	stats->requests = ring_request_count();
	stats->heap_bytes = heap_bytes_used();
	stats->timers = timers_count();
	stats->interrupts = uintr_kind;
	stats->receivers = uintr_receivers();
	stats->parked_wakes = READ_ONCE(uintr_parked_wakes);
	for (unsigned i = 0; i < hart_count(); i++)
		add_hart(stats, &harts[i].counters);
	add_threads(stats);
	stats->block_requests = READ_ONCE(block_requests);
	stats->block_interrupts = READ_ONCE(block_interrupts);
}

int process_set_level(struct process *caller, int32_t pid, uint32_t level)
{
	struct process *process;
	struct list *node;
	int result = 0;

	if (level >= UOS_SCHED_LEVELS)
		return -EINVAL;
	process = process_find(pid ? pid : caller->pid);
	if (!process)
		return -ESRCH;
	if (level < process->ceiling || level < caller->ceiling) {
		result = -EPERM;
	} else {
		spinlock_acquire(&process->lock);
		process->level = (uint8_t)level;
		LIST_FOR_EACH(node, &process->threads)
			urgency_set_base(CONTAINER_OF(node, struct thread, node),
					 (uint8_t)level);
		spinlock_release(&process->lock);
	}
	process_put(process);
	return result;
}
