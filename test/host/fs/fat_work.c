/*
 * Coroutines that work on a FAT volume at random, each in a directory of its own,
 * beside plain models of what should be there: see fat_test.h.
 */
#include "fat_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "simulation.h"

#define WORKERS		4
#define FILES_MAX	24
#define OTHERS_BYTES	400

struct model_file {
	bool exists;
	char name[80];			/* below the worker's directory */
	uint32_t bytes;
	char *data;
	/* what fsync was told of, and where it may be found */
	bool synced;
	char others[OTHERS_BYTES];	/* names that it has had since then, each with a '|' */
};

struct worker {
	unsigned number;
	uint64_t operations;
	struct model_file files[FILES_MAX];
};

static struct worker workers[WORKERS];
static uint64_t operations_each;
static bool with_sync;
static const char *folder;
static unsigned cuts;

void worker_path(char path[PATH_BYTES], unsigned worker, const char *name)
{
	snprintf(path, PATH_BYTES, "/files/worker %u%s%s", worker, *name ? "/" : "", name);
}

/* ---- the system's calls -------------------------------------------------------------------- */

static void path_of(char path[PATH_BYTES], const struct worker *worker, const char *name)
{
	worker_path(path, worker->number, name);
}

int open_error;

struct file *open_path(const char *path, uint32_t flags)
{
	struct file *file;

	open_error = vfs_open(vfs_root(), path, flags, 0644, &file);
	return open_error ? NULL : file;
}

ssize_t write_at(struct file *file, const char *data, uint64_t bytes, int64_t offset)
{
	struct cursor cursor;

	cursor_init_kernel(&cursor, (void *)data, bytes);
	return file_write(file, &cursor, offset);
}

ssize_t read_at(struct file *file, char *data, uint64_t bytes, int64_t offset)
{
	struct cursor cursor;

	cursor_init_kernel(&cursor, data, bytes);
	return file_read(file, &cursor, offset);
}

/* ---- a worker's operations ------------------------------------------------------- */

static const char *const letters[] = {
	"a", "B", "c", "Long", "name ", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "x.y", "_",
	"0123456789", "+", "~1",
};

/* A name that no file of the worker has, whatever the case; short and long ones. */
static void name_draw(char name[80])
{
	static unsigned number;
	unsigned parts = 1 + (unsigned)fake_random_below(5);

	name[0] = '\0';
	for (unsigned i = 0; i < parts; i++)
		strncat(name, letters[fake_random_below(ARRAY_SIZE(letters))], 20);
	snprintf(name + strlen(name), 14, "-%u.%c", number++, "tT"[fake_random_below(2)]);
}

static struct model_file *file_draw(struct worker *worker, bool exists)
{
	for (unsigned tries = 0; tries < 50; tries++) {
		struct model_file *file = &worker->files[fake_random_below(FILES_MAX)];

		if (file->exists == exists)
			return file;
	}
	return NULL;
}

static void model_write(struct model_file *model, uint64_t offset, const char *data,
			uint64_t bytes)
{
	if (offset > model->bytes)
		memset(model->data + model->bytes, 0, offset - model->bytes);
	memcpy(model->data + offset, data, bytes);
	model->bytes = (uint32_t)MAX(model->bytes, offset + bytes);
}

static void data_draw(char *data, uint64_t bytes)
{
	uint64_t word = fake_random();

	for (uint64_t i = 0; i < bytes; i++)
		data[i] = (char)(word + i * 7 + i / 251);
}

static void do_write(struct worker *worker, struct model_file *model)
{
	static char data[WORKERS][FILE_BYTES_MAX];
	uint64_t offset = fake_random_below(3) ? model->bytes :
			  fake_random_below(FILE_BYTES_MAX / 2);
	uint64_t bytes = 1 + fake_random_below(fake_random_below(4) ? 3000 : 90000);
	char path[PATH_BYTES];
	struct file *file;

	bytes = MIN(bytes, FILE_BYTES_MAX - offset);
	if (bytes == 0)
		return;
	data_draw(data[worker->number], bytes);
	path_of(path, worker, model->name);
	file = open_path(path, O_WRONLY);
	CHECK(file, "%s: %d", path, open_error);
	model->synced = false;
	CHECK_EQUAL(write_at(file, data[worker->number], bytes, (int64_t)offset), bytes);
	model_write(model, offset, data[worker->number], bytes);
	file_put(file);
}

static unsigned reads_begun;

struct begun {
	struct file_transfer transfer;
	struct event finished;
	int64_t result;
};

static void begun_over(struct file_transfer *transfer, int64_t result, bool unsettled)
{
	struct begun *begun = CONTAINER_OF(transfer, struct begun, transfer);

	CHECK(!unsettled, "a read is never");
	begun->result = result;
	event_set(&begun->finished);
}

/* Without a coroutine, if that can be: bytes, or -errno.  What is asked for and is not all
 * there can't. */
