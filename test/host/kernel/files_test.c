/*
 * Descriptor tables against a plain array: lowest free first, replaced, closed,
 * inherited; and one table used by several harts at once.
 */
#include <string.h>

#include "abi/process.h"
#include "fake.h"
#include "fake_file.h"
#include "fake_task.h"
#include "kernel/mm/heap.h"
#include "kernel/process/files.h"

#define FRAMES	4096u

static struct files *files;
static struct file *model[FILES_MAX];
static bool model_close[FILES_MAX];

static int lowest_free(void)
{
	int fd = 0;

	while (fd < FILES_MAX && model[fd])
		fd++;
	return fd < FILES_MAX ? fd : -EMFILE;
}

static int32_t some_fd(void)
{
	static const int32_t odd[] = { -1, INT32_MIN, INT32_MAX, FILES_MAX, UOS_RING_FD, FILES_MAX - 1 };

	return random_below(10) ? (int32_t)random_below(200) : odd[random_below(ARRAY_SIZE(odd))];
}

static struct file *file_at(int32_t fd)
{
	return fd >= 0 && fd < FILES_MAX ? model[fd] : NULL;
}

static void do_install(bool at_place)
{
	struct file *file = fake_file("", 0);
	bool close_on_exec = random_below(2);
	int32_t fd = at_place ? some_fd() : lowest_free();
	int result = at_place ? files_install_at(files, file, fd, close_on_exec) :
		     files_install(files, file, close_on_exec);

	if (at_place && (fd < 0 || fd >= FILES_MAX))
		fd = -EBADF;
	CHECK_EQUAL(result, fd);
	if (fd < 0) {
		file_put(file);
		return;
	}
	model[fd] = file;
	model_close[fd] = close_on_exec;
}

static void step(void)
{
	int32_t fd = some_fd();
	struct file *file = file_at(fd), *got;

	switch (random_below(6)) {
	case 0:
		do_install(true);
		break;
	case 1:
		do_install(false);
		break;
	case 2:
		CHECK_EQUAL(files_close(files, fd), file ? 0 : -EBADF);
		if (file)
			model[fd] = NULL;
		break;
	case 3:
		CHECK_EQUAL(files_set_close_on_exec(files, fd, true), file ? 0 : -EBADF);
		if (file)
			model_close[fd] = true;
		break;
	case 4:
		CHECK_EQUAL(files_close_on_exec(files, fd), file ? model_close[fd] : -EBADF);
		break;
	default:
		got = files_get(files, fd);
		CHECK(got == file);
		if (got)
			file_put(got);
	}
}

static void check_inherit(void)
{
	struct files *child = files_create();

	CHECK_EQUAL(files_inherit(child, files), 0);
	for (int32_t fd = 0; fd < FILES_MAX; fd++) {
		struct file *got = files_get(child, fd);

		CHECK(got == (model_close[fd] ? NULL : model[fd]));
		if (got) {
			CHECK_EQUAL(got->references, 3);
			file_put(got);
		}
	}
	files_destroy(child);
}

static void check_full(void)
{
	struct file *file = fake_file("", 0);

	for (int fd = 0; fd < FILES_MAX; fd++) {
		file_get(file);
		CHECK_EQUAL(files_install(files, file, false), fd);
	}
	CHECK_EQUAL(files_install(files, file, false), -EMFILE);
	CHECK_EQUAL(files_close(files, 1234), 0);
	CHECK_EQUAL(files_install(files, file, false), 1234);
}

static void check_ring(void)
{
	struct file *ring = fake_file("", 0);

	CHECK(!files_get(files, UOS_RING_FD));
	files_set_ring(files, ring);
	CHECK(files_get(files, UOS_RING_FD) == ring);
	file_put(ring);
	CHECK_EQUAL(files_close(files, UOS_RING_FD), -EBADF);
	CHECK_EQUAL(files_close_on_exec(files, UOS_RING_FD), 1);
}

static void one_table(uint64_t operations)
{
	memset(model, 0, sizeof(model));
	files = files_create();
	for (uint64_t i = 0; i < operations; i++)
		step();
	check_inherit();
	check_ring();
	files_destroy(files);
	files = files_create();
	check_full();
	files_destroy(files);
	CHECK_EQUAL(fake_open_files, 0);
	CHECK_EQUAL(heap_bytes_used(), 0);
}

/* ---- several harts -------------------------------------------------------------------- */

static uint64_t steps_each;

static void table_user(void *argument)
{
	for (uint64_t i = 0; i < steps_each; i++) {
		int32_t fd = (int32_t)random_below(300);
		struct file *file = fake_file("", 0), *got = files_get(files, fd);

		if (got)
			file_put(got);
		if (random_below(2)) {
			CHECK(files_install(files, file, false) >= 0);
			(void)files_close(files, fd);
		} else {
			CHECK_EQUAL(files_install_at(files, file, fd, false), fd);
		}
		(void)files_close(files, (int32_t)random_below(300));
	}
}

int main(int count, char **words)
{
	uint64_t operations;

	test_arguments(count, words, &operations);
	machine_start(FRAMES);
	one_table(operations);
	one_table(operations);
	steps_each = operations / 4;
	files = files_create();
	for (unsigned i = 0; i < 4; i++)
		fake_task_start(i, table_user, NULL);
	fake_tasks_join();
	files_destroy(files);
	CHECK_EQUAL(fake_open_files, 0);
	CHECK_EQUAL(heap_bytes_used(), 0);
	return 0;
}
