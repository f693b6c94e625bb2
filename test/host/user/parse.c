/*
 * Prints how the shell's parser cuts its argument into commands.
 */
#include <stdio.h>

#include "command.h"

static void print_command(const struct command *command)
{
	for (int i = 0; i < command->words; i++)
		printf("[%s]", command->word[i]);
	if (command->input)
		printf(" <%s", command->input);
	if (command->output)
		printf(" %s%s", command->append ? ">>" : ">", command->output);
	printf("%s\n", command->background ? " &" : "");
}

int main(int argc, char *argv[])
{
	struct command_values values = { .status = 7, .last_background = 42 };
	const char *line = argc > 1 ? argv[1] : "", *mistake;
	struct command command;

	while (line && *line) {
		line = command_parse(line, &values, &command, &mistake);
		if (!line)
			printf("%s\n", mistake);
		else if (command.words)
			print_command(&command);
	}
	return 0;
}
