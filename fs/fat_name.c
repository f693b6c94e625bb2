/*
 * Names on a FAT volume: see fat_name.h.
 */
#include "fs/fat_name.h"

#include <string.h>

#define REPLACEMENT	0xfffdu

/* ---- letters ------------------------------------------------------------------------- */

/* Two letters next to each other, the upper case first, at even or odd places. */
static uint16_t upper_of_pair(uint16_t unit)
{
	bool odd_is_upper = (unit >= 0x139 && unit <= 0x148) || (unit >= 0x179 && unit <= 0x17e);

	if (unit == 0x131 || unit == 0x138 || unit == 0x149 || unit == 0x17f)
		return unit;		/* without a partner here */
	if (odd_is_upper)
		return unit & 1 ? unit : unit - 1;
	return unit & 1 ? unit - 1 : unit;
}

static uint16_t upper(uint16_t unit)
{
	if (unit < 0x80)
		return unit >= 'a' && unit <= 'z' ? unit - 0x20 : unit;
	if (unit >= 0xe0 && unit <= 0xfe)
		return unit == 0xf7 ? unit : unit - 0x20;
	if (unit == 0xff)
		return 0x178;
	if (unit >= 0x100 && unit <= 0x17f && unit != 0x178)
		return upper_of_pair(unit);
	if (unit >= 0x3b1 && unit <= 0x3cb)
		return unit == 0x3c2 ? unit : unit - 0x20;
	if (unit >= 0x430 && unit <= 0x44f)
		return unit - 0x20;
	if (unit >= 0x450 && unit <= 0x45f)
		return unit - 0x50;
	if (unit >= 0x460 && unit <= 0x481)
		return upper_of_pair(unit);
	return unit;
}

/* ---- UTF-8 ------------------------------------------------------------------------------ */

/* The next character; its bytes, or 0: that is no UTF-8. */
static size_t character_read(const uint8_t *text, size_t bytes, uint32_t *character)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	unsigned more = *text < 0x80 ? 0 : *text < 0xe0 ? 1 : *text < 0xf0 ? 2 : 3;

	if (more == 0) {
		*character = *text;
		return 1;
	}
	if (*text < 0xc2 || *text > 0xf4 || bytes <= more)
		return 0;
	*character = *text & (0x3fu >> more);
	for (unsigned i = 1; i <= more; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*character = *character << 6 | (text[i] & 0x3f);
	}
	if (*character < least[more] || *character > 0x10ffff ||
	    (*character >= 0xd800 && *character < 0xe000))
		return 0;
	return more + 1;
}

static unsigned units_of(uint32_t character, uint16_t unit[2])
{
	if (character < 0x10000) {
		unit[0] = (uint16_t)character;
		return 1;
	}
	character -= 0x10000;
	unit[0] = (uint16_t)(0xd800 | character >> 10);
	unit[1] = (uint16_t)(0xdc00 | (character & 0x3ff));
	return 2;
}

/* What is no UTF-8 counts byte by byte, so that any text can be walked through. */
static size_t units_read(const char *text, size_t bytes, uint16_t unit[2], unsigned *count)
{
	uint32_t character;
	size_t used = character_read((const uint8_t *)text, bytes, &character);

	if (used) {
		*count = units_of(character, unit);
		return used;
	}
	unit[0] = (uint16_t)(0xdc00 | (uint8_t)*text);
	*count = 1;
	return 1;
}

static size_t character_write(uint32_t character, char text[4])
{
	unsigned more = character < 0x80 ? 0 : character < 0x800 ? 1 :
			character < 0x10000 ? 2 : 3;
	static const uint8_t head[] = { 0, 0xc0, 0xe0, 0xf0 };

	for (unsigned i = more; i > 0; i--) {
		text[i] = (char)(0x80 | (character & 0x3f));
		character >>= 6;
	}
	text[0] = (char)(head[more] | character);
	return more + 1;
}

/* ---- names -------------------------------------------------------------------------------- */

