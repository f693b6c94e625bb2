/* A walk over the live page tables; see the header. */
#include "kernel/process/page_table_check.h"

#include "abi/sched.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/mm/page_table.h"
#include "kernel/process/process.h"
#include "kernel/task/sched.h"

struct findings {
	const char *table;
	uint64_t leaves, write_execute, code_writable, user_code, payload_pages;
	bool user;
};

/* A frame that S can execute, by whatever name: only the kernel's own table has such. */
static bool holds_code(uint64_t physical)
{
	uint64_t *entry = page_table_entry(kernel_map_root(), physical + KERNEL_OFFSET, false);

	return entry && *entry & PTE_VALID && *entry & PTE_EXECUTE;
}

static void payload_look(const struct page_table_leaf *leaf, struct findings *findings)
{
	uint64_t image = physical_of((const char *)sched_image());
	uint64_t physical = PTE_FRAME(leaf->entry);
	uint64_t flags = leaf->entry & (PTE_LEAF | PTE_USER);
	uint64_t code = image + sched_image()->text_offset;

	if (leaf->address < PAYLOAD_USER_BASE || leaf->address >= VIEW_USER_BASE)
		return;
	if (physical != image + leaf->address - PAYLOAD_USER_BASE)
		panic("check: %#lx maps another frame than the scheduler's", leaf->address);
	if (flags != (PTE_USER | (physical >= code ? PTE_EXECUTE : PTE_READ)))
		panic("check: the scheduler's page %#lx has flags %#lx", leaf->address, flags);
	findings->payload_pages++;
}

static void look(const struct page_table_leaf *leaf, void *argument)
{
	struct findings *findings = argument;
	uint64_t entry = leaf->entry;
	bool write = entry & PTE_WRITE, execute = entry & PTE_EXECUTE, user = entry & PTE_USER;

	findings->leaves++;
	findings->write_execute += write && execute;
	if (write)
		for (uint64_t at = 0; at < leaf->bytes; at += PAGE_SIZE)
			if (holds_code(PTE_FRAME(entry) + at)) {
				findings->code_writable++;
				findings->user_code += user;
			}
	if (findings->user)
		payload_look(leaf, findings);
}

static void report(const struct findings *findings)
{
	if (findings->write_execute || findings->code_writable)
		panic("check: %s: %lu pages writable and executable, %lu writable names of code, "
		      "of these %lu a user's", findings->table, findings->write_execute,
		      findings->code_writable, findings->user_code);
	kernel_log("check: %s: %lu leaves, none writable and executable, none writable (by users "
		   "or S) that S executes", findings->table, findings->leaves);
}

static bool enabled;

void page_table_check_kernel(void)
{
	struct findings findings = { .table = "kernel" };

	enabled = true;
	page_table_visit(kernel_map_root(), look, &findings);
	report(&findings);
}

void page_table_check_process(const struct process *process)
{
	struct findings findings = { .table = process->name, .user = true };

	if (!enabled)
		return;
	page_table_visit(process->space->root, look, &findings);
	report(&findings);
	if (process->pool && findings.payload_pages * PAGE_SIZE != sched_image()->image_bytes)
		panic("check: %s has %lu pages of the scheduler's image", process->name,
		      findings.payload_pages);
	kernel_log("check: %s: %lu pages of the scheduler, the kernel's frames, code execute-only",
		   process->name, findings.payload_pages);
}
