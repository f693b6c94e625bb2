/*
 * hello [NAME...]: greets each name from a coroutine of its own.
 *
 * Shows: main() is a coroutine, uos_spawn() makes more, uos_join() waits for one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <uos.h>

static void greet(void *argument)
{
	/* Suspends this coroutine alone; the others say their part meanwhile. */
	uos_sleep_ns(1000000);
	printf("hello, %s\n", (const char *)argument);
}

int main(int argc, char *argv[])
{
	struct uos_task **tasks = calloc((size_t)argc, sizeof(*tasks));

	if (!tasks)
		return EXIT_FAILURE;
	if (argc == 1)
		greet("world");
	for (int i = 1; i < argc; i++) {
		tasks[i] = uos_spawn(greet, argv[i]);
		if (!tasks[i]) {
			fprintf(stderr, "hello: no memory for a coroutine\n");
			return EXIT_FAILURE;
		}
	}
	for (int i = 1; i < argc; i++)
		uos_join(tasks[i]);
	free(tasks);
	return EXIT_SUCCESS;
}