#define HASH_START	2166136261u

static uint32_t units_hash(uint32_t hash, const uint16_t *unit, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		hash = (hash ^ upper(unit[i])) * 16777619u;
	return hash;
}

uint32_t fat_part_hash(const uint16_t *unit, uint32_t count, uint32_t order)
{
	return units_hash(HASH_START, unit, count) * (2 * order - 1);
}

bool fat_units_match(const uint16_t *unit, uint32_t count, const struct fat_name *name)
{
	if (count != name->count)
		return false;
	while (count > 0 && upper(unit[count - 1]) == upper(name->unit[count - 1]))
		count--;
	return count == 0;
}

static uint32_t name_hash(const struct fat_name *name)
{
	uint32_t hash = 0;

	for (uint32_t at = 0; at < name->count; at += FAT_LONG_SLOT_UNITS)
		hash += fat_part_hash(name->unit + at,
				      MIN(name->count - at, (uint32_t)FAT_LONG_SLOT_UNITS),
				      at / FAT_LONG_SLOT_UNITS + 1);
	return hash;
}

static bool unit_is_allowed(uint16_t unit)
{
	return unit >= 0x20 && (unit >= 0x80 || !strchr("\"*/:<>?\\|", unit));
}

int fat_name_parse(struct fat_name *name, const char *text, size_t bytes)
{
	name->count = 0;
	while (bytes > 0) {
		uint32_t character;
		uint16_t unit[2];
		size_t used = character_read((const uint8_t *)text, bytes, &character);
		unsigned count;

		if (!used || !unit_is_allowed((uint16_t)MIN(character, 0xffffu)))
			return -EINVAL;
		count = units_of(character, unit);
		if (name->count + count > FAT_NAME_UNITS_MAX)
			return -ENAMETOOLONG;
		memcpy(name->unit + name->count, unit, count * sizeof(*unit));
		name->count += count;
		text += used;
		bytes -= used;
	}
	if (name->count == 0 || name->unit[name->count - 1] == ' ' ||
	    name->unit[name->count - 1] == '.')
		return -EINVAL;
	name->hash = name_hash(name);
	return 0;
}

uint32_t fat_text_hash(const char *text, size_t bytes)
{
	uint32_t hash = HASH_START;

	while (bytes > 0) {
		uint16_t unit[2];
		unsigned count;
		size_t used = units_read(text, bytes, unit, &count);

		hash = units_hash(hash, unit, count);
		text += used;
		bytes -= used;
	}
	return hash;
}

bool fat_text_equal(const char *one, size_t one_bytes, const char *other, size_t other_bytes)
{
	while (one_bytes > 0 && other_bytes > 0) {
		uint16_t unit[2][2] = { { 0 } };
		unsigned count[2];
		size_t used = units_read(one, one_bytes, unit[0], &count[0]);

		one += used;
		one_bytes -= used;
		used = units_read(other, other_bytes, unit[1], &count[1]);
		other += used;
		other_bytes -= used;
		if (count[0] != count[1] || upper(unit[0][0]) != upper(unit[1][0]) ||
		    (count[0] == 2 && unit[0][1] != unit[1][1]))
			return false;
	}
	return one_bytes == other_bytes;
}

int fat_units_to_text(const uint16_t *unit, uint32_t count, char *text, size_t bytes)
{
	size_t done = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t character = unit[i];
		char one[4];
		size_t used;

		if (character >= 0xd800 && character < 0xdc00 && i + 1 < count &&
		    unit[i + 1] >= 0xdc00 && unit[i + 1] < 0xe000)
			character = 0x10000 + ((character & 0x3ff) << 10) + (unit[++i] & 0x3ff);
		else if (character >= 0xd800 && character < 0xe000)
			character = REPLACEMENT;
		used = character_write(character, one);
		if (done + used > bytes)
			return -ENAMETOOLONG;
		memcpy(text + done, one, used);
		done += used;
	}
	return (int)done;
}

