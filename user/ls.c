/*
 * ls: lists folders, sorted by name; -l tells kind, size and permissions.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "program.h"

#define PATH_BYTES_MAX	4096

static bool long_form;
static char entries[16384];

struct names {
	char **name;
	size_t count, room;
};

/* 0 or -ENOMEM. */
static int names_add(struct names *names, const char *name)
{
	if (names->count == names->room) {
		size_t room = names->room ? 2 * names->room : 64;
		char **grown = realloc(names->name, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		names->name = grown;
		names->room = room;
	}
	names->name[names->count] = strdup(name);
	return names->name[names->count++] ? 0 : -ENOMEM;
}

static int compare_names(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

static char kind_letter(uint16_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR: return 'd';
	case S_IFCHR: return 'c';
	case S_IFBLK: return 'b';
	case S_IFLNK: return 'l';
	default: return '-';
	}
}

static void print_permissions(uint16_t mode)
{
	for (int bit = 8; bit >= 0; bit--)
		putchar(mode & 1 << bit ? "xwr"[bit % 3] : '-');
}

static int print_entry(const char *path, const char *name)
{
	struct statx status;
	int result;

	if (!long_form) {
		puts(name);
		return 0;
	}
	result = uos_stat(path, &status);
	if (result < 0)
		return complain("ls", path, result);
	putchar(kind_letter(status.stx_mode));
	print_permissions(status.stx_mode);
	printf(" %10llu  %s\n", (unsigned long long)status.stx_size, name);
	return 0;
}

/* 0 or -errno. */
static ssize_t read_names(int folder, struct names *names)
{
	ssize_t bytes;

	while ((bytes = uos_readdir(folder, entries, sizeof(entries))) > 0) {
		for (ssize_t at = 0; at < bytes;) {
			struct linux_dirent64 *entry = (struct linux_dirent64 *)(entries + at);
			bool hidden = entry->d_name[0] == '.';
			int result = hidden ? 0 : names_add(names, entry->d_name);

			if (result < 0)
				return result;
			at += entry->d_reclen;
		}
	}
	return bytes;
}

static int list_folder(const char *path, int folder)
{
	static char full[PATH_BYTES_MAX];
	struct names names = { 0 };
	ssize_t result = read_names(folder, &names);
	int status = 0;

	if (result < 0)
		status = complain("ls", path, result);
	qsort(names.name, names.count, sizeof(*names.name), compare_names);
	for (size_t i = 0; i < names.count; i++) {
		snprintf(full, sizeof(full), "%s/%s", path, names.name[i]);
		status |= print_entry(full, names.name[i]);
		free(names.name[i]);
	}
	free(names.name);
	return status;
}

static int list(const char *path)
{
	int folder = uos_open(path, O_RDONLY | O_DIRECTORY, 0);
	int status;

	if (folder == -ENOTDIR)
		return print_entry(path, path);
	if (folder < 0)
		return complain("ls", path, folder);
	status = list_folder(path, folder);
	uos_close(folder);
	return status;
}

int main(int argc, char *argv[])
{
	int first = 1, status = 0;

	if (argc > 1 && argv[1][0] == '-') {
		if (strcmp(argv[1], "-l") != 0)
			return usage("ls [-l] [PATH...]");
		long_form = true;
		first = 2;
	}
	if (first == argc)
		return list(".");
	for (int i = first; i < argc; i++) {
		if (argc - first > 1)
			printf("%s:\n", argv[i]);
		status |= list(argv[i]);
	}
	return status;
}
