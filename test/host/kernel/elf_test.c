/*
 * Loading a program: a good file stands in memory as its headers say; a damaged one
 * gives an errno, and never a crash, a read outside of it, or memory left over.
 */
#include <stdlib.h>
#include <string.h>

#include "abi/process.h"
#include "fake.h"
#include "fake_file.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/address_space.h"
#include "kernel/mm/heap.h"
#include "kernel/process/elf.h"

#define FRAMES		2048u
#define HEADERS_AT	64u
#define HEADER_BYTES	56u
#define NOTE_AT		0x200u
#define TEXT		0x10000ul
#define TEXT_BYTES	0x2345u
#define DATA_AT		0x3010u
#define DATA		0x23010ul
#define DATA_BYTES	0x500u
#define DATA_MEMORY	0x5000u
#define FILE_BYTES	(DATA_AT + DATA_BYTES)

static unsigned char good[FILE_BYTES];

static void put(unsigned char *at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		at[i] = (unsigned char)(value >> (8 * i));
}

static void put_segment(unsigned index, uint32_t type, uint32_t flags, const uint64_t words[4])
{
	unsigned char *at = good + HEADERS_AT + index * HEADER_BYTES;

	put(at, type, 4);
	put(at + 4, flags, 4);
	put(at + 8, words[0], 8);
	put(at + 16, words[1], 8);
	put(at + 24, words[1], 8);
	put(at + 32, words[2], 8);
	put(at + 40, words[3], 8);
	put(at + 48, PAGE_SIZE, 8);
}

static void make_good(void)
{
	static const unsigned char identification[16] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };

	for (unsigned i = 0; i < FILE_BYTES; i++)
		good[i] = (unsigned char)random_word();
	memset(good, 0, HEADERS_AT);
	memcpy(good, identification, sizeof(identification));
	put(good + 16, 2, 2);			/* type: executable */
	put(good + 18, 243, 2);			/* machine: RISC-V */
	put(good + 20, 1, 4);
	put(good + 24, TEXT + 0x400, 8);	/* entry */
	put(good + 32, HEADERS_AT, 8);
	put(good + 52, 64, 2);
	put(good + 54, HEADER_BYTES, 2);
	put(good + 56, 3, 2);			/* program headers */
	put_segment(0, 1, 5, (const uint64_t[]){ 0, TEXT, TEXT_BYTES, TEXT_BYTES });
	put_segment(1, 1, 6, (const uint64_t[]){ DATA_AT, DATA, DATA_BYTES, DATA_MEMORY });
	put_segment(2, 4, 4, (const uint64_t[]){ NOTE_AT, TEXT + NOTE_AT, 20, 20 });
	put(good + NOTE_AT, sizeof(UOS_NOTE_NAME), 4);
	put(good + NOTE_AT + 4, 4, 4);
	put(good + NOTE_AT + 8, UOS_NOTE_TYPE, 4);
	memcpy(good + NOTE_AT + 12, UOS_NOTE_NAME, sizeof(UOS_NOTE_NAME));
	put(good + NOTE_AT + 16, UOS_ABI_VERSION, 4);
}

/* Loads a copy that ends where the heap's guard begins. */
static int load(const unsigned char *bytes, uint64_t count, struct address_space *space,
		struct elf_image *image)
{
	unsigned char *copy = malloc(count ? count : 1);
	struct file *file;
	int result;

	memcpy(copy, bytes, count);
	file = fake_file(copy, count);
	result = elf_load(space, file, image);
	file_put(file);
	free(copy);
	CHECK_EQUAL(fake_open_files, 0);
	return result;
}

