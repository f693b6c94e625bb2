/* Faults of user code; see the header. */
#include "kernel/trap/fault.h"

#include "abi/process.h"
#include "kernel/process/process.h"
#include "kernel/riscv.h"
#include "kernel/task/hart.h"
#include "kernel/task/thread.h"
#include "kernel/trap/trap.h"

static const char *const cause_names[16] = {
	[CAUSE_FETCH_MISALIGNED] = "misaligned jump",
	[CAUSE_FETCH_ACCESS] = "fetch from no memory",
	[CAUSE_ILLEGAL] = "illegal instruction",
	[CAUSE_BREAKPOINT] = "breakpoint",
	[CAUSE_LOAD_MISALIGNED] = "misaligned load",
	[CAUSE_LOAD_ACCESS] = "load from no memory",
	[CAUSE_STORE_MISALIGNED] = "misaligned store",
	[CAUSE_STORE_ACCESS] = "store to no memory",
	[CAUSE_FETCH_PAGE] = "jump to a page that is not executable",
	[CAUSE_LOAD_PAGE] = "load from a page that is not readable",
	[CAUSE_STORE_PAGE] = "store to a page that is not writable",
};

static uint32_t protection_of(uint64_t cause)
{
	return cause == CAUSE_FETCH_PAGE ? ABI_PROT_EXEC :
	       cause == CAUSE_LOAD_PAGE ? ABI_PROT_READ : ABI_PROT_WRITE;
}

void trap_fault(struct thread *thread, struct trap_frame *frame, uint64_t cause,
		uint64_t address)
{
	struct process *process = thread->process;
	bool page_fault = cause == CAUSE_FETCH_PAGE || cause == CAUSE_LOAD_PAGE ||
			  cause == CAUSE_STORE_PAGE;
	const char *what = cause < 16 && cause_names[cause] ? cause_names[cause] :
			   "unknown exception";
	int signal = cause == CAUSE_ILLEGAL ? ABI_SIGILL : ABI_SIGSEGV;

	if (cause == CAUSE_ILLEGAL && thread_floating_point_begin(hart_this(), thread))
		return;
	if (page_fault) {
		int result = address_space_fault(process->space, address, protection_of(cause));

		if (result == 0)
			return;
		if (result == -EOVERFLOW)
			what = "stack overflow into the guard page";
		else if (result == -ENOMEM)
			what = "no memory left for the page";
		else if (result == -ENXIO)
			what = "access behind the end of a mapped file", signal = ABI_SIGBUS;
	}
	kernel_log("%s[%d] ended: %s, address %#lx, pc %#lx", process->name, process->pid, what,
		   address, frame->pc);
	process_end(process, ABI_CLD_KILLED, signal);
}
