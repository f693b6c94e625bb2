/*
 * The names in a folder, read whole: so that what is done to them meanwhile does not
 * matter.  Coroutine context.
 */
#ifndef USER_LIB_FOLDER_H
#define USER_LIB_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

struct folder_name {
	char *text;
	bool is_folder;
};

struct folder {
	struct folder_name *name;
	size_t count, room;
};

/* All names but `.` and `..`.  0 or -errno; then there is nothing to free. */
int folder_read(const char *path, struct folder *folder);
void folder_free(struct folder *folder);
/* `folder/name`, to be freed; NULL: no memory. */
char *path_join(const char *folder, const char *name);
/* Where a file of that name goes: into `target` if that is a folder, else there.  To be
 * freed; NULL: no memory. */
char *path_target(const char *source, const char *target);
bool path_is_folder(const char *path);

#endif
