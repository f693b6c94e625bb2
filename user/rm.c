/*
 * rm [-r] [-f] PATH...: removes files; with -r folders and all below them; with -f
 * what is not there is no mistake.
 */
#include "program.h"
#include "file_tree.h"

static struct tree_removal removal = { .program = "rm" };

/* -r, -f, -rf, ...  False: that is no option. */
static bool options_take(const char *text)
{
	for (text++; *text; text++) {
		if (*text == 'r' || *text == 'R')
			removal.recursive = true;
		else if (*text == 'f')
			removal.force = true;
		else
			return false;
	}
	return true;
}

int main(int argc, char *argv[])
{
	int first = 1, status = 0;

	for (; first < argc && argv[first][0] == '-'; first++)
		if (!options_take(argv[first]))
			return usage("rm [-r] [-f] PATH...");
	if (first == argc && !removal.force)
		return usage("rm [-r] [-f] PATH...");
	for (int i = first; i < argc; i++)
		status |= tree_remove(&removal, argv[i]);
	return status;
}
