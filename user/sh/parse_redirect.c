/*
 * Redirections: see parser.h.
 */
#include <string.h>

#include "parser.h"

/* What ends a here-document: its word without quotes; whether there were any. */
static char *unquote(struct parser *parser, const char *word, bool *quoted)
{
	char *plain = arena_get(parser->arena, strlen(word) + 1), *to = plain;

	*quoted = strpbrk(word, "'\"\\") != NULL;
	for (; *word; word++) {
		if (*word == '\\' && word[1])
			*to++ = *++word;
		else if (*word != '\'' && *word != '"')
			*to++ = *word;
	}
	return plain;
}

static bool redirect_kind_of(enum token token, enum redirect_kind *kind)
{
	static const struct {
		enum token token;
		enum redirect_kind kind;
	} kinds[] = {
		{ TOKEN_IN, REDIRECT_IN }, { TOKEN_OUT, REDIRECT_OUT },
		{ TOKEN_CLOBBER, REDIRECT_OUT }, { TOKEN_APPEND, REDIRECT_APPEND },
		{ TOKEN_BOTH, REDIRECT_BOTH }, { TOKEN_SAME_IN, REDIRECT_SAME_IN },
		{ TOKEN_SAME_OUT, REDIRECT_SAME_OUT }, { TOKEN_HERE, REDIRECT_HERE },
		{ TOKEN_HERE_TABS, REDIRECT_HERE },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].token == token) {
			*kind = kinds[i].kind;
			return true;
		}
	}
	return false;
}

static bool is_input(enum redirect_kind kind)
{
	return kind == REDIRECT_IN || kind == REDIRECT_BOTH || kind == REDIRECT_SAME_IN ||
	       kind == REDIRECT_HERE;
}

static int descriptor_of(const char *digits, const char *end)
{
	int fd = 0;

	while (digits < end && fd < 100000)
		fd = fd * 10 + (*digits++ - '0');
	return fd;
}

static void take_here_word(struct parser *parser, struct redirect *redirect, char *word)
{
	redirect->word = unquote(parser, word, &redirect->here_is_plain);
	redirect->here = "";
	*parser->here_last = redirect;
	parser->here_last = &redirect->here_next;
}

/* False: the token begins none. */
bool parser_take_redirect(struct parser *parser, struct redirect ***tail)
{
	struct redirect *redirect;
	enum redirect_kind kind;
	bool named = parser->token == TOKEN_NUMBER;
	const char *digits = parser->start, *end = parser->next;
	char *word;

	if (!named && !redirect_kind_of(parser->token, &kind))
		return false;
	if (named)
		parser_advance(parser);
	if (!redirect_kind_of(parser->token, &kind)) {
		parser_fail(parser, "a redirection is wrong");
		return true;
	}
	redirect = arena_get(parser->arena, sizeof(*redirect));
	redirect->kind = kind;
	redirect->fd = named ? descriptor_of(digits, end) : is_input(kind) ? 0 : 1;
	redirect->here_without_tabs = parser->token == TOKEN_HERE_TABS;
	parser->token = TOKEN_WORD;
	parser->start = parser->next = parser_skip_blanks(parser->next);
	parser_take_word(parser);
	if (parser->token != TOKEN_WORD || token_length(parser) == 0) {
		if (!parser->mistake)
			parser->token = TOKEN_SEMICOLON;	/* not the end: a mistake */
		parser_fail(parser, "a file's name is missing behind < or >");
		return true;
	}
	word = arena_copy(parser->arena, parser->start, token_length(parser));
	if (kind == REDIRECT_HERE)
		take_here_word(parser, redirect, word);
	else
		redirect->word = word;
	/* only now: a newline that follows is where here-documents begin */
	parser_advance(parser);
	**tail = redirect;
	*tail = &redirect->next;
	return true;
}
