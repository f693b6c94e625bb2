/*
 * A command line cut into commands and words: blanks, 'single' and "double"
 * quotes, \ before any character, ; and & behind a command, < > >> before a
 * file's name, # before a comment, $? and $! (not in single quotes).
 */
#ifndef USER_LIB_COMMAND_H
#define USER_LIB_COMMAND_H

#include <stdbool.h>

#define COMMAND_WORDS_MAX	64
#define COMMAND_BYTES_MAX	4096

struct command {
	char *word[COMMAND_WORDS_MAX + 1];	/* ended by NULL */
	int words;
	const char *input, *output;		/* NULL: inherited */
	bool append;				/* output was written >> */
	bool background;			/* ended by & */
	char text[COMMAND_BYTES_MAX];		/* what the words point into */
};

/* What $? and $! stand for. */
struct command_values {
	int status;
	int last_background;
};

/*
 * Parses the first command of `line`.  Where the next one starts, or NULL with
 * *mistake set to what is wrong.  A command without words is an empty one.
 */
const char *command_parse(const char *line, const struct command_values *values,
			  struct command *command, const char **mistake);

#endif
