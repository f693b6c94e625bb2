/*
 * A command as text again: see tree.h.  Lists are written one item a line, so that the
 * texts of here-documents can follow the line that asks for them.
 */
#include <stdio.h>

#include "tree.h"

struct writer {
	struct text *to;
	const struct redirect *here[16];	/* to follow the line */
	size_t here_count;
};

static void write_node(struct writer *writer, const struct node *node);

static void write_line_end(struct writer *writer)
{
	text_put(writer->to, '\n');
	for (size_t i = 0; i < writer->here_count; i++) {
		text_add(writer->to, writer->here[i]->here);
		text_add(writer->to, writer->here[i]->word);
		text_put(writer->to, '\n');
	}
	writer->here_count = 0;
}

static void write_redirects(struct writer *writer, const struct redirect *redirect)
{
	static const char *const signs[] = {
		[REDIRECT_IN] = "<", [REDIRECT_OUT] = ">", [REDIRECT_APPEND] = ">>",
		[REDIRECT_BOTH] = "<>", [REDIRECT_SAME_IN] = "<&", [REDIRECT_SAME_OUT] = ">&",
		[REDIRECT_HERE] = "<<",
	};
	char number[16];

	for (; redirect; redirect = redirect->next) {
		snprintf(number, sizeof(number), " %d", redirect->fd);
		text_add(writer->to, number);
		text_add(writer->to, signs[redirect->kind]);
		if (redirect->kind != REDIRECT_HERE) {
			text_add(writer->to, redirect->word);
			continue;
		}
		if (redirect->here_is_plain)
			text_add_quoted(writer->to, redirect->word);
		else
			text_add(writer->to, redirect->word);
		if (writer->here_count < sizeof(writer->here) / sizeof(writer->here[0]))
			writer->here[writer->here_count++] = redirect;
	}
}

static void write_words(struct writer *writer, const struct word *word, const char *between)
{
	for (const char *separator = ""; word; word = word->next, separator = between) {
		text_add(writer->to, separator);
		text_add(writer->to, word->text);
	}
}

static void write_list(struct writer *writer, const struct node *list)
{
	for (const struct node *item = list->items; item; item = item->next) {
		write_node(writer, item);
		if (item->background)
			text_add(writer->to, " &");
		write_line_end(writer);
	}
}

static void write_if(struct writer *writer, const struct node *node)
{
	text_add(writer->to, "if\n");
	write_list(writer, node->first);
	text_add(writer->to, "then\n");
	write_list(writer, node->second);
	if (node->third) {
		text_add(writer->to, "else\n");
		write_node(writer, node->third);
		if (node->third->kind != NODE_LIST)
			write_line_end(writer);
	}
	text_add(writer->to, "fi");
}

static void write_do(struct writer *writer, const struct node *body)
{
	text_add(writer->to, "do\n");
	write_list(writer, body);
	text_add(writer->to, "done");
}

static void write_for(struct writer *writer, const struct node *node)
{
	text_add(writer->to, "for ");
	text_add(writer->to, node->name);
	if (!node->all_arguments) {
		text_add(writer->to, " in ");
		write_words(writer, node->words, " ");
	}
	text_put(writer->to, '\n');
	write_do(writer, node->second);
}

static void write_case(struct writer *writer, const struct node *node)
{
	text_add(writer->to, "case ");
	write_words(writer, node->words, " ");
	text_add(writer->to, " in\n");
	for (const struct case_item *item = node->cases; item; item = item->next) {
		text_put(writer->to, '(');
		write_words(writer, item->patterns, "|");
		text_add(writer->to, ")\n");
		if (item->body)
			write_list(writer, item->body);
		text_add(writer->to, ";;\n");
	}
	text_add(writer->to, "esac");
}

static void write_simple(struct writer *writer, const struct node *node)
{
	write_words(writer, node->assignments, " ");
	if (node->assignments && node->words)
		text_put(writer->to, ' ');
	write_words(writer, node->words, " ");
}

static void write_pipeline(struct writer *writer, const struct node *node)
{
	if (node->negated)
		text_add(writer->to, "! ");
	for (const struct node *item = node->items; item; item = item->next) {
		write_node(writer, item);
		if (item->next)
			text_add(writer->to, " | ");
	}
}

static void write_braces(struct writer *writer, const struct node *node, const char *open,
			 const char *close)
{
	text_add(writer->to, open);
	if (node->kind == NODE_LIST) {
		write_list(writer, node);
	} else {
		write_node(writer, node);
		write_line_end(writer);
	}
	text_add(writer->to, close);
}

static void write_node(struct writer *writer, const struct node *node)
{
	switch (node->kind) {
	case NODE_SIMPLE:
		write_simple(writer, node);
		break;
	case NODE_PIPELINE:
		write_pipeline(writer, node);
		break;
	case NODE_AND:
	case NODE_OR:
		write_node(writer, node->first);
		text_add(writer->to, node->kind == NODE_AND ? " && " : " || ");
		write_node(writer, node->second);
		break;
	case NODE_LIST:
		write_list(writer, node);
		break;
	case NODE_SUBSHELL:
		write_braces(writer, node->first, "(\n", ")");
		break;
	case NODE_GROUP:
		write_braces(writer, node->first, "{\n", "}");
		break;
	case NODE_IF:
		write_if(writer, node);
		break;
	case NODE_WHILE:
	case NODE_UNTIL:
		text_add(writer->to, node->kind == NODE_WHILE ? "while\n" : "until\n");
		write_list(writer, node->first);
		write_do(writer, node->second);
		break;
	case NODE_FOR:
		write_for(writer, node);
		break;
	case NODE_CASE:
		write_case(writer, node);
		break;
	case NODE_FUNCTION:
		text_add(writer->to, node->name);
		text_add(writer->to, "() ");
		write_node(writer, node->second);
		break;
	}
	write_redirects(writer, node->redirects);
}

void tree_write(struct text *to, const struct node *node)
{
	struct writer writer = { .to = to };

	write_node(&writer, node);
	if (node->kind != NODE_LIST)
		write_line_end(&writer);
}
