/*
 * FAT32 in the simulated machine, against a plain model.  Arguments:
 *
 *   work IMAGE SEED OPERATIONS FOLDER   several coroutines, each in a directory of its
 *        own, create, write, cut, rename and remove at random; in the end all is as
 *        their models say, the image is saved, and FOLDER has what is to be in it.
 *   cut IMAGE SEED OPERATIONS FOLDER    the same with fsync; a power cut now and then
 *        leaves FOLDER/N.img and FOLDER/N.facts.
 *   check IMAGE FACTS                   mounts, walks, and looks whether the facts hold.
 *   fuzz IMAGE SEED ROUNDS              damages bytes, mounts, walks and changes.
 *   fill IMAGE SEED                     until there is no space, and then on.
 *   errors IMAGE SEED                   writes fail now and then.
 *   refuse IMAGE SEED                   it is no FAT32 volume: nothing is mounted.
 *   names - SEED                        fs/fat_name.c alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fat_test.h"
#include "fs/fat_name.h"
#include "simulation.h"

/* ---- facts ----------------------------------------------------------------------- */

static bool file_is(const char *path, uint32_t bytes, uint32_t hash)
{
	static char data[FILE_BYTES_MAX + 1];
	struct file *file = open_path(path, O_RDONLY);
	ssize_t done;

	if (!file)
		return false;
	done = read_at(file, data, sizeof(data), 0);
	file_put(file);
	return done == (ssize_t)bytes && hash_of(data, bytes) == hash;
}

static void facts_check(void *argument)
{
	FILE *file = fopen(argument, "r");
	char names[1000];
	unsigned number, bytes, hash;

	vfs_init();
	CHECK(file);
	while (fscanf(file, "%u\t%u\t%u\t%999[^\n]\n", &number, &bytes, &hash, names) == 4) {
		char path[PATH_BYTES], *name = names, *end;
		bool found = false;

		for (; !found && (end = strchr(name, '|')); name = end + 1) {
			*end = '\0';
			worker_path(path, number, name);
			found = file_is(path, bytes, hash);
		}
		CHECK(found, "%s of %u bytes is not whole", path, bytes);
	}
	fclose(file);
	vfs_finish();
}

/* ---- walking a tree that may be damaged ------------------------------------------ */

static char touch_path[PATH_BYTES * 4];

static void touch_file(const char *path)
{
	struct file *file = open_path(path, O_RDWR);
	static char data[5000];
	uint64_t offset = 0;
	ssize_t done;

	if (!file)
		return;
	/* a few places are enough: a damaged size may say 4 GB */
	for (unsigned i = 0; i < 40; i++) {
		done = read_at(file, data, sizeof(data), (int64_t)offset);
		if (done <= 0)
			break;
		offset += (uint64_t)done << (i / 4);
	}
	if (fake_random_below(4) == 0)
		write_at(file, data, sizeof(data), (int64_t)fake_random_below(20000));
	if (fake_random_below(4) == 0)
		file_truncate(file, (int64_t)fake_random_below(9000));
	if (fake_random_below(8) == 0)
		file_sync(file, false);
	file_put(file);
}

static void walk(const char *path, unsigned depth);

static void touch_name(const char *path, unsigned type, unsigned depth)
{
	snprintf(touch_path, sizeof(touch_path), "%s/x%u", path, depth);
	if (type == ABI_DT_DIR)
		walk(path, depth + 1);
	else
		touch_file(path);
	switch (fake_random_below(8)) {
	case 0:
		vfs_unlink(vfs_root(), path, type == ABI_DT_DIR);
		break;
	case 1:
		vfs_rename(vfs_root(), path, vfs_root(), "/files/somewhere else", 0);
		break;
	case 2:
		vfs_mkdir(vfs_root(), touch_path, 0755);
		break;
	}
}

