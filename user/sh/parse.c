/*
 * The parser: recursive descent over tokens, one function for each rule of the shell's
 * grammar.
 */
#include <string.h>

#include "parser.h"

#define DEPTH_MAX	150

static struct node *parse_list(struct parser *parser);
static struct node *parse_and_or(struct parser *parser);
static struct node *parse_command_node(struct parser *parser);

static void skip_newlines(struct parser *parser)
{
	while (parser->token == TOKEN_NEWLINE)
		parser_advance(parser);
}

static bool is_word(const struct parser *parser, const char *word)
{
	return parser->token == TOKEN_WORD && token_length(parser) == strlen(word) &&
	       strncmp(parser->start, word, token_length(parser)) == 0;
}

static bool accept_word(struct parser *parser, const char *word)
{
	bool is = is_word(parser, word);

	if (is)
		parser_advance(parser);
	return is;
}

static void expect_word(struct parser *parser, const char *word, const char *mistake)
{
	if (!accept_word(parser, word))
		parser_fail(parser, mistake);
}

/* ---- nodes ------------------------------------------------------------------------------ */

static struct node *node_new(struct parser *parser, enum node_kind kind)
{
	struct node *node = arena_get(parser->arena, sizeof(*node));

	node->kind = kind;
	return node;
}

static struct word *take_token(struct parser *parser)
{
	struct word *word = arena_get(parser->arena, sizeof(*word));

	word->text = arena_copy(parser->arena, parser->start, token_length(parser));
	parser_advance(parser);
	return word;
}

static void take_redirects(struct parser *parser, struct node *node)
{
	struct redirect **tail = &node->redirects;

	while (parser_take_redirect(parser, &tail))
		;
}

/* ---- commands --------------------------------------------------------------------------- */

static bool is_assignment(const char *text, const char *end)
{
	size_t length = name_length(text);

	return length && text + length < end && text[length] == '=';
}

static struct node *parse_simple(struct parser *parser)
{
	struct node *node = node_new(parser, NODE_SIMPLE);
	struct redirect **redirect_tail = &node->redirects;
	struct word **words = &node->words, **assignments = &node->assignments;

	for (;;) {
		if (parser_take_redirect(parser, &redirect_tail))
			continue;
		if (parser->token != TOKEN_WORD)
			break;
		if (!node->words && is_assignment(parser->start, parser->next)) {
			*assignments = take_token(parser);
			assignments = &(*assignments)->next;
		} else {
			*words = take_token(parser);
			words = &(*words)->next;
		}
	}
	if (!node->words && !node->assignments && !node->redirects)
		parser_fail(parser, parser->token == TOKEN_END ? "a command is not finished" :
			     "there is something where a command should be");
	return node;
}

static struct node *parse_body(struct parser *parser)
{
	struct node *list = parse_list(parser);

	if (!list->items)
		parser_fail(parser, parser->token == TOKEN_END ? "a command is not finished" :
			     "a command is missing");
	return list;
}

/* Behind `if` or `elif`, to its `fi`. */
static struct node *parse_if(struct parser *parser)
{
	struct node *node = node_new(parser, NODE_IF);

	node->first = parse_body(parser);
	expect_word(parser, "then", "`then` is missing");
	node->second = parse_body(parser);
	if (accept_word(parser, "elif")) {
		node->third = parse_if(parser);
		return node;
	}
	if (accept_word(parser, "else"))
		node->third = parse_body(parser);
	expect_word(parser, "fi", "`fi` is missing");
	return node;
}

static struct node *parse_do(struct parser *parser)
{
	struct node *body;

	expect_word(parser, "do", "`do` is missing");
	body = parse_body(parser);
	expect_word(parser, "done", "`done` is missing");
	return body;
}

static struct node *parse_loop(struct parser *parser, enum node_kind kind)
{
	struct node *node = node_new(parser, kind);

	node->first = parse_body(parser);
	node->second = parse_do(parser);
	return node;
}

static struct node *parse_for(struct parser *parser)
{
	struct node *node = node_new(parser, NODE_FOR);
	struct word **tail = &node->words;