/* ---- long-name slots ------------------------------------------------------------- */

/* Where the units lie in a slot. */
static const uint8_t unit_place[FAT_LONG_SLOT_UNITS] = {
	1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30
};

static uint16_t slot_unit(const uint8_t slot[32], uint32_t n)
{
	return (uint16_t)(slot[unit_place[n]] | slot[unit_place[n] + 1] << 8);
}

void fat_long_put(uint8_t slot[32], const struct fat_name *name, uint32_t order,
		  uint8_t checksum)
{
	uint32_t first = (order - 1) * FAT_LONG_SLOT_UNITS;

	memset(slot, 0, 32);
	slot[0] = (uint8_t)(order | (order == fat_long_slots(name->count) ? FAT_LONG_LAST : 0));
	slot[11] = 0x0f;
	slot[13] = checksum;
	for (uint32_t i = 0; i < FAT_LONG_SLOT_UNITS; i++) {
		uint32_t at = first + i;
		uint16_t unit = at < name->count ? name->unit[at] : at == name->count ? 0 : 0xffff;

		slot[unit_place[i]] = (uint8_t)unit;
		slot[unit_place[i] + 1] = (uint8_t)(unit >> 8);
	}
}

uint32_t fat_long_take(const uint8_t slot[32], uint16_t unit[FAT_LONG_SLOT_UNITS])
{
	uint32_t count = 0;

	while (count < FAT_LONG_SLOT_UNITS && slot_unit(slot, count)) {
		unit[count] = slot_unit(slot, count);
		count++;
	}
	return count;
}

bool fat_long_matches(const uint8_t slot[32], const struct fat_name *name, uint32_t order)
{
	uint32_t first = (order - 1) * FAT_LONG_SLOT_UNITS;

	for (uint32_t i = 0; i < FAT_LONG_SLOT_UNITS; i++) {
		uint16_t unit = slot_unit(slot, i);

		if (first + i >= name->count)
			return first + i > name->count || unit == 0;
		if (upper(unit) != upper(name->unit[first + i]))
			return false;
	}
	return true;
}

/* ---- short names ----------------------------------------------------------------- */

uint8_t fat_short_checksum(const uint8_t text[FAT_SHORT_BYTES])
{
	uint8_t sum = 0;

	for (unsigned i = 0; i < FAT_SHORT_BYTES; i++)
		sum = (uint8_t)((sum >> 1 | sum << 7) + text[i]);
	return sum;
}

/* Which cases the letters of a part have: bit 0 lower, bit 1 upper. */
struct short_part {
	uint8_t *text;
	uint32_t room, used;
	uint8_t cases;
	bool lossy;
};

static void part_add(struct short_part *part, uint16_t unit)
{
	if (unit == ' ' || unit == '.') {
		part->lossy = true;	/* left out */
		return;
	}
	if (part->used == part->room) {
		part->lossy = true;
		return;
	}
	if (unit >= 0x80 || strchr("+,;=[]", unit)) {
		part->lossy = true;
		unit = '_';
	}
	if (unit >= 'a' && unit <= 'z')
		part->cases |= 1;
	else if (unit >= 'A' && unit <= 'Z')
		part->cases |= 2;
	part->text[part->used++] = (uint8_t)upper(unit);
}

bool fat_short_make(struct fat_short *result, const struct fat_name *name)
{
	struct short_part base = { .text = result->text, .room = 8 };
	struct short_part extension = { .text = result->text + 8, .room = 3 };
	uint32_t dot = name->count;

	memset(result->text, ' ', FAT_SHORT_BYTES);
	for (uint32_t i = 1; i + 1 < name->count; i++)
		if (name->unit[i] == '.')
			dot = i;
	for (uint32_t i = 0; i < dot; i++)
		part_add(&base, name->unit[i]);
	for (uint32_t i = dot + 1; i < name->count; i++)
		part_add(&extension, name->unit[i]);
	if (base.used == 0) {
		result->text[0] = '_';
		base.lossy = true;
	}
	result->letter_case = (base.cases == 1 ? FAT_CASE_BASE : 0) |
			      (extension.cases == 1 ? FAT_CASE_EXTENSION : 0);
	if (!base.lossy && !extension.lossy && base.cases != 3 && extension.cases != 3)
		return true;
	result->letter_case = 0;
	return false;
}

