/* The kernel's command line; see the header. */
#include "kernel/boot/options.h"

#include <string.h>

struct boot_options boot_options = { .isolation = true, .init = "/bin/sh", .sched = "prio" };

static bool word_is(const char *word, size_t bytes, const char *text)
{
	return bytes == strlen(text) && !memcmp(word, text, bytes);
}

/* `option` and any text that fits behind it. */
static bool text_option(const char *word, size_t bytes, const char *option, char *text,
			size_t text_bytes)
{
	size_t option_bytes = strlen(option);

	if (bytes <= option_bytes || memcmp(word, option, option_bytes) ||
	    bytes - option_bytes >= text_bytes)
		return false;
	memset(text, 0, text_bytes);
	memcpy(text, word + option_bytes, bytes - option_bytes);
	return true;
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
	else if (word_is(word, bytes, "uintr=auto"))
		boot_options.uintr = UINTR_AUTO;
	else if (word_is(word, bytes, "uintr=hw"))
		boot_options.uintr = UINTR_HARDWARE;
	else if (word_is(word, bytes, "uintr=emulated"))
		boot_options.uintr = UINTR_EMULATED;
	else if (word_is(word, bytes, "uintr=off"))
		boot_options.uintr = UINTR_OFF;
	else
		return text_option(word, bytes, "init=", boot_options.init,
				   sizeof(boot_options.init)) ||
		       text_option(word, bytes, "sched=", boot_options.sched,
				   sizeof(boot_options.sched));
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
