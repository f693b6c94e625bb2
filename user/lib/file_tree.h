/*
 * Files, and folders with all below them: copied and removed.  Mistakes are told in the
 * program's name; the result is an exit status.  From a coroutine.
 */
#ifndef USER_LIB_FILE_TREE_H
#define USER_LIB_FILE_TREE_H

#include <stdbool.h>

struct tree_copy {
	const char *program;
	bool recursive;			/* a folder is copied, else it is a mistake */
};

struct tree_removal {
	const char *program;
	bool recursive;
	bool force;			/* what is not there is no mistake */
};

/* `target` is the copy's own name. */
int tree_copy(const struct tree_copy *copy, const char *source, const char *target);
int tree_remove(const struct tree_removal *removal, const char *path);

#endif
