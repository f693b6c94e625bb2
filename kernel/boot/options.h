/* The kernel's command line, as a table of words. */
#ifndef KERNEL_BOOT_OPTIONS_H
#define KERNEL_BOOT_OPTIONS_H

#include "kernel/api/base.h"

struct boot_options {
	bool isolation;			/* isolation=on|off */
	bool check_poison;		/* check=poison */
	bool check_page_tables;		/* check=pagetables */
	char init[64];			/* init=/bin/sh */
};

extern struct boot_options boot_options;	/* fixed after boot */

/* A word that is not known is named on the console and otherwise ignored. */
void boot_options_parse(const char *command_line);

#endif