static ssize_t read_begun(struct file *file, char *to, uint64_t bytes, int64_t offset,
			  uint64_t file_bytes)
{
	struct begun *begun = calloc(1, sizeof(*begun));
	struct cursor cursor;
	ssize_t done = -EAGAIN;

	cursor_init_kernel(&cursor, to, bytes);
	begun->transfer.done = begun_over;
	event_init(&begun->finished);
	if (file_begin(file, &cursor, offset, false, &begun->transfer)) {
		CHECK((uint64_t)offset + bytes <= file_bytes, "behind the end");
		file->ops->go(file, &begun->transfer);
		event_wait(&begun->finished);
		done = begun->result;
		reads_begun++;
	}
	free(begun);
	return done;
}

static void do_read(struct worker *worker, struct model_file *model)
{
	static char data[WORKERS][FILE_BYTES_MAX];
	char *mine = data[worker->number];
	uint64_t offset = fake_random_below(model->bytes + 1);
	uint64_t bytes = 1 + fake_random_below(FILE_BYTES_MAX - 1);
	bool direct = fake_random_below(4) == 0;
	char path[PATH_BYTES];
	struct file *file;
	ssize_t done;

	if (direct) {
		offset &= ~511ull;
		mine = (char *)ALIGN_UP((uintptr_t)mine, 512);
		bytes = ALIGN_DOWN(MIN(bytes, FILE_BYTES_MAX - 1024), 512);
	}
	path_of(path, worker, model->name);
	file = open_path(path, O_RDONLY | (direct ? O_DIRECT : 0));
	CHECK(file, "%s: %d", path, open_error);
	done = -EAGAIN;
	if (direct)
		done = read_begun(file, mine, bytes = MIN(bytes, 8192ul), (int64_t)offset,
				  model->bytes);
	if (done == -EAGAIN)
		done = read_at(file, mine, bytes, (int64_t)offset);
	CHECK_EQUAL(done, MIN(bytes, model->bytes - offset));
	CHECK(!memcmp(mine, model->data + offset, (size_t)done), "%s", path);
	file_put(file);
}

static void do_create(struct worker *worker, struct model_file *model)
{
	char path[PATH_BYTES];
	struct file *file;

	name_draw(model->name);
	path_of(path, worker, model->name);
	file = open_path(path, O_CREAT | O_EXCL | O_RDWR);
	CHECK(file, "%s: %d", path, open_error);
	file_put(file);
	model->exists = true;
	model->synced = false;
	model->bytes = 0;
	if (!model->data)
		model->data = malloc(FILE_BYTES_MAX);
}

static void do_truncate(struct worker *worker, struct model_file *model)
{
	uint64_t bytes = fake_random_below(fake_random_below(3) ? model->bytes + 1 : 60000);
	char path[PATH_BYTES];
	struct file *file;

	path_of(path, worker, model->name);
	file = open_path(path, O_RDWR);
	CHECK(file, "%s: %d", path, open_error);
	model->synced = false;
	CHECK_EQUAL(file_truncate(file, (int64_t)bytes), 0);
	if (bytes > model->bytes)
		memset(model->data + model->bytes, 0, bytes - model->bytes);
	model->bytes = (uint32_t)bytes;
	file_put(file);
}

static void do_unlink(struct worker *worker, struct model_file *model)
{
	bool hold = fake_random_below(2);
	char path[PATH_BYTES], byte;
	struct file *file = NULL;

	path_of(path, worker, model->name);
	if (hold)
		file = open_path(path, O_RDONLY);
	model->synced = false;
	CHECK_EQUAL(vfs_unlink(vfs_root(), path, false), 0);
	model->exists = false;
	CHECK(!open_path(path, O_RDONLY));
	if (!hold)
		return;
	/* an open file survives its name */
	if (model->bytes > 0) {
		CHECK_EQUAL(read_at(file, &byte, 1, model->bytes - 1), 1);
		CHECK(byte == model->data[model->bytes - 1]);
	}
	file_put(file);
}

static void do_rename(struct worker *worker, struct model_file *model)
{
	struct model_file *victim = fake_random_below(2) ? file_draw(worker, true) : NULL;
	char from[PATH_BYTES], to[PATH_BYTES], name[80];

	if (victim == model)
		victim = NULL;
	if (victim)
		memcpy(name, victim->name, sizeof(name));
	else
		name_draw(name);
	path_of(from, worker, model->name);
	path_of(to, worker, name);
	if (victim)
		victim->synced = false;
	if (strlen(model->others) + sizeof(name) + 2 > sizeof(model->others))
		model->synced = false;		/* too many to keep in mind */
	else
		snprintf(model->others + strlen(model->others), sizeof(name) + 2, "%s|", model->name);
	memcpy(model->name, name, sizeof(name));
	CHECK_EQUAL(vfs_rename(vfs_root(), from, vfs_root(), to, 0), 0);
	if (victim)
		victim->exists = false;
}

static void do_sync(struct worker *worker, struct model_file *model)
{
	char path[PATH_BYTES];
	struct file *file;

	path_of(path, worker, model->name);
	file = open_path(path, O_RDONLY);
	CHECK(file, "%s: %d", path, open_error);
	CHECK_EQUAL(file_sync(file, fake_random_below(2)), 0);
	file_put(file);
	model->synced = true;
	model->others[0] = '\0';
}

