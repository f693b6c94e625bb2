/*
 * The payload `fifo`: one queue, who became ready first runs first.  Every entry
 * is O(1).
 *
 * What it promises: whoever becomes ready runs after those that are ready now and
 * before all others, so nobody starves and nobody is lifted or pushed back.  What
 * it does not: levels count for nothing, neither here nor towards other address
 * spaces; an urgent task waits for as many turns as tasks are ready.
 */
#include "sched-shared/line.h"

#include "sched-shared/engine.h"
