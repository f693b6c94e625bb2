/*
 * The payload `prio`: 64 levels, the most urgent first, round robin within a
 * level.  Every entry is O(1).
 *
 * What it promises: a task runs before every ready one of a less urgent level of
 * its lane, and among its equals each has its turn before anybody has a second.
 * What it does not: a less urgent task runs at all while a more urgent one is
 * ready (that is what levels mean), or a holder of something awaited is lifted to
 * the level of who waits: that is the waker's business, by set_priority().
 */
#include "sched-shared/levels.h"

#include "sched-shared/engine.h"
