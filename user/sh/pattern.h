/*
 * Patterns: * ? [...] [!...] [:class:], and \ before what stands for itself.
 */
#ifndef USER_SH_PATTERN_H
#define USER_SH_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/* Whether all of `text` fits. */
bool pattern_matches(const char *pattern, const char *text);
/* Whether it has anything but characters that stand for themselves. */
bool pattern_is_special(const char *pattern);
/* The text that it stands for, if it is not special.  To be freed. */
char *pattern_plain(const char *pattern);
/* The names of files that fit, sorted, into `names`; how many. */
size_t pattern_expand_names(const char *pattern, struct strings *names);

#endif
