/*
 * Running a program, and reading what was counted for it before it is gone.
 */
#ifndef USER_LIB_RUN_PROGRAM_H
#define USER_LIB_RUN_PROGRAM_H

#include "abi/stats.h"

/* argv[0] without a slash is looked for in /bin.  Its exit status (128 and the signal's
 * number if it was killed), or -errno. */
int program_run(char *const argv[], struct uos_process_stats *process);

#endif