	if (parser->token != TOKEN_WORD ||
	    name_length(parser->start) != token_length(parser))
		parser_fail(parser, "a variable's name is missing behind `for`");
	node->name = arena_copy(parser->arena, parser->start, token_length(parser));
	parser_advance(parser);
	skip_newlines(parser);
	node->all_arguments = !accept_word(parser, "in");
	while (!node->all_arguments && parser->token == TOKEN_WORD) {
		*tail = take_token(parser);
		tail = &(*tail)->next;
	}
	if (parser->token == TOKEN_SEMICOLON)
		parser_advance(parser);
	skip_newlines(parser);
	node->second = parse_do(parser);
	return node;
}

static struct case_item *parse_case_item(struct parser *parser)
{
	struct case_item *item = arena_get(parser->arena, sizeof(*item));
	struct word **tail = &item->patterns;

	if (parser->token == TOKEN_OPEN)
		parser_advance(parser);
	for (;;) {
		if (parser->token != TOKEN_WORD) {
			parser_fail(parser, "a pattern is missing");
			break;
		}
		*tail = take_token(parser);
		tail = &(*tail)->next;
		if (parser->token != TOKEN_PIPE)
			break;
		parser_advance(parser);
	}
	if (parser->token != TOKEN_CLOSE)
		parser_fail(parser, "`)` is missing behind a pattern");
	parser_advance(parser);
	item->body = parse_list(parser);
	if (parser->token == TOKEN_CASE_END)
		parser_advance(parser);
	else if (!is_word(parser, "esac"))
		parser_fail(parser, "`;;` or `esac` is missing");
	skip_newlines(parser);
	return item;
}

static struct node *parse_case(struct parser *parser)
{
	struct node *node = node_new(parser, NODE_CASE);
	struct case_item **tail = &node->cases;

	if (parser->token != TOKEN_WORD)
		parser_fail(parser, "a word is missing behind `case`");
	else
		node->words = take_token(parser);
	skip_newlines(parser);
	expect_word(parser, "in", "`in` is missing");
	skip_newlines(parser);
	while (parser->token != TOKEN_END && !is_word(parser, "esac")) {
		*tail = parse_case_item(parser);
		tail = &(*tail)->next;
	}
	expect_word(parser, "esac", "`esac` is missing");
	return node;
}

static struct node *parse_subshell(struct parser *parser)
{
	struct node *node = node_new(parser, NODE_SUBSHELL);

	parser_advance(parser);
	node->first = parse_body(parser);
	if (parser->token != TOKEN_CLOSE)
		parser_fail(parser, "`)` is missing");
	parser_advance(parser);
	return node;
}

static struct node *parse_group(struct parser *parser)
{
	struct node *node = node_new(parser, NODE_GROUP);

	node->first = parse_body(parser);
	expect_word(parser, "}", "`}` is missing");
	return node;
}

/* NULL: the token begins no compound command. */
static struct node *parse_compound(struct parser *parser)
{
	if (parser->token == TOKEN_OPEN)
		return parse_subshell(parser);
	if (accept_word(parser, "{"))
		return parse_group(parser);
	if (accept_word(parser, "if"))
		return parse_if(parser);
	if (accept_word(parser, "while"))
		return parse_loop(parser, NODE_WHILE);
	if (accept_word(parser, "until"))
		return parse_loop(parser, NODE_UNTIL);
	if (accept_word(parser, "for"))
		return parse_for(parser);
	if (accept_word(parser, "case"))
		return parse_case(parser);
	return NULL;
}

/* name () is two tokens from here. */
static bool begins_function(const struct parser *parser)
{
	const char *at = parser->next;

	if (parser->token != TOKEN_WORD ||
	    name_length(parser->start) != token_length(parser))
		return false;
	at += strspn(at, " \t");
	if (*at != '(')
		return false;
	at++;
	return at[strspn(at, " \t")] == ')';
}

static struct node *parse_function(struct parser *parser)
{
	struct node *node = node_new(parser, NODE_FUNCTION);

	node->name = arena_copy(parser->arena, parser->start, token_length(parser));
	parser_advance(parser);
	parser_advance(parser);
	parser_advance(parser);
	skip_newlines(parser);
	node->second = parse_command_node(parser);
	return node;
}

/* Words that end what they stand behind, and begin nothing. */
static bool is_closing_word(const struct parser *parser)
{
	static const char *const words[] = {
		"then", "elif", "else", "fi", "do", "done", "esac", "}",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_word(parser, words[i]))
			return true;
	return false;
}

static struct node *parse_command_node(struct parser *parser)
{
	struct node *node;