static void walk(const char *path, unsigned depth)
{
	_Alignas(8) char records[1500];
	struct file *file = open_path(path, O_RDONLY);
	unsigned left = 200;
	struct cursor cursor;
	ssize_t bytes;

	if (!file)
		return;
	for (; left > 0 && depth < 6; left--) {
		cursor_init_kernel(&cursor, records, sizeof(records));
		bytes = file_readdir(file, &cursor);
		if (bytes <= 0)
			break;
		for (ssize_t at = 0; at < bytes;) {
			struct linux_dirent64 *entry = (void *)(records + at);
			const char *name = records + at + offsetof(struct linux_dirent64, d_name);
			char inner[PATH_BYTES * 3];

			at += entry->d_reclen;
			CHECK(!strchr(name, '/') && strlen(name) <= VFS_NAME_BYTES_MAX);
			if (!strcmp(name, ".") || !strcmp(name, "..") || left == 0 ||
			    snprintf(inner, sizeof(inner), "%s/%s", path, name) >=
			    (int)sizeof(inner))
				continue;
			left--;
			touch_name(inner, entry->d_type, depth);
		}
	}
	file_put(file);
}

static void walk_all(void *unused)
{
	(void)unused;
	vfs_init();
	walk("/files", 0);
	vfs_finish();
}

/* ---- fuzz ------------------------------------------------------------------------ */

static void damage(void)
{
	uint64_t bytes, reach;
	char *image = simulation_disk(&bytes);
	unsigned count = 1 + (unsigned)fake_random_below(40);

	/* mostly where the structures are */
	reach = fake_random_below(3) ? MIN(bytes, 400000u) : bytes;
	if (fake_random_below(4) == 0)
		reach = 512;
	for (unsigned i = 0; i < count; i++) {
		uint64_t at = fake_random_below(reach);

		switch (fake_random_below(4)) {
		case 0:
			image[at] = (char)fake_random();
			break;
		case 1:
			image[at] ^= (char)(1u << fake_random_below(8));
			break;
		case 2:
			image[at] = fake_random_below(2) ? -1 : 0;
			break;
		default:
			/* an entry of a FAT, or part of a directory, from elsewhere */
			at &= ~3ull;
			memmove(image + at, image + (fake_random_below(reach) & ~31ull),
			       MIN(32, bytes - at));
		}
	}
}

static int fuzz_round(const char *path, uint64_t seed)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		alarm(60);
		fake_random_state = seed;
		simulation_disk_load(path);
		damage();
		simulation_run(walk_all, NULL);
		_exit(0);
	}
	waitpid(child, &status, 0);
	return status;
}

static int fuzz(const char *path, uint64_t seed, uint64_t rounds)
{
	for (uint64_t i = 0; i < rounds; i++)
		if (fuzz_round(path, seed + i)) {
			fprintf(stderr, "damaged by seed %lu\n", seed + i);
			return 1;
		}
	return 0;
}

/* ---- no space -------------------------------------------------------------------- */

#define FILL_FILES	400u

static uint64_t fill_file(unsigned number)
{
	static char data[70000];
	char path[PATH_BYTES];
	struct file *file;
	uint64_t done = 0;
	ssize_t part = 1;
	int error;

	snprintf(path, sizeof(path), "/files/filling %u", number);
	error = vfs_open(vfs_root(), path, O_CREAT | O_RDWR, 0644, &file);
	if (error) {
		CHECK_EQUAL(error, -ENOSPC);
		return 0;
	}
	memset(data, (int)number, sizeof(data));
	while (done < sizeof(data) && part > 0) {
		part = write_at(file, data, sizeof(data) - done, (int64_t)done);
		CHECK(part > 0 || part == -ENOSPC);
		done += part > 0 ? (uint64_t)part : 0;
	}
	file_put(file);
	return done;
}

static void fill_check(unsigned number, uint64_t bytes)
{
	static char data[70001];
	char path[PATH_BYTES];
	struct file *file;

	snprintf(path, sizeof(path), "/files/filling %u", number);
	file = open_path(path, O_RDONLY);
	CHECK(file || bytes == 0);
	if (!file)
		return;
	CHECK_EQUAL(read_at(file, data, sizeof(data), 0), bytes);
	for (uint64_t i = 0; i < bytes; i++)
		CHECK(data[i] == (char)number);
	file_put(file);
}

