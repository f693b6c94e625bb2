/*
 * What an address space should be: a plain list of areas, a byte of truth for each
 * byte of user memory, and whether each page is there.
 */
#ifndef TEST_HOST_KERNEL_SPACE_REFERENCE_H
#define TEST_HOST_KERNEL_SPACE_REFERENCE_H

#include "kernel/api/base.h"
#include "kernel/mm/address_space.h"

#define AREAS_MAX	256u
#define OBJECT_PAGES	8u

struct area {
	uint64_t start, end;
	uint32_t protection;
	enum region_kind kind;
	uint8_t slot_shift;
	bool locked;
	uint64_t first_page;		/* REGION_FRAMES: of the object, at `start` */
};

extern struct area areas[AREAS_MAX];
extern unsigned area_count;
extern unsigned char object_bytes[OBJECT_PAGES][PAGE_SIZE];
extern uint64_t present_pages;

void reference_start(void);
void reference_clear(void);
const struct area *area_at(uint64_t address);
bool area_taken(uint64_t start, uint64_t end);

/* 0 or the errno that the kernel owes for it, places excepted; a place that was
 * asked for must be free, or is freed, as mmap says. */
int reference_map_check(const struct region_request *request);
/* Where the request must go; 0: wherever there is room. */
uint64_t reference_map_place(const struct region_request *request);
void reference_map(const struct region_request *request, uint64_t start);
int reference_unmap(uint64_t start, uint64_t bytes);
/* As mprotect and MADV_DONTNEED. */
int reference_protect(uint64_t start, uint64_t bytes, uint32_t protection);
int reference_discard(uint64_t start, uint64_t bytes);
/* Pages that are there and may be used for something. */
uint64_t reference_usable_pages(void);

/* 0, -EFAULT or -EOVERFLOW. */
int reference_access(uint64_t address, uint32_t protection);
/* Notes that the page is there now. */
void reference_touch(uint64_t address);
/* The byte of truth. */
unsigned char *reference_byte(uint64_t address);

#endif