	if (++parser->depth > DEPTH_MAX) {
		parser->token = TOKEN_SEMICOLON;
		parser_fail(parser, "commands are nested too deeply");
	}
	if (begins_function(parser)) {
		node = parse_function(parser);
	} else if (is_closing_word(parser)) {
		node = node_new(parser, NODE_SIMPLE);
		parser_fail(parser, "a word stands where it ends nothing");
	} else {
		node = parse_compound(parser);
		if (node)
			take_redirects(parser, node);
		else
			node = parse_simple(parser);
	}
	parser->depth--;
	return node;
}

/* ---- pipelines and lists ---------------------------------------------------------------- */

static struct node *parse_pipeline(struct parser *parser)
{
	struct node *node = node_new(parser, NODE_PIPELINE), **tail = &node->items;

	while (accept_word(parser, "!"))
		node->negated = !node->negated;
	for (;;) {
		*tail = parse_command_node(parser);
		tail = &(*tail)->next;
		if (parser->token != TOKEN_PIPE)
			break;
		parser_advance(parser);
		skip_newlines(parser);
	}
	return node->items->next || node->negated ? node : node->items;
}

static struct node *parse_and_or(struct parser *parser)
{
	struct node *left = parse_pipeline(parser);

	while (parser->token == TOKEN_AND || parser->token == TOKEN_OR) {
		struct node *node = node_new(parser, parser->token == TOKEN_AND ? NODE_AND :
						     NODE_OR);

		parser_advance(parser);
		skip_newlines(parser);
		node->first = left;
		node->second = parse_pipeline(parser);
		left = node;
	}
	return left;
}

/* One item of a list, with what separates it from the next.  False: no separator. */
static bool parse_item(struct parser *parser, struct node ***tail)
{
	struct node *item = parse_and_or(parser);

	item->background = parser->token == TOKEN_AMPERSAND;
	**tail = item;
	*tail = &item->next;
	if (parser->token != TOKEN_AMPERSAND && parser->token != TOKEN_SEMICOLON)
		return false;
	parser_advance(parser);
	return true;
}

static bool list_ends(const struct parser *parser)
{
	return parser->token == TOKEN_END || parser->token == TOKEN_CLOSE ||
	       parser->token == TOKEN_CASE_END || is_closing_word(parser);
}

/* Over several lines, to what ends it. */
static struct node *parse_list(struct parser *parser)
{
	struct node *list = node_new(parser, NODE_LIST), **tail = &list->items;

	skip_newlines(parser);
	while (!list_ends(parser)) {
		if (!parse_item(parser, &tail) && parser->token != TOKEN_NEWLINE)
			break;
		skip_newlines(parser);
	}
	return list;
}

/* To the end of the line. */
static struct node *parse_line(struct parser *parser)
{
	struct node *list = node_new(parser, NODE_LIST), **tail = &list->items;

	while (parser->token != TOKEN_NEWLINE && parser->token != TOKEN_END) {
		if (!parse_item(parser, &tail) && parser->token != TOKEN_NEWLINE &&
		    parser->token != TOKEN_END)
			parser_fail(parser, "there is something behind a command");
	}
	/* the end of the text may be where here-documents should begin */
	if (parser->token == TOKEN_END && parser->here_first && !parser->mistake)
		parser_take_here(parser);
	return list;
}

enum parse_result parse_command(const char *text, bool last, struct parsed *parsed)
{
	struct parser parser;
	struct node *list;

	*parsed = (struct parsed){ .rest = text };
	parser_begin(&parser, text);
	parser.last = last;
	parser_advance(&parser);
	if (parser.token == TOKEN_END && !parser.mistake) {
		arena_release(parser.arena);
		return PARSE_END;
	}
	list = parse_line(&parser);
	parsed->rest = parser.next;
	if (!parser.mistake) {
		parsed->arena = parser.arena;
		parsed->node = list->items ? list : NULL;
		return PARSE_DONE;
	}
	parsed->mistake = parser.mistake;
	arena_release(parser.arena);
	return parser.incomplete ? PARSE_INCOMPLETE : PARSE_MISTAKE;
}

const char *parse_substitution(const char *text)
{
	struct parser parser;
	const char *end = NULL;

	parser_begin(&parser, text);
	parser.last = true;
	parser_advance(&parser);
	parse_list(&parser);
	if (parser.token == TOKEN_CLOSE && !parser.mistake)
		end = parser.next;
	arena_release(parser.arena);
	return end;
}
