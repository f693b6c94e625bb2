/*
 * What the parts of the parser share: tokens (lex.c), redirections (parse_redirect.c),
 * commands (parse.c).  After a mistake every token is the end, so nothing needs to look
 * whether there was one.
 */
#ifndef USER_SH_PARSER_H
#define USER_SH_PARSER_H

#include "tree.h"

enum token {
	TOKEN_END,
	TOKEN_NEWLINE,
	TOKEN_WORD,
	TOKEN_NUMBER,			/* a descriptor before < or > */
	TOKEN_AND, TOKEN_OR, TOKEN_SEMICOLON, TOKEN_CASE_END, TOKEN_AMPERSAND, TOKEN_PIPE,
	TOKEN_OPEN, TOKEN_CLOSE,
	TOKEN_IN, TOKEN_OUT, TOKEN_APPEND, TOKEN_CLOBBER, TOKEN_BOTH,
	TOKEN_SAME_IN, TOKEN_SAME_OUT, TOKEN_HERE, TOKEN_HERE_TABS,
};

struct parser {
	const char *next;		/* behind the token */
	enum token token;
	const char *start;		/* of the token */
	struct arena *arena;
	struct redirect *here_first, **here_last;
	const char *mistake;
	bool incomplete;
	bool last;			/* no text follows */
	unsigned depth;
};

/* ---- lex.c ---- */

void parser_begin(struct parser *parser, const char *text);
/* The next token. */
void parser_advance(struct parser *parser);
/* It is a word, wherever it stands. */
void parser_take_word(struct parser *parser);
void parser_fail(struct parser *parser, const char *mistake);
/* The texts of all here-documents that were asked for. */
void parser_take_here(struct parser *parser);
const char *parser_skip_blanks(const char *at);

static inline size_t token_length(const struct parser *parser)
{
	return (size_t)(parser->next - parser->start);
}

/* ---- parse_redirect.c: false: the token begins none ---- */

bool parser_take_redirect(struct parser *parser, struct redirect ***tail);

#endif
