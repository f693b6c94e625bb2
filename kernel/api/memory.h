/*
 * Memory as drivers and file systems see it: kernel objects, frames, mappings
 * of device registers.  Any context; nothing here suspends.
 */
#ifndef KERNEL_API_MEMORY_H
#define KERNEL_API_MEMORY_H

#include "kernel/api/base.h"

/* ---- kernel objects: 8-byte aligned, zeroed ---------------------------------- */

/* NULL when there is no memory.  Sizes up to 1 MiB. */
void *kernel_alloc(size_t bytes);
/* `bytes` as it was asked for.  NULL is nothing to free. */
void kernel_free(void *memory, size_t bytes);

/* ---- frames: page-sized, reference-counted ------------------------------------ */

/*
 * A contiguous run of 2^order frames with one reference each, not zeroed, at
 * its kernel address; NULL when there is none.  Freed frame by frame or at once.
 */
void *frames_alloc(unsigned order);
void frames_free(void *frames, unsigned order);
/* A zeroed frame. */
void *frame_alloc_zeroed(void);
/* A further reference, and the end of one; the last frees the frame. */
void frame_get(void *frame);
void frame_put(void *frame);
/* Frames that the machine has for all purposes.  For limits that follow it. */
uint64_t frames_total(void);
/* Those that nobody has, now. */
uint64_t frames_unused(void);

/*
 * Whoever keeps frames that he could do without says here how to get them back:
 * `reclaim` lets go of up to that many and tells how many it did.  It is called
 * when there are none left, in any context, perhaps with spinlocks held: it must
 * not suspend, and must hold no lock of its own while it asks for memory.  One
 * keeper; boot time only.
 */
void frames_reclaim_register(uint64_t (*reclaim)(uint64_t frames));

/* Kernel address of RAM, and its physical address. */
uint64_t physical_of(const void *kernel_address);
void *kernel_address_of(uint64_t physical);

/* ---- device registers ---------------------------------------------------------- */

/* Kernel address of `bytes` of device registers; boot time only; panics if full. */
void *registers_map(uint64_t physical, uint64_t bytes);

static inline uint32_t register_read32(const volatile void *address)
{
	uint32_t value = *(const volatile uint32_t *)address;

	/* device reads before later memory reads: an interrupt's data is there */
	__asm__ volatile("fence i,r" ::: "memory");
	return value;
}

static inline void register_write32(volatile void *address, uint32_t value)
{
	/* memory writes before device writes: the device sees what we wrote for it */
	__asm__ volatile("fence w,o" ::: "memory");
	*(volatile uint32_t *)address = value;
}

static inline uint8_t register_read8(const volatile void *address)
{
	uint8_t value = *(const volatile uint8_t *)address;

	__asm__ volatile("fence i,r" ::: "memory");
	return value;
}

static inline void register_write8(volatile void *address, uint8_t value)
{
	__asm__ volatile("fence w,o" ::: "memory");
	*(volatile uint8_t *)address = value;
}

#endif
