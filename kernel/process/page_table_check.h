/*
 * check=pagetables: walks over live page tables, with a report.
 *
 * No leaf is writable and executable, no frame of code is writable by another
 * name, and in a process's table the scheduler's pages are the kernel's own
 * frames, its code execute-only.  A line for each table; a violation panics.
 */
#ifndef KERNEL_PROCESS_PAGE_TABLE_CHECK_H
#define KERNEL_PROCESS_PAGE_TABLE_CHECK_H

struct process;

/* The kernel's own tables; and from now on each new process's. */
void page_table_check_kernel(void);
/* A process that is about to run; nothing unless the check is on. */
void page_table_check_process(const struct process *process);

#endif
