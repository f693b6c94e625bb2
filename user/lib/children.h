/*
 * Children that the shell does not wait for at once: those started with &, and,
 * as the first program, those whose own parents have ended.
 */
#ifndef USER_LIB_CHILDREN_H
#define USER_LIB_CHILDREN_H

#include <sys/types.h>

#define STATUS_KILLED	128		/* plus the signal's number */

/* Takes note of a child that was started with &. */
void children_add(pid_t pid);
/* Takes away every child that has ended; keeps the status of those noted. */
void children_reap(void);
/* One that was noted and not waited for yet; 0: there is none. */
pid_t children_any(void);
/* Lists them. */
void children_print(void);
/* Waits for a child: its exit status as $? says it, or -errno. */
int children_wait(pid_t pid);

#endif
