/*
 * Futexes: Linux's numbers for the futex calls, and for IORING_OP_FUTEX_WAIT and
 * _WAKE.  A futex is a 32-bit word of the process's own memory.
 */
#ifndef ABI_FUTEX_H
#define ABI_FUTEX_H

/* futex(): op ... */
#define FUTEX_WAIT		0
#define FUTEX_WAKE		1
#define FUTEX_REQUEUE		3
#define FUTEX_WAIT_BITSET	9
#define FUTEX_WAKE_BITSET	10
/* ... and its flags */
#define FUTEX_PRIVATE_FLAG	128
#define FUTEX_CLOCK_REALTIME	256

#define FUTEX_BITSET_MATCH_ANY	0xffffffffu

/* IORING_OP_FUTEX_*, futex_wait(), futex_wake(): flags */
#define FUTEX2_SIZE_U8		0x00
#define FUTEX2_SIZE_U16		0x01
#define FUTEX2_SIZE_U32		0x02	/* the one that exists */
#define FUTEX2_SIZE_U64		0x03
#define FUTEX2_NUMA		0x04
#define FUTEX2_PRIVATE		FUTEX_PRIVATE_FLAG
#define FUTEX2_SIZE_MASK	0x03

#endif
