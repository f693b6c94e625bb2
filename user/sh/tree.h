/*
 * A parsed command.  Words keep their quotes and dollars: they are expanded when the
 * command runs (expand.h).  Nodes, words and redirections live in an arena.
 */
#ifndef USER_SH_TREE_H
#define USER_SH_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

struct word {
	struct word *next;
	char *text;			/* as it was written */
};

enum redirect_kind {
	REDIRECT_IN,			/* < */
	REDIRECT_OUT,			/* > and >| */
	REDIRECT_APPEND,		/* >> */
	REDIRECT_BOTH,			/* <> */
	REDIRECT_SAME_IN,		/* <&: the descriptor that the word names; -: none */
	REDIRECT_SAME_OUT,		/* >& */
	REDIRECT_HERE,			/* <<: `here` */
};

struct redirect {
	struct redirect *next;
	enum redirect_kind kind;
	int fd;
	char *word;			/* HERE: what ends it, without its quotes */
	char *here;			/* text to be read */
	bool here_is_plain;		/* nothing in it is expanded */
	bool here_without_tabs;		/* <<- */
	struct redirect *here_next;	/* parser: those whose text is still to come */
};

enum node_kind {
	NODE_SIMPLE,			/* words, assignments */
	NODE_PIPELINE,			/* items; negated */
	NODE_AND, NODE_OR,		/* first, second */
	NODE_LIST,			/* items, one after the other */
	NODE_SUBSHELL, NODE_GROUP,	/* first */
	NODE_IF,			/* first: condition; second; third: else, or NULL */
	NODE_WHILE, NODE_UNTIL,		/* first: condition; second: body */
	NODE_FOR,			/* name; words, unless all_arguments; second: body */
	NODE_CASE,			/* words: one; cases */
	NODE_FUNCTION,			/* name; second: body */
};

struct case_item {
	struct case_item *next;
	struct word *patterns;
	struct node *body;		/* NULL: nothing */
};

struct node {
	enum node_kind kind;
	bool background;		/* of a list's item: & follows */
	bool negated;
	bool all_arguments;
	struct node *next;		/* of a list's or pipeline's items */
	struct redirect *redirects;
	struct word *words, *assignments;
	struct node *items;
	struct node *first, *second, *third;
	struct case_item *cases;
	char *name;
};

/* A function's body outlives the command that defined it. */
struct parsed {
	struct arena *arena;		/* one reference */
	struct node *node;		/* NULL: an empty line */
	const char *rest;		/* behind it */
	const char *mistake;		/* PARSE_MISTAKE, PARSE_INCOMPLETE */
};

enum parse_result {
	PARSE_DONE,
	PARSE_END,			/* there is no more */
	PARSE_INCOMPLETE,		/* it goes on behind the end of the text */
	PARSE_MISTAKE,
};

/* Parses one complete command, to the end of its line.  `last`: there is no more text to
 * come.  Only after PARSE_DONE is there an arena to release. */
enum parse_result parse_command(const char *text, bool last, struct parsed *parsed);
/* From behind $( to behind its ).  NULL: it does not end. */
const char *parse_substitution(const char *text);

/* The command as text that parses to the same: for a shell that runs a part of it. */
void tree_write(struct text *to, const struct node *node);

/* ---- where quoted things end (scan.c): NULL: not within the text --------------------- */

const char *scan_single(const char *at);	/* at ' */
const char *scan_double(const char *at);	/* at " */
const char *scan_backquote(const char *at);	/* at ` */
/* At $, whatever follows it; a name that follows is not skipped. */
const char *scan_dollar(const char *at, bool in_double);
/* At ${. */
const char *scan_brace(const char *at, bool in_double);
/* The end of a word. */
const char *scan_word(const char *at);
/* $((...)) at `at`: behind it; NULL: it is none. */
const char *scan_arithmetic(const char *at);

static inline bool is_name_start(char byte)
{
	return byte == '_' || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static inline bool is_name_part(char byte)
{
	return is_name_start(byte) || (byte >= '0' && byte <= '9');
}

/* How many characters from `text` on are a name. */
static inline size_t name_length(const char *text)
{
	size_t length = 0;

	if (is_name_start(*text))
		while (is_name_part(text[length]))
			length++;
	return length;
}

#endif
