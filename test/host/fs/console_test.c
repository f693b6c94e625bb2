/*
 * The console: lines as they are typed and read, echo, and what is written.
 */
#include <stdio.h>
#include <string.h>

#include "abi/terminal.h"
#include "fake.h"
#include "fs/line.h"
#include "fs/vfs.h"

static struct file *console;

static void check_echo(const char *wanted)
{
	char sent[8192];

	fake_uart_sent(sent, sizeof(sent));
	CHECK(!strcmp(sent, wanted), "sent \"%s\", wanted \"%s\"", sent, wanted);
}

/* -ECANCELED: nothing was ready. */
static ssize_t read_some(char *to, size_t bytes)
{
	struct cursor cursor;
	ssize_t done;

	cursor_init_kernel(&cursor, to, bytes);
	done = file_read(console, &cursor, -1);
	if (done >= 0)
		to[done] = '\0';
	return done;
}

static void check_read(size_t room, const char *wanted)
{
	char text[2048];
	ssize_t done = read_some(text, room);

	CHECK_EQUAL(done, strlen(wanted));
	CHECK(!strcmp(text, wanted), "read \"%s\", wanted \"%s\"", text, wanted);
}

static void check_nothing(void)
{
	char text[8];

	CHECK_EQUAL(read_some(text, sizeof(text) - 1), -ECANCELED);
}

static void test_lines(void)
{
	check_nothing();
	fake_uart_type("echo one");
	check_nothing();
	fake_uart_type("\r");
	check_read(100, "echo one\n");
	check_nothing();
	check_echo("echo one\r\n");
	fake_uart_type("first\nsecond\n");
	check_read(100, "first\n");
	check_read(3, "sec");
	check_read(3, "ond");
	check_read(3, "\n");
	check_nothing();
	check_echo("first\r\nsecond\r\n");
}

static void test_editing(void)
{
	fake_uart_type("abx\x7f\bB\n");
	check_echo("abx\b \b\b \bB\r\n");
	check_read(100, "aB\n");
	fake_uart_type("\x7fwrong\x15right\n");
	check_read(100, "right\n");
	check_echo("wrong\b \b\b \b\b \b\b \b\b \bright\r\n");
	/* one key takes back one character, however many bytes it has */
	fake_uart_type("\xc3\xa4\xe2\x82\xac\x7f\n");
	check_read(100, "\xc3\xa4\n");
	check_echo("\xc3\xa4\xe2\x82\xac\b \b\r\n");
	fake_uart_type("\x01\x7f\n");
	check_echo("^A\b \b\b \b\r\n");
	check_read(100, "\n");
}

static void test_end_of_input(void)
{
	fake_uart_type("\x04");
	check_read(100, "");
	check_nothing();
	fake_uart_type("abc\x04");
	check_read(3, "abc");
	check_nothing();
	fake_uart_type("abc\x04\x04");
	check_read(100, "abc");
	check_read(100, "");
	check_nothing();
	check_echo("abcabc");
}

static void test_interrupt(void)
{
	fake_uart_type("line\nhalf\x03");
	CHECK_EQUAL(fake_console_interrupts, 1);
	check_nothing();
	check_echo("line\r\nhalf^C\r\n");
}

static void test_limits(void)
{
	static char sent[65537];
	char text[LINE_EDIT_BYTES + 100];
	unsigned lines = 0;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	fake_uart_type(text);
	fake_uart_type("\n");
	CHECK_EQUAL(read_some(text, sizeof(text) - 1), LINE_EDIT_BYTES);
	CHECK(text[LINE_EDIT_BYTES - 1] == '\n' && text[LINE_EDIT_BYTES - 2] == 'x');
	for (unsigned i = 0; i < LINE_READY_ENTRIES; i++)
		fake_uart_type("abc\n");
	while (read_some(text, 100) > 0)
		lines++;
	CHECK_EQUAL(lines, LINE_READY_ENTRIES / 4);
	fake_uart_type("\x03");
	fake_uart_sent(sent, sizeof(sent));
}

static void set_modes(uint32_t command, uint32_t input, uint32_t local)
{
	struct abi_termios termios;

	CHECK_EQUAL(console->ops->control(console, ABI_TCGETS, &termios), 0);
	termios.c_iflag = input;
	termios.c_lflag = (termios.c_lflag & ~(ABI_ICANON | ABI_ECHO | ABI_ISIG)) | local;
	CHECK_EQUAL(console->ops->control(console, command, &termios), 0);
}

