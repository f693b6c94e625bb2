/*
 * check=pagetables: a walk over live page tables, with a report.
 *
 * No leaf is writable and executable, no frame of code is writable by another
 * name, and in a process's table the scheduler's pages are the kernel's own frames,
 * its code execute-only.  A line for each table; a violation panics.
 */
#ifndef KERNEL_BOOT_CHECK_H
#define KERNEL_BOOT_CHECK_H

#include "kernel/api/base.h"

/* The kernel's own tables. */
void check_page_tables(void);
/* One root; user: of a process. */
void check_root(const char *name, uint64_t *root, bool user);

#endif
