/* The kernel's command line; see the header. */
#include "kernel/boot/options.h"

#include <string.h>

struct boot_options boot_options = { .isolation = true, .init = "/bin/sh" };

static bool word_is(const char *word, size_t bytes, const char *text)
{
	return bytes == strlen(text) && !memcmp(word, text, bytes);
}

static bool parse_word(const char *word, size_t bytes)
{
	if (word_is(word, bytes, "isolation=on"))
		boot_options.isolation = true;
	else if (word_is(word, bytes, "isolation=off"))
		boot_options.isolation = false;
	else if (word_is(word, bytes, "check=poison"))
		boot_options.check_poison = true;
	else if (word_is(word, bytes, "check=pagetables"))
		boot_options.check_page_tables = true;
	else if (word_is(word, bytes, "check=panic"))
		boot_options.fail = FAIL_PANIC;
	else if (word_is(word, bytes, "check=fault"))
		boot_options.fail = FAIL_FAULT;
	else if (word_is(word, bytes, "check=stack"))
		boot_options.fail = FAIL_STACK;
	else if (word_is(word, bytes, "check=table"))
		boot_options.fail = FAIL_TABLE;
	else if (bytes > 5 && bytes - 5 < sizeof(boot_options.init) && !memcmp(word, "init=", 5))
		memcpy(boot_options.init, word + 5, bytes - 5);
	else
		return false;
	return true;
}

void boot_options_parse(const char *command_line)
{
	while (*command_line) {
		size_t bytes = strcspn(command_line, " ");

		if (bytes && !parse_word(command_line, bytes))
			kernel_log("command line: '%.*s' is not known; ignored", (int)bytes,
				   command_line);
		command_line += bytes;
		command_line += strspn(command_line, " ");
	}
}
