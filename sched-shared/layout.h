/*
 * Numbers of abi/sched.h that header.S needs: an assembler cannot ask for a
 * sizeof.  pool.h asserts each against the struct.
 */
#ifndef SCHED_SHARED_LAYOUT_H
#define SCHED_SHARED_LAYOUT_H

#define LAYOUT_VERSION			3
#define LAYOUT_HEADER_BYTES		104
#define LAYOUT_POOL_HEADER_BYTES	192
#define LAYOUT_LANE_BYTES		1024
#define LAYOUT_TASK_BYTES		64

#endif