/* Fills it, three times; each time as much goes in, and nothing is lost. */
static void fill(void *unused)
{
	uint64_t total[3], bytes[FILL_FILES];

	(void)unused;
	vfs_init();
	for (unsigned round = 0; round < 3; round++) {
		total[round] = 0;
		for (unsigned i = 0; i < FILL_FILES; i++)
			total[round] += bytes[i] = fill_file(i);
		for (unsigned i = 0; i < FILL_FILES; i++)
			fill_check(i, bytes[i]);
		for (unsigned i = 0; i < FILL_FILES && round < 2; i++) {
			char path[PATH_BYTES];

			snprintf(path, sizeof(path), "/files/filling %u", i);
			vfs_unlink(vfs_root(), path, false);
		}
		CHECK(total[round] > 100000, "%lu", total[round]);
	}
	/* the directory keeps what it grew to */
	CHECK_EQUAL(total[1], total[2]);
	vfs_finish();
}

/* ---- a disk that fails --------------------------------------------------------------- */

/* Whatever fails, fsync says so, and after a failure of metadata nothing is changed. */
static void errors(void *unused)
{
	static char data[30000];
	unsigned told = 0;

	(void)unused;
	vfs_init();
	simulation_write_failures = 12;
	for (unsigned i = 0; i < 300; i++) {
		char path[PATH_BYTES];
		struct file *file;

		worker_path(path, 0, "");
		vfs_mkdir(vfs_root(), path, 0755);
		snprintf(path, sizeof(path), "/files/worker 0/f%u", i % 9);
		if (fake_random_below(6) == 0)
			vfs_unlink(vfs_root(), path, false);
		file = open_path(path, O_CREAT | O_RDWR);
		if (!file) {
			CHECK(open_error == -EIO || open_error == -ENOENT, "%d", open_error);
			continue;
		}
		write_at(file, data, 1 + fake_random_below(sizeof(data) - 1), 0);
		told += file_sync(file, false) == -EIO;
		file_put(file);
	}
	CHECK(told > 0);
	/* reading goes on */
	simulation_write_failures = 0;
	walk("/files", 0);
	vfs_finish();
}

/* ---- names ----------------------------------------------------------------------- */

static void check_short(const char *text, const char *wanted, bool exact)
{
	struct fat_short result;
	struct fat_name name;

	CHECK_EQUAL(fat_name_parse(&name, text, strlen(text)), 0);
	CHECK_EQUAL(fat_short_make(&result, &name), exact);
	CHECK(!memcmp(result.text, wanted, FAT_SHORT_BYTES), "%s: %.11s", text, result.text);
}

/* What comes back from long slots and short entries is what went in. */
static void check_round_trip(const char *text)
{
	uint16_t unit[FAT_NAME_UNITS_MAX + FAT_LONG_SLOT_UNITS];
	uint32_t count = 0, hash = 0;
	struct fat_name name;
	char back[800];
	int bytes;

	CHECK_EQUAL(fat_name_parse(&name, text, strlen(text)), 0);
	for (uint32_t order = 1; order <= fat_long_slots(name.count); order++) {
		uint8_t slot[32];
		uint32_t part;

		fat_long_put(slot, &name, order, 77);
		CHECK(fat_long_matches(slot, &name, order));
		part = fat_long_take(slot, unit + count);
		hash += fat_part_hash(unit + count, part, order);
		count += part;
	}
	CHECK_EQUAL(hash, name.hash);
	CHECK(fat_units_match(unit, count, &name));
	bytes = fat_units_to_text(unit, count, back, sizeof(back));
	CHECK(bytes == (int)strlen(text) && !memcmp(back, text, (size_t)bytes), "%s", text);
}

static void check_refused(const char *text, int error)
{
	struct fat_name name;

	CHECK_EQUAL(fat_name_parse(&name, text, strlen(text)), error);
}

static void check_same(const char *one, const char *other, bool same)
{
	struct fat_name names[2];

	CHECK_EQUAL(fat_text_equal(one, strlen(one), other, strlen(other)), same);
	if (same)
		CHECK_EQUAL(fat_text_hash(one, strlen(one)), fat_text_hash(other, strlen(other)));
	CHECK_EQUAL(fat_name_parse(&names[0], one, strlen(one)), 0);
	CHECK_EQUAL(fat_name_parse(&names[1], other, strlen(other)), 0);
	CHECK_EQUAL(fat_units_match(names[0].unit, names[0].count, &names[1]), same);
	if (same)
		CHECK_EQUAL(names[0].hash, names[1].hash);
}