static void check_good(void)
{
	struct address_space *space = address_space_create();
	static unsigned char memory[DATA_MEMORY], zeros[DATA_MEMORY];
	struct elf_image image = { 0 };

	CHECK_EQUAL(load(good, FILE_BYTES, space, &image), 0);
	CHECK_EQUAL(image.entry, TEXT + 0x400);
	CHECK_EQUAL(image.header_count, 3);
	CHECK_EQUAL(image.headers_address, TEXT + HEADERS_AT);
	CHECK(image.is_uos);
	CHECK_EQUAL(user_copy_in(space, memory, (struct user_address){ TEXT }, TEXT_BYTES), 0);
	CHECK(!memcmp(memory, good, TEXT_BYTES));
	CHECK_EQUAL(user_copy_in(space, memory, (struct user_address){ DATA }, DATA_MEMORY), 0);
	CHECK(!memcmp(memory, good + DATA_AT, DATA_BYTES));
	CHECK(!memcmp(memory + DATA_BYTES, zeros, DATA_MEMORY - DATA_BYTES));
	CHECK_EQUAL(user_copy_out(space, (struct user_address){ TEXT }, "x", 1), -EFAULT);
	CHECK_EQUAL(user_copy_out(space, (struct user_address){ DATA }, "x", 1), 0);
	CHECK_EQUAL(address_space_fault(space, TEXT, ABI_PROT_EXEC), 0);
	CHECK_EQUAL(address_space_fault(space, DATA, ABI_PROT_EXEC), -EFAULT);
	address_space_put(space);
}

/* ---- damage --------------------------------------------------------------------------- */

static uint64_t hostile_word(void)
{
	static const uint64_t words[] = {
		0, 1, 0x7f, PAGE_SIZE, FILE_BYTES, USER_END, USER_END - PAGE_SIZE, 1ul << 31,
		1ul << 32, 1ul << 38, (uint64_t)INT64_MAX, 1ul << 63, ~0ul, ~0ul - 15,
		~0ul << PAGE_SHIFT, KERNEL_BASE, TRAP_FRAMES_BASE,
	};

	return words[random_below(ARRAY_SIZE(words))] + (random_below(4) ? 0 : random_below(64));
}

static uint64_t damage(unsigned char *bytes)
{
	static const unsigned sizes[] = { 1, 2, 4, 8 };
	uint64_t times = 1 + random_below(4);

	while (times--) {
		unsigned size = sizes[random_below(4)];
		uint64_t at = random_below(8) ? 16 + random_below(HEADERS_AT + 3 * HEADER_BYTES - 16) :
			      NOTE_AT + random_below(20);

		at = ALIGN_DOWN(at, size);
		if (random_below(3) == 0)
			bytes[at] ^= (unsigned char)(1u << random_below(8));
		else
			put(bytes + at, hostile_word(), size);
	}
	return random_below(6) ? FILE_BYTES : random_below(FILE_BYTES);
}

static void one_damaged(void)
{
	static unsigned char bytes[FILE_BYTES + 8];
	struct address_space *space = address_space_create();
	struct elf_image image = { 0 };
	uint64_t count;
	int result;

	memcpy(bytes, good, FILE_BYTES);
	count = damage(bytes);
	result = load(bytes, count, space, &image);
	CHECK(result == 0 || result == -ENOEXEC || result == -ENOMEM);
	address_space_put(space);
	CHECK_EQUAL(heap_bytes_used(), 0);
	CHECK_EQUAL(machine_free_frames() + heap_frames_held(), FRAMES);
}

/* Loading ends with -ENOMEM wherever memory ends. */
static void out_of_memory(void)
{
	uint64_t left = 2;
	int result;

	do {
		struct address_space *space = address_space_create();
		struct elf_image image;

		machine_squeeze(left++);
		result = load(good, FILE_BYTES, space, &image);
		CHECK(result == 0 || result == -ENOMEM);
		machine_relax();
		address_space_put(space);
	} while (result && left < 100);
	/* two tables and the pages of the file's own bytes at least */
	CHECK(left > 6);
	CHECK_EQUAL(result, 0);
}

int main(int count, char **words)
{
	uint64_t operations;

	test_arguments(count, words, &operations);
	machine_start(FRAMES);
	make_good();
	check_good();
	out_of_memory();
	while (operations--)
		one_damaged();
	return 0;
}
