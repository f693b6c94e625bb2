#include "text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATUS_NO_MEMORY	2
#define BLOCK_BYTES		2048u

/* ---- memory ----------------------------------------------------------------------------- */

static void check_memory(const void *memory)
{
	if (memory)
		return;
	fprintf(stderr, "sh: there is no memory left\n");
	exit(STATUS_NO_MEMORY);
}

void *memory_get(size_t bytes)
{
	void *memory = calloc(1, bytes ? bytes : 1);

	check_memory(memory);
	return memory;
}

void *memory_resize(void *memory, size_t bytes)
{
	void *resized = realloc(memory, bytes ? bytes : 1);

	check_memory(resized);
	return resized;
}

char *text_copy_bytes(const char *text, size_t bytes)
{
	char *copy = memory_get(bytes + 1);

	memcpy(copy, text, bytes);
	return copy;
}

char *text_copy(const char *text)
{
	return text_copy_bytes(text, strlen(text));
}

/* ---- text that grows -------------------------------------------------------------------- */

static void text_make_room(struct text *text, size_t bytes)
{
	size_t room = text->room ? text->room : 32;

	if (text->room - text->length >= bytes)
		return;
	while (room - text->length < bytes)
		room *= 2;
	text->bytes = memory_resize(text->bytes, room);
	text->room = room;
}

void text_put(struct text *text, char byte)
{
	text_make_room(text, 1);
	text->bytes[text->length++] = byte;
}

void text_add_bytes(struct text *text, const char *bytes, size_t count)
{
	text_make_room(text, count);
	if (count)
		memcpy(text->bytes + text->length, bytes, count);
	text->length += count;
}

void text_add(struct text *text, const char *string)
{
	text_add_bytes(text, string, strlen(string));
}

const char *text_string(struct text *text)
{
	text_make_room(text, 1);
	text->bytes[text->length] = '\0';
	return text->bytes;
}

char *text_take(struct text *text)
{
	char *string = (char *)text_string(text);

	*text = (struct text){ 0 };
	return string;
}

void text_free(struct text *text)
{
	free(text->bytes);
	*text = (struct text){ 0 };
}

void text_add_quoted(struct text *text, const char *string)
{
	text_put(text, '\'');
	for (; *string; string++) {
		if (*string == '\'')
			text_add(text, "'\\'");
		text_put(text, *string);
	}
	text_put(text, '\'');
}

/* ---- arrays of strings ------------------------------------------------------------------ */

void strings_add(struct strings *strings, char *string)
{
	if (strings->count + 2 > strings->room) {
		strings->room = strings->room ? 2 * strings->room : 8;
		strings->item = memory_resize(strings->item, strings->room * sizeof(char *));
	}
	strings->item[strings->count++] = string;
	strings->item[strings->count] = NULL;
}

void strings_free(struct strings *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(strings->item[i]);
	free(strings->item);
	*strings = (struct strings){ 0 };
}

/* ---- arenas ----------------------------------------------------------------------------- */

struct block {
	struct block *next;
	size_t used, room;
	uint64_t memory[];
};

struct arena {
	struct block *blocks;
	unsigned references;
};

struct arena *arena_create(void)
{
	struct arena *arena = memory_get(sizeof(*arena));

	arena->references = 1;
	return arena;
}

void arena_hold(struct arena *arena)
{
	arena->references++;
}

void arena_release(struct arena *arena)
{
	if (!arena || --arena->references)
		return;
	for (struct block *block = arena->blocks, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

void *arena_get(struct arena *arena, size_t bytes)
{
	struct block *block = arena->blocks;
	void *memory;

	bytes = (bytes + 7) & ~(size_t)7;
	if (!block || block->room - block->used < bytes) {
		size_t room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;

		block = memory_get(sizeof(*block) + room);
		block->room = room;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	memory = (char *)block->memory + block->used;
	block->used += bytes;
	return memory;
}

char *arena_copy(struct arena *arena, const char *text, size_t bytes)
{
	char *copy = arena_get(arena, bytes + 1);

	memcpy(copy, text, bytes);
	return copy;
}
