/* What address spaces want of TLBs and of the kernel's own map. */
#include "fake.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/mm/tlb.h"

uint64_t fake_user_flushes;

uint32_t tlb_asid_alloc(void)
{
	return 1;
}

void tlb_asid_free(uint32_t asid)
{
	CHECK_EQUAL(asid, 1);
}

void tlb_flush_user(uint64_t hart_mask, uint64_t start, uint64_t bytes)
{
	(void)hart_mask;
	(void)start;
	(void)bytes;
	fake_user_flushes++;
}

void kernel_map_share(uint64_t *root)
{
	(void)root;
}

void kernel_map_unshare(uint64_t *root)
{
	(void)root;
}

void tlb_flush_instructions(uint64_t hart_mask)
{
}