static int32_t readable(void)
{
	int32_t bytes = -1;

	CHECK_EQUAL(console->ops->control(console, ABI_FIONREAD, &bytes), 0);
	return bytes;
}

static void test_modes(void)
{
	unsigned interrupts = fake_console_interrupts;
	int32_t group = 77;

	/* what was typed ahead, finished or not, can be read */
	fake_uart_type("line\nha\x04lf");
	CHECK_EQUAL(readable(), 5);
	check_echo("line\r\nhalf");
	set_modes(ABI_TCSETS, 0, 0);
	CHECK_EQUAL(readable(), 10);
	check_read(100, "line\nha\x04lf");
	check_nothing();
	fake_uart_type("\r\x7f\x03\x1b[A");
	check_read(2, "\r\x7f");
	check_read(100, "\x03\x1b[A");
	check_echo("");
	CHECK_EQUAL(fake_console_interrupts, interrupts);
	/* ... and goes on as a line */
	fake_uart_type("one\rtwo");
	set_modes(ABI_TCSETSW, ABI_ICRNL, ABI_ICANON | ABI_ECHO | ABI_ISIG);
	check_read(100, "one\n");
	fake_uart_type("\n");
	check_read(100, "two\n");
	/* ^C that nobody took interrupts who has the terminal now */
	set_modes(ABI_TCSETS, 0, 0);
	fake_uart_type("gone\x03""a");
	CHECK_EQUAL(fake_console_interrupts, interrupts);
	set_modes(ABI_TCSETS, ABI_ICRNL, ABI_ICANON | ABI_ECHO | ABI_ISIG);
	CHECK_EQUAL(fake_console_interrupts, ++interrupts);
	fake_uart_type("\n");
	check_read(100, "a\n");
	fake_uart_type("gone\n");
	set_modes(ABI_TCSETSF, ABI_ICRNL, ABI_ICANON | ABI_ECHO | ABI_ISIG);
	check_nothing();
	check_echo("\r\n\r\ngone\r\n");
	/* ^C is for the group that was named */
	CHECK_EQUAL(console->ops->control(console, ABI_TIOCSPGRP, &group), 0);
	fake_uart_type("\x03");
	CHECK_EQUAL(fake_console_group, 77);
	CHECK_EQUAL(fake_console_interrupts, interrupts + 1);
	group = -1;
	CHECK_EQUAL(console->ops->control(console, ABI_TIOCSPGRP, &group), -EINVAL);
	CHECK_EQUAL(console->ops->control(console, 0x1234, &group), -ENOTTY);
	check_echo("^C\r\n");
}

static void test_write(void)
{
	static char memory[8] = "a\nb\n\n";
	struct address_space space = { memory, 5 };
	struct cursor cursor;

	cursor_init_user(&cursor, &space, (uint64_t)memory, 5);
	CHECK_EQUAL(file_write(console, &cursor, -1), 5);
	check_echo("a\r\nb\r\n\r\n");
	cursor_init_user(&cursor, &space, (uint64_t)memory, 50);
	CHECK_EQUAL(file_write(console, &cursor, 0), 5);
	check_echo("a\r\nb\r\n\r\n");
	cursor_init_user(&cursor, &space, 0, 50);
	CHECK_EQUAL(file_write(console, &cursor, 0), -EFAULT);
	CHECK_EQUAL(file_seek(console, 0, SEEK_SET), -ESPIPE);
}

/* Whatever is typed and read, the counts agree and nothing is lost. */
static void test_random(void)
{
	static char sent[65537];

	for (unsigned i = 0; i < 20000; i++) {
		static const char keys[] = "ab \n\r\x04\x15\x7f\b\x03\xc3\xa4";
		char text[64], key[2] = { keys[fake_random_below(sizeof(keys) - 1)] };
		ssize_t done;

		fake_uart_type(key);
		if (fake_random_below(4))
			continue;
		done = read_some(text, 1 + fake_random_below(sizeof(text) - 1));
		CHECK(done >= 0 || done == -ECANCELED);
		for (ssize_t at = 0; at + 1 < done; at++)
			CHECK(text[at] != '\n');
		fake_uart_sent(sent, sizeof(sent));
	}
}

int main(void)
{
	vfs_init();
	CHECK_EQUAL(vfs_open(vfs_root(), "/dev/console", O_RDWR, 0, &console), 0);
	test_lines();
	test_editing();
	test_end_of_input();
	test_interrupt();
	test_modes();
	test_write();
	test_limits();
	test_random();
	file_put(console);
	return 0;
}
