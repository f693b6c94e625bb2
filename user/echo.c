/*
 * echo: prints its arguments, with a blank between them.
 */
#include <stdio.h>

int main(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++)
		printf("%s%s", i > 1 ? " " : "", argv[i]);
	putchar('\n');
	return fflush(stdout) ? 1 : 0;
}
