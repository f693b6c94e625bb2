/*
 * printf FORMAT [ARGUMENT...]: prints arguments as the format says.
 */
#include "escapes.h"

int main(int argc, char *argv[])
{
	return format_print(argc, argv);
}
