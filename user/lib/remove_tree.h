/*
 * Removes whatever is below a folder.
 */
#ifndef USER_LIB_REMOVE_TREE_H
#define USER_LIB_REMOVE_TREE_H

/*
 * Removes all entries of `folder` and all below them, but those of the folder
 * itself that `kept` names (ended by NULL).  By trap, so a program may call it
 * whose ring is not its own any more.  0 or -errno of the first that stays.
 */
int remove_below(const char *folder, const char *const kept[]);

#endif