static void check_aliases(void)
{
	struct fat_short basis, alias, before;
	struct fat_name name;

	CHECK_EQUAL(fat_name_parse(&name, "A long name.text", 16), 0);
	CHECK(!fat_short_make(&basis, &name));
	memset(&before, 0, sizeof(before));
	for (uint32_t attempt = 0; attempt < 200; attempt++) {
		fat_short_number(&alias, &basis, name.hash, attempt);
		CHECK(memcmp(alias.text, before.text, FAT_SHORT_BYTES));
		CHECK(memchr(alias.text, '~', 8) && !memcmp(alias.text + 8, "TEX", 3));
		before = alias;
	}
	fat_short_number(&alias, &basis, name.hash, 0);
	CHECK(!memcmp(alias.text, "ALONGN~1TEX", FAT_SHORT_BYTES));
}

static void names(void)
{
	static char longest[FAT_NAME_UNITS_MAX + 2];
	uint16_t unit[12];

	check_short("README.TXT", "README  TXT", true);
	check_short("readme.txt", "README  TXT", true);
	check_short("Readme.txt", "README  TXT", false);
	check_short("f2", "F2         ", true);
	check_short(".profile", "PROFILE    ", false);
	check_short("a.b.c", "AB      C  ", false);
	check_short("longer name.text", "LONGERNATEX", false);
	check_short("a+b", "A_B        ", false);
	memset(longest, 'n', FAT_NAME_UNITS_MAX);
	check_round_trip(longest);
	longest[FAT_NAME_UNITS_MAX] = 'n';
	check_refused(longest, -ENAMETOOLONG);
	check_round_trip("thirteen long");
	check_round_trip("a");
	check_round_trip("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	check_refused("", -EINVAL);
	check_refused("dot.", -EINVAL);
	check_refused("space ", -EINVAL);
	check_refused("a:b", -EINVAL);
	check_refused("a\tb", -EINVAL);
	check_refused("\xc3", -EINVAL);
	check_refused("\xc0\x80", -EINVAL);
	check_refused("\xed\xa0\x80", -EINVAL);
	check_same("Readme", "rEADME", true);
	check_same("readme", "readme2", false);
	check_same("\xc3\xa4\xc3\xb6", "\xc3\x84\xc3\x96", true);
	check_same("\xd0\xb6", "\xd0\x96", true);
	check_same("\xce\xb1", "\xce\x91", true);
	check_same("\xc3\xb7", "\xc3\x97", false);
	CHECK_EQUAL(fat_short_units((const uint8_t *)"\x05" "BC     TXT", FAT_CASE_EXTENSION, unit), 7);
	CHECK(unit[0] == 0x3c3 && unit[1] == 'B' && unit[3] == '.' && unit[4] == 't');
	check_aliases();
}

/* ---- other volumes --------------------------------------------------------------- */

static void refuse(void *unused)
{
	struct statx status;

	(void)unused;
	vfs_init();
	CHECK_EQUAL(vfs_stat(vfs_root(), "/files", 0, &status), -ENOENT);
	CHECK_EQUAL(vfs_stat(vfs_root(), "/dev/vda", 0, &status), 0);
	vfs_finish();
}

/* ---- main ------------------------------------------------------------------------ */

int main(int count, char **arguments)
{
	const char *mode = count > 2 ? arguments[1] : "";
	uint64_t seed = count > 3 ? strtoull(arguments[3], NULL, 10) : 0;

	fake_random_state = seed;
	if (!strcmp(mode, "fuzz") && count == 5)
		return fuzz(arguments[2], seed, strtoull(arguments[4], NULL, 10));
	if (!strcmp(mode, "names")) {
		names();
		return 0;
	}
	CHECK(count > 3, "see the head of fat_test.c");
	simulation_disk_load(arguments[2]);
	if (!strcmp(mode, "check")) {
		simulation_run(facts_check, arguments[3]);
		return 0;
	}
	if (!strcmp(mode, "fill")) {
		simulation_run(fill, NULL);
		simulation_disk_save(arguments[2]);
		return 0;
	}
	if (!strcmp(mode, "errors")) {
		simulation_run(errors, NULL);
		return 0;
	}
	if (!strcmp(mode, "refuse")) {
		simulation_run(refuse, NULL);
		simulation_disk_save(arguments[2]);
		return 0;
	}
	CHECK(count == 6);
	work_run(!strcmp(mode, "cut"), strtoull(arguments[4], NULL, 10), arguments[5]);
	simulation_disk_save(arguments[2]);
	return 0;
}
