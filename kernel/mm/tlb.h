/*
 * Address-space identifiers and what other harts' TLBs still hold.
 *
 * With ASIDs in the hardware each address space has one of its own until it
 * dies; when they run out (or there are none) a space goes without: ASID 0 and
 * a flush at each switch.  A freed ASID is flushed everywhere before it is used
 * again.
 */
#ifndef KERNEL_MM_TLB_H
#define KERNEL_MM_TLB_H

#include "kernel/api/base.h"

void tlb_init(void);				/* boot: how many ASIDs are there */
uint32_t tlb_asids(void);			/* ASIDs of the hardware besides 0 */
uint32_t tlb_asid_alloc(void);			/* 0: none */
void tlb_asid_free(uint32_t asid);

/* After new or changed kernel mappings: every hart that runs. */
void tlb_flush_kernel(uint64_t start, uint64_t bytes);
/* After user mappings were taken away: the harts of the mask, this one included.
 * Returns when all have done it. */
void tlb_flush_user(uint64_t hart_mask, uint64_t start, uint64_t bytes);

/* What was written is what is fetched: likewise. */
void tlb_flush_instructions(uint64_t hart_mask);

#endif
