/* ASIDs and TLB shootdown by the firmware's remote fences; see the header. */
#include "kernel/mm/tlb.h"

#include "kernel/api/lock.h"
#include "kernel/boot/sbi.h"
#include "kernel/limits.h"
#include "kernel/riscv.h"
#include "kernel/task/hart.h"

#define ASIDS_MAX	65536u
#define WORD_BITS	64u

static struct spinlock asid_lock;	/* the bitmap and the hint */
static uint64_t asids_used[ASIDS_MAX / WORD_BITS];
static uint32_t asid_limit;		/* 1: no ASIDs in the hardware */
static uint32_t asid_hint = 1;

void tlb_init(void)
{
	uint64_t satp = csr_read(satp);
	uint64_t mask;

	csr_write(satp, satp | SATP_ASID_MASK << SATP_ASID_SHIFT);
	mask = csr_read(satp) >> SATP_ASID_SHIFT & SATP_ASID_MASK;
	csr_write(satp, satp);
	tlb_flush_all();
	asid_limit = (uint32_t)mask + 1;
}

uint32_t tlb_asids(void)
{
	return asid_limit - 1;
}

uint32_t tlb_asid_alloc(void)
{
	uint32_t asid = 0;

	spinlock_acquire(&asid_lock);
	for (uint32_t i = 1; i < asid_limit; i++) {
		uint32_t candidate = asid_hint;

		asid_hint = asid_hint + 1 < asid_limit ? asid_hint + 1 : 1;
		if (!(asids_used[candidate / WORD_BITS] >> candidate % WORD_BITS & 1)) {
			asids_used[candidate / WORD_BITS] |= 1ul << candidate % WORD_BITS;
			asid = candidate;
			break;
		}
	}
	spinlock_release(&asid_lock);
	return asid;
}

void tlb_asid_free(uint32_t asid)
{
	if (asid == 0)
		return;
	spinlock_acquire(&asid_lock);
	asids_used[asid / WORD_BITS] &= ~(1ul << asid % WORD_BITS);
	spinlock_release(&asid_lock);
}

static void flush_others(uint64_t hart_mask, uint64_t start, uint64_t bytes)
{
	struct hart *self = hart_this();

	for (unsigned i = 0; i < hart_count(); i++) {
		if (i == self->index || !(hart_mask >> i & 1))
			continue;
		sbi_remote_sfence(harts[i].hardware_id, start, bytes);
		self->counters.tlb_shootdowns++;
	}
}

void tlb_flush_kernel(uint64_t start, uint64_t bytes)
{
	tlb_flush_all();
	flush_others(~0ul, start, bytes);
}

void tlb_flush_user(uint64_t hart_mask, uint64_t start, uint64_t bytes)
{
	tlb_flush_all();
	flush_others(hart_mask, start, bytes);
}

void tlb_flush_instructions(uint64_t hart_mask)
{
	struct hart *self = hart_this();

	instructions_flush();
	for (unsigned i = 0; i < hart_count(); i++)
		if (i != self->index && hart_mask >> i & 1)
			sbi_remote_fence_i(harts[i].hardware_id);
}