static void do_directory(struct worker *worker)
{
	char path[PATH_BYTES], inner[PATH_BYTES + 8];

	path_of(path, worker, "a directory");
	CHECK_EQUAL(vfs_mkdir(vfs_root(), path, 0755), 0);
	CHECK_EQUAL(vfs_mkdir(vfs_root(), path, 0755), -EEXIST);
	snprintf(inner, sizeof(inner), "%s/Inner", path);
	CHECK_EQUAL(vfs_mkdir(vfs_root(), inner, 0755), 0);
	CHECK_EQUAL(vfs_unlink(vfs_root(), path, true), -ENOTEMPTY);
	CHECK_EQUAL(vfs_unlink(vfs_root(), inner, true), 0);
	CHECK_EQUAL(vfs_unlink(vfs_root(), path, true), 0);
}

static void operation(struct worker *worker)
{
	unsigned slot = (unsigned)fake_random_below(FILES_MAX);
	struct model_file *model = &worker->files[slot];

	if (!model->exists) {
		do_create(worker, model);
		return;
	}
	switch (fake_random_below(with_sync ? 14 : 12)) {
	case 0: case 1: case 2: case 3:
		do_write(worker, model);
		break;
	case 4: case 5: case 6:
		do_read(worker, model);
		break;
	case 7:
		do_truncate(worker, model);
		break;
	case 8:
		do_unlink(worker, model);
		break;
	case 9: case 10:
		do_rename(worker, model);
		break;
	case 11:
		do_directory(worker);
		break;
	default:
		do_sync(worker, model);
	}
}

static void worker_main(void *argument)
{
	struct worker *worker = argument;
	char path[PATH_BYTES];

	path_of(path, worker, "");
	CHECK_EQUAL(vfs_mkdir(vfs_root(), path, 0755), 0);
	for (uint64_t i = 0; i < operations_each; i++)
		operation(worker);
}

/* ---- the end --------------------------------------------------------------------- */

static void compare(struct worker *worker)
{
	for (unsigned i = 0; i < FILES_MAX; i++)
		if (worker->files[i].exists)
			do_read(worker, &worker->files[i]);
}

static void dump(struct worker *worker)
{
	char path[2 * PATH_BYTES];
	FILE *file;

	snprintf(path, sizeof(path), "%s/worker %u", folder, worker->number);
	mkdir(path, 0755);
	for (unsigned i = 0; i < FILES_MAX; i++) {
		struct model_file *model = &worker->files[i];

		if (!model->exists)
			continue;
		snprintf(path, sizeof(path), "%s/worker %u/%s", folder, worker->number,
			 model->name);
		file = fopen(path, "wb");
		CHECK(file, "%s", path);
		fwrite(model->data, 1, model->bytes, file);
		fclose(file);
	}
}

/* ---- cuts ------------------------------------------------------------------------ */

uint32_t hash_of(const char *data, uint64_t bytes)
{
	uint32_t hash = 2166136261u;

	for (uint64_t i = 0; i < bytes; i++)
		hash = (hash ^ (uint8_t)data[i]) * 16777619u;
	return hash;
}

/* `all`: what is there now, synced or not. */
static void facts_save(const char *path, bool all)
{
	FILE *file = fopen(path, "w");

	for (unsigned n = 0; n < WORKERS; n++)
		for (unsigned i = 0; i < FILES_MAX; i++) {
			const struct model_file *model = &workers[n].files[i];

			if (model->exists && (all || model->synced))
				fprintf(file, "%u\t%u\t%u\t%s%s|\n", n, model->bytes,
					hash_of(model->data, model->bytes),
					all ? "" : model->others, model->name);
		}
	fclose(file);
}

static void cut_now_and_then(void)
{
	char path[PATH_BYTES];

	if (fake_random_below(300))
		return;
	snprintf(path, sizeof(path), "%s/%u.img", folder, cuts);
	simulation_disk_save_cut(path);
	snprintf(path, sizeof(path), "%s/%u.facts", folder, cuts);
	facts_save(path, false);
	cuts++;
}

static void work(void *unused)
{
	(void)unused;
	vfs_init();
	for (unsigned i = 0; i < WORKERS; i++) {
		workers[i].number = i;
		simulation_spawn(worker_main, &workers[i]);
	}
	simulation_join();
	for (unsigned i = 0; i < WORKERS; i++)
		compare(&workers[i]);
	CHECK_EQUAL(vfs_open_files(), 0);
	vfs_finish();
}

void work_run(bool sync, uint64_t operations, const char *output)
{
	char path[PATH_BYTES];

	with_sync = sync;
	operations_each = operations / WORKERS;
	folder = output;
	/* memory is short, so that pages come and go */
	fake_frames_limit = 400 + fake_random_below(2000);
	if (with_sync)
		simulation_between_writes = cut_now_and_then;
	simulation_run(work, NULL);
	if (with_sync)
		return;
	CHECK(operations < 1000 || reads_begun, "no read went without a coroutine");
	for (unsigned i = 0; i < WORKERS; i++)
		dump(&workers[i]);
	snprintf(path, sizeof(path), "%s.facts", folder);
	facts_save(path, true);
}
