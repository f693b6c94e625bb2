/* The kernel's command line, as a table of words. */
#ifndef KERNEL_BOOT_OPTIONS_H
#define KERNEL_BOOT_OPTIONS_H

#include "kernel/api/base.h"

struct boot_options {
	bool isolation;			/* isolation=on|off */
	bool check_poison;		/* check=poison */
	bool check_page_tables;		/* check=pagetables */
	/* check=panic|fault|stack|table: fails on purpose, to show what the end looks
	 * like; table: a page of code is writable, which check=pagetables must find */
	enum { FAIL_NOT, FAIL_PANIC, FAIL_FAULT, FAIL_STACK, FAIL_TABLE } fail;
	/* uintr=auto|hw|emulated|off */
	enum { UINTR_AUTO, UINTR_HARDWARE, UINTR_EMULATED, UINTR_OFF } uintr;
	char init[64];			/* init=/bin/sh */
	char sched[32];			/* sched=prio */
};

extern struct boot_options boot_options;	/* fixed after boot */

/* A word that is not known is named on the console and otherwise ignored. */
void boot_options_parse(const char *command_line);

#endif
