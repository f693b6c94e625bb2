/*
 * Memory of the shell: text that grows, arenas for parsed commands.  Where there is
 * none left the shell ends with a message: no caller checks.
 */
#ifndef USER_SH_TEXT_H
#define USER_SH_TEXT_H

#include <stdbool.h>
#include <stddef.h>

void *memory_get(size_t bytes);			/* zeroed; free() ends it */
void *memory_resize(void *memory, size_t bytes);
char *text_copy(const char *text);
char *text_copy_bytes(const char *text, size_t bytes);

/* All zero: empty. */
struct text {
	char *bytes;			/* not ended by a NUL until text_string */
	size_t length, room;
};

void text_put(struct text *text, char byte);
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t count);
/* The string; it stays the text's own. */
const char *text_string(struct text *text);
/* The string, the caller's to free; the text is empty again. */
char *text_take(struct text *text);
void text_free(struct text *text);
/* 'quoted', as the shell reads it back. */
void text_add_quoted(struct text *text, const char *string);

/* Strings in an array that ends with NULL. */
struct strings {
	char **item;			/* NULL while there is none */
	size_t count, room;
};

void strings_add(struct strings *strings, char *string);	/* takes it over */
void strings_free(struct strings *strings);

/* What is taken from an arena goes with the last reference to it. */
struct arena;
struct arena *arena_create(void);
void arena_hold(struct arena *arena);
void arena_release(struct arena *arena);
void *arena_get(struct arena *arena, size_t bytes);	/* zeroed */
char *arena_copy(struct arena *arena, const char *text, size_t bytes);

#endif
