/*
 * What expand.c and parameter.c share: characters with marks.
 */
#ifndef USER_SH_EXPAND_H
#define USER_SH_EXPAND_H

#include <stdbool.h>

#include "text.h"

enum mark {
	MARK_QUOTED = 1 << 0,		/* stands for itself in a pattern */
	MARK_SPLIT = 1 << 1,		/* out of an unquoted $...: IFS cuts here */
	MARK_BREAK = 1 << 2,		/* no character: a field ends here */
	MARK_FIELD = 1 << 3,		/* no character: there is a field, if an empty one */
};

struct marked {
	struct text bytes, marks;	/* of equal length */
	bool empty_arguments;		/* "$@" was there, without arguments */
};

/* In which surroundings. */
enum where {
	IN_DOUBLE = 1 << 0,
	IN_HERE = 1 << 1,		/* as in quotes, but a quote is nothing special */
	NO_SPLITTING = 1 << 2,
	IN_WORD = 1 << 3,		/* of ${name-word}, which is cut as a value is */
};

void marked_put(struct marked *to, char byte, unsigned marks);
char *marked_string(const struct marked *marked);
/* False: an error was told. */
bool expand_marked(struct marked *to, const char *at, const char *end, unsigned where);
void expand_add_value(struct marked *to, const char *value, unsigned where);
/* $@ (`at`) or $* */
void expand_add_arguments(struct marked *to, bool at, unsigned where);

/* parameter.c: ${...}, `at` to `end` between the braces; $..., which moves *at on. */
bool expand_parameter(struct marked *to, const char *at, const char *end, unsigned where);
bool expand_plain_parameter(struct marked *to, const char **at, unsigned where);

#endif