static uint32_t base_length(const uint8_t text[FAT_SHORT_BYTES])
{
	uint32_t length = 8;

	while (length > 1 && text[length - 1] == ' ')
		length--;
	return length;
}

void fat_short_number(struct fat_short *alias, const struct fat_short *basis, uint32_t hash,
		      uint32_t attempt)
{
	static const char digits[] = "0123456789ABCDEF";
	uint32_t length = base_length(basis->text);

	*alias = *basis;
	alias->letter_case = 0;
	if (attempt < 4) {
		length = MIN(length, 6);
		attempt++;
	} else {
		/* 16 bits of the hash, then another 16, with ~1 to ~9 */
		hash += (attempt - 4) / 9 * 0x9e37u;
		length = MIN(length, 2);
		for (unsigned i = 0; i < 4; i++)
			alias->text[length++] = (uint8_t)digits[hash >> (12 - 4 * i) & 15];
		attempt = (attempt - 4) % 9 + 1;
	}
	alias->text[length++] = '~';
	alias->text[length++] = (uint8_t)digits[attempt];
	while (length < 8)
		alias->text[length++] = ' ';
}

/* Code page 437, from 0x80. */
static const uint16_t code_page[128] = {
	0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7,
	0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5,
	0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9,
	0x00ff, 0x00d6, 0x00dc, 0x00a2, 0x00a3, 0x00a5, 0x20a7, 0x0192,
	0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba,
	0x00bf, 0x2310, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb,
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556,
	0x2555, 0x2563, 0x2551, 0x2557, 0x255d, 0x255c, 0x255b, 0x2510,
	0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x255e, 0x255f,
	0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x2567,
	0x2568, 0x2564, 0x2565, 0x2559, 0x2558, 0x2552, 0x2553, 0x256b,
	0x256a, 0x2518, 0x250c, 0x2588, 0x2584, 0x258c, 0x2590, 0x2580,
	0x03b1, 0x00df, 0x0393, 0x03c0, 0x03a3, 0x03c3, 0x00b5, 0x03c4,
	0x03a6, 0x0398, 0x03a9, 0x03b4, 0x221e, 0x03c6, 0x03b5, 0x2229,
	0x2261, 0x00b1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00f7, 0x2248,
	0x00b0, 0x2219, 0x00b7, 0x221a, 0x207f, 0x00b2, 0x25a0, 0x00a0,
};

static uint16_t shown(uint8_t byte, bool lower)
{
	if (lower && byte >= 'A' && byte <= 'Z')
		return byte + 0x20;
	/* a name with a slash or worse in it could not be asked for */
	if (byte < 0x20 || byte == '/')
		return '_';
	return byte < 0x80 ? byte : code_page[byte - 0x80];
}

uint32_t fat_short_units(const uint8_t text[FAT_SHORT_BYTES], uint8_t letter_case,
			 uint16_t unit[12])
{
	uint32_t count = 0, base = 8, end = FAT_SHORT_BYTES;

	while (base > 0 && text[base - 1] == ' ')
		base--;
	while (end > 8 && text[end - 1] == ' ')
		end--;
	for (uint32_t i = 0; i < base; i++)
		/* 0xe5 would say that the slot is free, so it stands as 0x05 */
		unit[count++] = shown(i == 0 && text[i] == 0x05 ? 0xe5 : text[i],
				      letter_case & FAT_CASE_BASE);
	if (end > 8)
		unit[count++] = '.';
	for (uint32_t i = 8; i < end; i++)
		unit[count++] = shown(text[i], letter_case & FAT_CASE_EXTENSION);
	return count;
}
