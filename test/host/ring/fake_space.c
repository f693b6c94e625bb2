/* What programs for Linux ask of memory and names, beside the rings' own needs: nothing
 * is mapped but the fake's one range, and no name is there. */
#include "fake.h"

#include <string.h>

#include "kernel/mm/address_space.h"

static bool is_there(uint64_t address, uint64_t bytes)
{
	return address >= USER_FIRST && address <= USER_BYTES && bytes <= USER_BYTES - address;
}

int address_space_protect(struct address_space *space, uint64_t address, uint64_t bytes,
			  uint32_t protection)
{
	return is_there(address, bytes) ? 0 : -ENOMEM;
}

int address_space_discard(struct address_space *space, uint64_t address, uint64_t bytes)
{
	return is_there(address, bytes) ? 0 : -ENOMEM;
}

int address_space_populate(struct address_space *space, uint64_t address, uint64_t bytes,
			   uint32_t protection)
{
	return is_there(address, bytes) ? 0 : -ENOMEM;
}

bool address_space_covers(struct address_space *space, uint64_t address, uint64_t bytes)
{
	return is_there(address, bytes);
}

uint64_t address_space_break(struct address_space *space, uint64_t wanted)
{
	return 0;
}

int vfs_symlink(const char *text, struct dentry *start, const char *path)
{
	return -EEXIST;
}

int vfs_link(struct dentry *from_start, const char *from, struct dentry *to_start,
	     const char *to, uint32_t flags)
{
	return -ENOENT;
}

ssize_t vfs_readlink(struct dentry *start, const char *path, char *text)
{
	text[0] = 'x';
	return strcmp(path, ".") == 0 ? 1 : -ENOENT;
}

enum file_mapping file_mapping(const struct file *file)
{
	return FILE_MAPS_NOTHING;
}

int file_page(struct file *file, uint64_t index, bool fill, void **frame)
{
	return -ENXIO;
}

int files_install_from(struct files *files, struct file *file, uint32_t least,
		       bool close_on_exec)
{
	return files_install(files, file, close_on_exec);
}

struct process *process_find(int32_t pid)
{
	return NULL;
}

void process_operation_stats(const struct process *process, struct uos_operation_stats *stats)
{
}
