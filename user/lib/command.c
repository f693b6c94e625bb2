/*
 * The shell's parser: one pass, one character at a time.
 */
#include "command.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define BLANKS		" \t\r\n"
#define SPECIALS	";&<>"

struct parser {
	const char *next;			/* in the line */
	const struct command_values *values;
	struct command *command;
	char *free;				/* in command->text */
	const char *mistake;
};

static void put(struct parser *parser, char byte)
{
	if (parser->free == parser->command->text + COMMAND_BYTES_MAX)
		parser->mistake = "the command is too long";
	else
		*parser->free++ = byte;
}

/* $? or $!; any other dollar stands for itself. */
static void put_value(struct parser *parser)
{
	char digits[16] = "$";
	char name = *parser->next;

	if (name == '?' || name == '!') {
		parser->next++;
		snprintf(digits, sizeof(digits), "%d", name == '?' ?
			 parser->values->status : parser->values->last_background);
	}
	for (const char *digit = digits; *digit; digit++)
		put(parser, *digit);
}

static void take_quoted(struct parser *parser, char quote)
{
	while (*parser->next != quote) {
		char byte = *parser->next;

		if (!byte) {
			parser->mistake = "a quote is not closed";
			return;
		}
		parser->next++;
		if (byte == '$' && quote == '"')
			put_value(parser);
		else if (byte == '\\' && quote == '"' && *parser->next)
			put(parser, *parser->next++);
		else
			put(parser, byte);
	}
	parser->next++;
}

/* Takes a word; `next` is at its first character. */
static char *take_word(struct parser *parser)
{
	char *word = parser->free;

	while (*parser->next && !parser->mistake && !strchr(BLANKS SPECIALS, *parser->next)) {
		char byte = *parser->next++;

		if (byte == '\'' || byte == '"')
			take_quoted(parser, byte);
		else if (byte == '$')
			put_value(parser);
		else if (byte == '\\' && *parser->next)
			put(parser, *parser->next++);
		else
			put(parser, byte);
	}
	put(parser, '\0');
	return word;
}

static void take_file_name(struct parser *parser)
{
	struct command *command = parser->command;
	bool input = *parser->next++ == '<';

	if (!input && *parser->next == '>') {
		command->append = true;
		parser->next++;
	}
	parser->next += strspn(parser->next, BLANKS);
	if (!*parser->next || strchr(SPECIALS, *parser->next))
		parser->mistake = "a file's name is missing behind < or >";
	else if (input)
		command->input = take_word(parser);
	else
		command->output = take_word(parser);
}

const char *command_parse(const char *line, const struct command_values *values,
			  struct command *command, const char **mistake)
{
	struct parser parser = {
		.next = line, .values = values, .command = command, .free = command->text,
	};

	memset(command, 0, offsetof(struct command, text));
	while (!parser.mistake) {
		parser.next += strspn(parser.next, BLANKS);
		if (*parser.next == '#')
			parser.next += strlen(parser.next);
		if (*parser.next == '\0')
			break;
		if (*parser.next == ';' || *parser.next == '&') {
			command->background = *parser.next++ == '&';
			break;
		}
		if (*parser.next == '<' || *parser.next == '>')
			take_file_name(&parser);
		else if (command->words == COMMAND_WORDS_MAX)
			parser.mistake = "the command has too many words";
		else
			command->word[command->words++] = take_word(&parser);
	}
	*mistake = parser.mistake;
	return parser.mistake ? NULL : parser.next;
}
