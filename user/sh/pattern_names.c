/*
 * Names of files that a pattern stands for: see pattern.h.
 */
#include "pattern.h"

#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "folder.h"

static void expand_part(const char *before, const char *pattern, struct strings *names);

/* A part that is no pattern: it must be there, in the end. */
static void expand_plain_part(const char *before, char *part, const char *rest,
			      struct strings *names)
{
	struct text path = { 0 };
	char *plain = pattern_plain(part);
	struct statx status;

	text_add(&path, before);
	text_add(&path, plain);
	free(plain);
	if (*rest) {
		while (*rest == '/')
			text_put(&path, *rest++);
		expand_part(text_string(&path), rest, names);
		text_free(&path);
	} else if (uos_stat(text_string(&path), &status) == 0) {
		strings_add(names, text_take(&path));
	} else {
		text_free(&path);
	}
}

static void expand_special_part(const char *before, char *part, const char *rest,
				struct strings *names)
{
	struct folder folder;

	if (folder_read(*before ? before : ".", &folder) < 0)
		return;
	for (size_t i = 0; i < folder.count; i++) {
		const char *name = folder.name[i].text;
		struct text path = { 0 };

		if ((*name == '.' && *part != '.') || !pattern_matches(part, name))
			continue;
		text_add(&path, before);
		text_add(&path, name);
		if (!*rest) {
			strings_add(names, text_take(&path));
			continue;
		}
		if (folder.name[i].is_folder) {
			text_put(&path, '/');
			expand_part(text_string(&path), rest + strspn(rest, "/"), names);
		}
		text_free(&path);
	}
	folder_free(&folder);
}

/* `before` is a folder's path that ends with a slash, or nothing. */
static void expand_part(const char *before, const char *pattern, struct strings *names)
{
	size_t length = strcspn(pattern, "/");
	char *part = text_copy_bytes(pattern, length);

	if (pattern_is_special(part))
		expand_special_part(before, part, pattern + length, names);
	else
		expand_plain_part(before, part, pattern + length, names);
	free(part);
}

static int compare(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

size_t pattern_expand_names(const char *pattern, struct strings *names)
{
	struct strings found = { 0 };
	size_t count;

	expand_part("", pattern, &found);
	count = found.count;
	if (count)
		qsort(found.item, count, sizeof(char *), compare);
	for (size_t i = 0; i < count; i++)
		strings_add(names, found.item[i]);
	free(found.item);
	return count;
}
