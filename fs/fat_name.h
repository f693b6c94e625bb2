/*
 * Names on a FAT volume: UTF-8 outside, UTF-16 in long-name slots, 8.3 in the entry
 * itself.  Nothing here touches a device; no state, no locks, any context.
 *
 * Case does not count: names are compared and hashed by their upper case, for which
 * Latin, Greek and Cyrillic letters are known.
 */
#ifndef FS_FAT_NAME_H
#define FS_FAT_NAME_H

#include "kernel/api/base.h"

#define FAT_NAME_UNITS_MAX	255
#define FAT_SHORT_BYTES		11
#define FAT_LONG_SLOT_UNITS	13

/* A name in upper case is not kept: `unit` has it as it was written. */
struct fat_name {
	uint16_t unit[FAT_NAME_UNITS_MAX];
	uint32_t count;
	uint32_t hash;			/* of its upper case */
};

/* 0; -EINVAL: no such name can be (not UTF-8, a character or an end that FAT does not
 * allow); -ENAMETOOLONG. */
int fat_name_parse(struct fat_name *name, const char *text, size_t bytes);
/* For names in memory, which need not be good ones: equal ones have equal hashes. */
uint32_t fat_text_hash(const char *text, size_t bytes);
bool fat_text_equal(const char *one, size_t one_bytes, const char *other, size_t other_bytes);
/* UTF-8 of some units.  Bytes without a NUL, or -ENAMETOOLONG. */
int fat_units_to_text(const uint16_t *unit, uint32_t count, char *text, size_t bytes);
/*
 * struct fat_name's hash: the sum over its slots' hashes, in any order.  `order` is the
 * slot's, from 1 on; a name of up to 13 units has one.
 */
uint32_t fat_part_hash(const uint16_t *unit, uint32_t count, uint32_t order);
/* Whether the name is these units, whatever the case. */
bool fat_units_match(const uint16_t *unit, uint32_t count, const struct fat_name *name);

/* ---- long-name slots ---------------------------------------------------------------- */

#define FAT_LONG_LAST	0x40		/* in `order` of the slot with the name's end */

static inline uint32_t fat_long_slots(uint32_t units)
{
	return (units + FAT_LONG_SLOT_UNITS - 1) / FAT_LONG_SLOT_UNITS;
}

/* Slot `order` (1: the name's start) of a name. */
void fat_long_put(uint8_t slot[32], const struct fat_name *name, uint32_t order,
		  uint8_t checksum);
/* The units of a slot as far as its name goes: 0 .. 13. */
uint32_t fat_long_take(const uint8_t slot[32], uint16_t unit[FAT_LONG_SLOT_UNITS]);
/* Whether the slot has what the name has there, whatever the case. */
bool fat_long_matches(const uint8_t slot[32], const struct fat_name *name, uint32_t order);

/* ---- short names ---------------------------------------------------------------------- */

/* Bits of an entry's byte 12, as Windows NT has them: written in lower case. */
#define FAT_CASE_BASE		0x08
#define FAT_CASE_EXTENSION	0x10

struct fat_short {
	uint8_t text[FAT_SHORT_BYTES];	/* as in the entry, padded */
	uint8_t letter_case;		/* FAT_CASE_* */
};

uint8_t fat_short_checksum(const uint8_t text[FAT_SHORT_BYTES]);
/* True: the short name says all that the name is.  False: it is what a numeric tail is
 * put to (fat_short_number), and the name needs long slots. */
bool fat_short_make(struct fat_short *result, const struct fat_name *name);
/* The attempt-th (from 0) alias with a tail: ~1 to ~4, then with digits of the hash. */
void fat_short_number(struct fat_short *alias, const struct fat_short *basis, uint32_t hash,
		      uint32_t attempt);
#define FAT_SHORT_ATTEMPTS	600000u
/* How it is shown; at most 12 units. */
uint32_t fat_short_units(const uint8_t text[FAT_SHORT_BYTES], uint8_t letter_case,
			 uint16_t unit[12]);

#endif
