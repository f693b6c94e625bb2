/*
 * ls [-1adl] [PATH...]: lists folders, one name a line, in the order of their bytes; -l tells
 * kind, permissions, links, owner, size and time (UTC), -a what begins with a dot too, -d
 * folders themselves.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uos.h>

#include "folder.h"
#include "program.h"

#define SECONDS_RECENT	(31556952 / 2)	/* half a year: then the year is of more use */

struct entry {
	char *name;			/* as it is shown */
	struct statx status;
};

struct entries {
	struct entry *entry;
	size_t count, room;
};

static bool long_form, all, folders_themselves;

/* ---- one entry ------------------------------------------------------------------------- */

static char kind_letter(uint16_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR: return 'd';
	case S_IFCHR: return 'c';
	case S_IFBLK: return 'b';
	case S_IFIFO: return 'p';
	case S_IFLNK: return 'l';
	default: return '-';
	}
}

static bool is_device(const struct statx *status)
{
	return (status->stx_mode & S_IFMT) == S_IFCHR || (status->stx_mode & S_IFMT) == S_IFBLK;
}

static int size_text(const struct statx *status, char text[48])
{
	if (is_device(status))
		return snprintf(text, 48, "%u, %u", status->stx_rdev_major, status->stx_rdev_minor);
	return snprintf(text, 48, "%llu", (unsigned long long)status->stx_size);
}

static void print_time(const struct statx *status)
{
	time_t then = (time_t)status->stx_mtime.tv_sec;
	struct __kernel_timespec now = { 0, 0 };
	struct tm broken_down;
	char text[32];

	uos_sys_clock_gettime(ABI_CLOCK_REALTIME, &now);
	gmtime_r(&then, &broken_down);
	strftime(text, sizeof(text), then <= now.tv_sec && now.tv_sec - then < SECONDS_RECENT ?
		 "%b %e %H:%M" : "%b %e  %Y", &broken_down);
	printf(" %s", text);
}

static const char *owner_name(uint32_t id, char text[16])
{
	if (id == 0)
		return "root";
	snprintf(text, 16, "%u", id);
	return text;
}

static void print_long(const struct entry *entry, int links_width, int size_width)
{
	const struct statx *status = &entry->status;
	char user[16], group[16], size[48];

	putchar(kind_letter(status->stx_mode));
	for (int bit = 8; bit >= 0; bit--) {
		bool sticky = bit == 0 && status->stx_mode & 01000;
		bool set = status->stx_mode & 1 << bit;

		putchar(sticky ? set ? 't' : 'T' : set ? "xwr"[bit % 3] : '-');
	}
	size_text(status, size);
	printf(" %*u %s %s %*s", links_width, status->stx_nlink, owner_name(status->stx_uid, user),
	       owner_name(status->stx_gid, group), size_width, size);
	print_time(status);
	printf(" %s\n", entry->name);
}

/* ---- many ---------------------------------------------------------------------------------- */

static int entries_add(struct entries *entries, const char *path, const char *name)
{
	struct entry *entry;
	int result;

	if (entries->count == entries->room) {
		size_t room = entries->room ? 2 * entries->room : 32;

		entry = realloc(entries->entry, room * sizeof(*entry));
		if (!entry)
			return -ENOMEM;
		entries->entry = entry;
		entries->room = room;
	}
	entry = &entries->entry[entries->count];
	memset(&entry->status, 0, sizeof(entry->status));
	result = long_form || path == name ? uos_stat(path, &entry->status) : 0;
	if (result < 0)
		return result;
	entry->name = strdup(name);
	if (!entry->name)
		return -ENOMEM;
	entries->count++;
	return 0;
}

static int compare(const void *one, const void *other)
{
	return strcmp(((const struct entry *)one)->name, ((const struct entry *)other)->name);
}

static void entries_print(struct entries *entries, bool with_total)
{
	int links_width = 1, size_width = 1;
	uint64_t blocks = 0;
	char text[48];

	qsort(entries->entry, entries->count, sizeof(*entries->entry), compare);
	for (size_t i = 0; i < entries->count && long_form; i++) {
		const struct statx *status = &entries->entry[i].status;
		int links = snprintf(text, sizeof(text), "%u", status->stx_nlink);
		int size = size_text(status, text);

		links_width = links > links_width ? links : links_width;
		size_width = size > size_width ? size : size_width;
		blocks += status->stx_blocks;
	}
	if (long_form && with_total)
		printf("total %llu\n", (unsigned long long)(blocks / 2));
	for (size_t i = 0; i < entries->count; i++) {
		if (long_form)
			print_long(&entries->entry[i], links_width, size_width);
		else
			puts(entries->entry[i].name);
		free(entries->entry[i].name);
	}
	free(entries->entry);
}

static int add_inner(struct entries *entries, const char *path, const char *name)
{
	char *full = path_join(path, name);
	int result = full ? entries_add(entries, full, name) : -ENOMEM;

	if (result < 0)
		result = complain("ls", full ? full : name, result);
	free(full);
	return result;
}

static int list_folder(const char *path)
{
	struct entries entries = { 0 };
	struct folder folder;
	int result = folder_read(path, &folder), status = 0;

	if (result < 0)
		return trouble(complain("ls", path, result));
	if (all) {
		status |= add_inner(&entries, path, ".");
		status |= add_inner(&entries, path, "..");
	}
	for (size_t i = 0; i < folder.count; i++)
		if (all || folder.name[i].text[0] != '.')
			status |= add_inner(&entries, path, folder.name[i].text);
	folder_free(&folder);
	entries_print(&entries, true);
	return status;
}

/* First what is no folder, then the folders one after the other. */
static int list(char **paths, int count)
{
	struct entries files = { 0 }, folders = { 0 };
	bool first;
	int status = 0;

	for (int i = 0; i < count; i++) {
		bool inner = !folders_themselves && path_is_folder(paths[i]);
		int result = entries_add(inner ? &folders : &files, paths[i], paths[i]);

		if (result < 0)
			status = trouble(complain("ls", paths[i], result));
	}
	first = !files.count;
	entries_print(&files, false);
	qsort(folders.entry, folders.count, sizeof(*folders.entry), compare);
	for (size_t i = 0; i < folders.count; i++, first = false) {
		if (!first)
			putchar('\n');
		if (count > 1)
			printf("%s:\n", folders.entry[i].name);
		status |= list_folder(folders.entry[i].name);
		free(folders.entry[i].name);
	}
	free(folders.entry);
	return status;
}

int main(int argc, char *argv[])
{
	static char *here[] = { ".", NULL };
	int option, status;

	opterr = 0;
	while ((option = getopt(argc, argv, "1adl")) != -1) {
		long_form |= option == 'l';
		all |= option == 'a';
		folders_themselves |= option == 'd';
		if (option == '?')
			return usage("ls [-1adl] [PATH...]");
	}
	status = optind < argc ? list(argv + optind, argc - optind) : list(here, 1);
	return fflush(stdout) ? 1 : status;
}
