/*
 * A machine for the host whose coroutines do suspend and whose disk takes its time:
 * who runs next, which request is done next and when are drawn by lot, from a seed.
 * The waiting is the kernel's own (kernel/task/wait.c).
 *
 * The disk has a cache: what was written survives a power cut for certain only once
 * a later flush is done; until then each sector of it may, or may not.
 */
#ifndef TEST_HOST_FS_SIMULATION_H
#define TEST_HOST_FS_SIMULATION_H

#include "fake.h"

/* Runs entry(argument) as the first coroutine until it returns; others are left. */
void simulation_run(void (*entry)(void *argument), void *argument);
/* A coroutine; simulation_join waits until all of these have ended. */
void simulation_spawn(void (*entry)(void *argument), void *argument);
void simulation_join(void);

/* The image becomes the first block device. */
void simulation_disk_load(const char *path);
void simulation_disk_save(const char *path);
/* What a power cut now could leave; drawn by lot. */
void simulation_disk_save_cut(const char *path);
char *simulation_disk(uint64_t *bytes);

/* One write of so many fails; 0: none does. */
extern unsigned simulation_write_failures;
/* Called now and then: between two writes of the disk. */
extern void (*simulation_between_writes)(void);

#endif
