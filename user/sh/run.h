/*
 * What the files that run commands share.
 */
#ifndef USER_SH_RUN_H
#define USER_SH_RUN_H

#include "shell.h"

extern struct arena *running;		/* what runs is in it */

/* simple.c */
void run_simple(const struct node *node);
/* For a command.  False: an error was told. */
bool expand_assignments(const struct word *assignments, struct strings *expanded);

/* beside.c */
void run_pipeline(const struct node *node);
void run_background(const struct node *node);
void run_subshell(const struct node *node);

#endif
