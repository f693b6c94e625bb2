/*
 * What \ means in the texts of echo and printf.
 */
#ifndef USER_LIB_ESCAPES_H
#define USER_LIB_ESCAPES_H

#include <stdbool.h>

/* The byte that the escape at *at (behind its \) stands for; *at is moved behind it.  -1:
 * \c, after which nothing is printed any more; -2: it is none, and \ stands for itself.
 * `zero`: octal numbers begin with a 0 and have three digits behind it. */
int escape_take(const char **at, bool zero);
/* Prints a text with its escapes.  False: \c was there. */
bool escapes_print(const char *text);
/* printf's FORMAT [ARGUMENT...]: its exit status. */
int format_print(int count, char *words[]);

#endif
