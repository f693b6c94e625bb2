/*
 * Tokens, and the texts of here-documents, which begin behind the end of a line.
 */
#include <string.h>

#include "parser.h"

static const struct operator {
	const char *text;
	enum token token;
} operators[] = {			/* longer ones before what they begin with */
	{ "<<-", TOKEN_HERE_TABS },
	{ "&&", TOKEN_AND }, { "||", TOKEN_OR }, { ";;", TOKEN_CASE_END },
	{ "<<", TOKEN_HERE }, { ">>", TOKEN_APPEND }, { "<&", TOKEN_SAME_IN },
	{ ">&", TOKEN_SAME_OUT }, { "<>", TOKEN_BOTH }, { ">|", TOKEN_CLOBBER },
	{ "&", TOKEN_AMPERSAND }, { "|", TOKEN_PIPE }, { ";", TOKEN_SEMICOLON },
	{ "(", TOKEN_OPEN }, { ")", TOKEN_CLOSE }, { "<", TOKEN_IN }, { ">", TOKEN_OUT },
};

/* ---- tokens ----------------------------------------------------------------------------- */

void parser_fail(struct parser *parser, const char *mistake)
{
	if (!parser->mistake) {
		parser->mistake = mistake;
		parser->incomplete = parser->token == TOKEN_END;
	}
	parser->token = TOKEN_END;
}

static void fail_incomplete(struct parser *parser, const char *mistake)
{
	parser->token = TOKEN_END;
	parser_fail(parser, mistake);
}

const char *parser_skip_blanks(const char *at)
{
	for (;;) {
		if (*at == ' ' || *at == '\t' || *at == '\r')
			at++;
		else if (at[0] == '\\' && at[1] == '\n')
			at += 2;
		else
			break;
	}
	return *at == '#' ? at + strcspn(at, "\n") : at;
}

static bool ends_here(const struct redirect *redirect, const char *line, size_t length)
{
	return strlen(redirect->word) == length && strncmp(line, redirect->word, length) == 0;
}

/* Takes the lines of one here-document. */
static void take_here(struct parser *parser, struct redirect *redirect)
{
	struct text text = { 0 };

	for (;;) {
		const char *line = parser->next;
		size_t length;

		if (!*line) {
			if (!parser->last)
				fail_incomplete(parser, "a here-document does not end");
			break;
		}
		while (redirect->here_without_tabs && *line == '\t')
			line++;
		length = strcspn(line, "\n");
		parser->next = line + length + (line[length] == '\n');
		if (ends_here(redirect, line, length))
			break;
		text_add_bytes(&text, line, length);
		text_put(&text, '\n');
	}
	redirect->here = arena_copy(parser->arena, text_string(&text), text.length);
	text_free(&text);
}

void parser_take_here(struct parser *parser)
{
	for (struct redirect *here = parser->here_first; here; here = here->here_next)
		take_here(parser, here);
	parser->here_first = NULL;
	parser->here_last = &parser->here_first;
}

static bool take_operator(struct parser *parser)
{
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		size_t length = strlen(operators[i].text);

		if (strncmp(parser->start, operators[i].text, length) == 0) {
			parser->token = operators[i].token;
			parser->next = parser->start + length;
			return true;
		}
	}
	return false;
}

void parser_take_word(struct parser *parser)
{
	const char *end = scan_word(parser->start);

	if (!end) {
		fail_incomplete(parser, "a quote or bracket is not closed");
		return;
	}
	parser->token = TOKEN_WORD;
	parser->next = end;
	if ((*end == '<' || *end == '>') &&
	    strspn(parser->start, "0123456789") == (size_t)(end - parser->start))
		parser->token = TOKEN_NUMBER;
}

void parser_advance(struct parser *parser)
{
	if (parser->mistake)
		return;
	parser->start = parser_skip_blanks(parser->next);
	parser->next = parser->start;
	if (*parser->start == '\0') {
		parser->token = TOKEN_END;
	} else if (*parser->start == '\n') {
		parser->token = TOKEN_NEWLINE;
		parser->next++;
		parser_take_here(parser);
	} else if (!take_operator(parser)) {
		parser_take_word(parser);
	}
}

void parser_begin(struct parser *parser, const char *text)
{
	memset(parser, 0, sizeof(*parser));
	parser->next = text;
	parser->arena = arena_create();
	parser->here_last = &parser->here_first;
}
