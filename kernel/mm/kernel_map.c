/*
 * The kernel's page tables; see the header.
 *
 * W^X: no page is writable and executable, and no frame of code is writable by
 * another name: the direct map holds the image's read-only part read-only.  The
 * upper-half tables below the root are made at boot and never replaced, so a root
 * that copied their entries sees every later change.
 */
#include "kernel/mm/kernel_map.h"

#include <string.h>

#include "abi/sched.h"

#include "kernel/api/lock.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/frame.h"
#include "kernel/mm/page_table.h"
#include "kernel/mm/tlb.h"
#include "kernel/riscv.h"

#define LARGE_BYTES	(PAGE_SIZE * 512)
#define ROOT_HALF	256u
#define ROOT_ENTRIES	512u

extern char kernel_image_start[], kernel_text_end[], kernel_rodata_end[], kernel_image_end[];
extern char trampoline_start[];
extern char payload_image_start[];

static uint64_t *kernel_root;
static uint64_t trampoline_entry;	/* root entry whose tables hold the trampoline alone */
static unsigned trampoline_index;
bool kernel_map_is_isolated;
static struct spinlock map_lock;	/* kernel_map_frame */
static uint64_t registers_next = REGISTERS_BASE;

static void map_or_panic(int result)
{
	if (result)
		panic("no memory for the kernel's page tables");
}


static uint64_t image_flags(uint64_t address)
{
	const struct uos_sched_header *payload = (const void *)payload_image_start;
	uint64_t offset = address - (uint64_t)payload_image_start;

	if (address < (uint64_t)kernel_text_end)
		return PTE_READ | PTE_EXECUTE;
	/* one that was refused is all zero */
	if (offset >= payload->text_offset && offset < payload->image_bytes)
		return PTE_READ | PTE_EXECUTE;
	if (address < (uint64_t)kernel_rodata_end)
		return PTE_READ;
	return PTE_READ | PTE_WRITE;
}

static void map_image(void)
{
	for (uint64_t at = (uint64_t)kernel_image_start; at < (uint64_t)kernel_image_end;
	     at += PAGE_SIZE)
		map_or_panic(page_table_map(kernel_root, at, at - KERNEL_OFFSET,
					    image_flags(at)));
}

static void map_direct(uint64_t ram_start, uint64_t ram_end)
{
	uint64_t read_only_end = (uint64_t)kernel_rodata_end - KERNEL_OFFSET;
	uint64_t image_start = (uint64_t)kernel_image_start - KERNEL_OFFSET;
	uint64_t at = ram_start;

	while (at < ram_end) {
		uint64_t block = ALIGN_DOWN(at, LARGE_BYTES);
		bool touches_image = block < read_only_end && block + LARGE_BYTES > image_start;
		bool read_only = at >= image_start && at < read_only_end;

		if (at == block && at + LARGE_BYTES <= ram_end && !touches_image) {
			map_or_panic(page_table_map_large(kernel_root, DIRECT_MAP_BASE + at, at,
							  PTE_READ | PTE_WRITE));
			at += LARGE_BYTES;
			continue;
		}
		map_or_panic(page_table_map(kernel_root, DIRECT_MAP_BASE + at, at,
					    PTE_READ | (read_only ? 0 : PTE_WRITE)));
		at += PAGE_SIZE;
	}
}

/* Tables for the areas that grow, so that every root can share them. */
static void reserve_tables(uint64_t start, uint64_t end)
{
	for (uint64_t at = start; at < end; at += LARGE_BYTES * 512) {
		uint64_t *entry = &kernel_root[(at >> 30) & (ROOT_ENTRIES - 1)];
		uint64_t *table;

		if (*entry & PTE_VALID)
			continue;
		table = frame_alloc_zeroed();
		map_or_panic(table ? 0 : -ENOMEM);
		*entry = PTE_MAKE(physical_of(table), PTE_VALID);
	}
}

static void make_trampoline(void)
{
	uint64_t *root = frame_alloc_zeroed();
	uint64_t address = (uint64_t)trampoline_start;

	map_or_panic(root ? 0 : -ENOMEM);
	map_or_panic(page_table_map(root, address, address - KERNEL_OFFSET,
				    PTE_READ | PTE_EXECUTE));
	trampoline_index = (address >> 30) & (ROOT_ENTRIES - 1);
	trampoline_entry = root[trampoline_index];
	frame_put(root);
}

void kernel_map_init(uint64_t ram_start, uint64_t ram_end, bool isolation)
{
	kernel_map_is_isolated = isolation;
	kernel_root = frame_alloc_zeroed();
	map_or_panic(kernel_root ? 0 : -ENOMEM);
	map_image();
	map_direct(ram_start, ram_end);
	reserve_tables(STACKS_BASE, STACKS_END);
	reserve_tables(REGISTERS_BASE, REGISTERS_END);
	make_trampoline();
	csr_write(satp, kernel_map_satp());
	tlb_flush_all();
}

uint64_t kernel_map_satp(void)
{
	return SATP_SV39 | physical_of(kernel_root) >> PAGE_SHIFT;
}

uint64_t *kernel_map_root(void)
{
	return kernel_root;
}

void kernel_map_share(uint64_t *root)
{
	if (kernel_map_is_isolated) {
		root[trampoline_index] = trampoline_entry;
		return;
	}
	for (unsigned i = ROOT_HALF; i < ROOT_ENTRIES; i++)
		root[i] = kernel_root[i];
}

void kernel_map_unshare(uint64_t *root)
{
	if (kernel_map_is_isolated)
		root[trampoline_index] = 0;
	else
		memset(root + ROOT_HALF, 0, (ROOT_ENTRIES - ROOT_HALF) * sizeof(*root));
}

int kernel_map_frame(uint64_t address, void *frame)
{
	int result;

	spinlock_acquire(&map_lock);
	result = page_table_map(kernel_root, address, physical_of(frame), PTE_READ | PTE_WRITE);
	spinlock_release(&map_lock);
	return result;
}

void *registers_map(uint64_t physical, uint64_t bytes)
{
	uint64_t start = ALIGN_DOWN(physical, PAGE_SIZE);
	uint64_t address = registers_next;

	for (uint64_t at = start; at < physical + bytes; at += PAGE_SIZE) {
		if (registers_next >= REGISTERS_END)
			panic("too many device registers to map");
		map_or_panic(page_table_map(kernel_root, registers_next, at,
					    PTE_READ | PTE_WRITE));
		registers_next += PAGE_SIZE;
	}
	tlb_flush_kernel(address, registers_next - address);
	return (void *)(address + (physical - start));
}
