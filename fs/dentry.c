/*
 * The dentry table: see dentry.h.
 */
#include <string.h>

#include "fs/dentry.h"
#include "kernel/api/memory.h"

#define TABLE_BUCKETS	512u	/* a power of two; what is held at a time, not what exists */

static struct spinlock table_lock;
static struct dentry *table[TABLE_BUCKETS];

/* A name's hash in that directory: where case does not count, not its own. */
static uint32_t hash_in(const struct dentry *parent, const struct vfs_name *name)
{
	const struct filesystem *filesystem = parent->inode->filesystem;

	return UNLIKELY(filesystem->name_hash != NULL) ?
	       filesystem->name_hash(name->text, name->bytes) : name->hash;
}

static bool name_is(const struct dentry *dentry, const struct vfs_name *name)
{
	const struct filesystem *filesystem = dentry->parent->inode->filesystem;

	if (UNLIKELY(filesystem->name_equal != NULL))
		return filesystem->name_equal(dentry->name, dentry->name_bytes, name->text,
					      name->bytes);
	return dentry->name_bytes == name->bytes &&
	       memcmp(dentry->name, name->text, name->bytes) == 0;
}

static struct dentry **bucket_of(const struct dentry *parent, uint32_t hash)
{
	return &table[(hash ^ (uintptr_t)parent >> 6) % TABLE_BUCKETS];
}

/* ---- table_lock held --------------------------------------------------------- */

static struct dentry *table_find(const struct dentry *parent, const struct vfs_name *name)
{
	uint32_t hash = hash_in(parent, name);
	struct dentry *dentry = *bucket_of(parent, hash);

	while (dentry && !(dentry->hash == hash && dentry->parent == parent &&
			   name_is(dentry, name)))
		dentry = dentry->bucket_next;
	return dentry;
}

static void table_insert(struct dentry *dentry)
{
	struct dentry **bucket = bucket_of(dentry->parent, dentry->hash);

	dentry->bucket_next = *bucket;
	*bucket = dentry;
	dentry->listed = true;
}

static void table_remove(struct dentry *dentry)
{
	struct dentry **link = bucket_of(dentry->parent, dentry->hash);

	if (!dentry->listed)
		return;
	while (*link != dentry)
		link = &(*link)->bucket_next;
	*link = dentry->bucket_next;
	dentry->listed = false;
}

/* ---- references ---------------------------------------------------------------- */

struct dentry *dentry_get(struct dentry *dentry)
{
	reference_get(&dentry->references);
	return dentry;
}

/* True if that was the last: then nobody can find it any more. */
static bool reference_end(struct dentry *dentry)
{
	uint32_t count = __atomic_load_n(&dentry->references, __ATOMIC_RELAXED);
	bool last;

	while (count > 1)
		if (__atomic_compare_exchange_n(&dentry->references, &count, count - 1, true,
						__ATOMIC_RELEASE, __ATOMIC_RELAXED))
			return false;
	spinlock_acquire(&table_lock);
	last = reference_put(&dentry->references);
	if (last)
		table_remove(dentry);
	spinlock_release(&table_lock);
	return last;
}

void dentry_put(struct dentry *dentry)
{
	while (dentry && reference_end(dentry)) {
		struct dentry *parent = dentry->parent;

		ASSERT(!dentry->mounted && !dentry->covers);
		inode_put(dentry->inode);
		dentry_name_free(dentry->name, dentry->name_bytes);
		kernel_free(dentry, sizeof(*dentry));
		dentry = parent;
	}
}

/* ---- making and finding ---------------------------------------------------------- */

char *dentry_name_alloc(const struct vfs_name *name)
{
	char *text = kernel_alloc(name->bytes + 1);

	if (text)
		memcpy(text, name->text, name->bytes);
	return text;
}

void dentry_name_free(char *text, uint32_t name_bytes)
{
	kernel_free(text, name_bytes + 1);
}

struct dentry *dentry_create_root(struct inode *inode)
{
	struct dentry *dentry = kernel_alloc(sizeof(*dentry));

	if (!dentry) {
		inode_put(inode);
		return NULL;
	}
	dentry->references = 1;
	dentry->inode = inode;
	return dentry;
}

struct dentry *dentry_prepare(struct dentry *parent, const struct vfs_name *name)
{
	struct dentry *dentry = kernel_alloc(sizeof(*dentry));

	if (!dentry)
		return NULL;
	dentry->name = dentry_name_alloc(name);
	if (!dentry->name) {
		kernel_free(dentry, sizeof(*dentry));
		return NULL;
	}
	dentry->name_bytes = name->bytes;
	dentry->hash = hash_in(parent, name);
	dentry->references = 1;
	dentry->parent = dentry_get(parent);
	return dentry;
}

void dentry_attach(struct dentry *prepared, struct inode *inode)
{
	prepared->inode = inode;
	spinlock_acquire(&table_lock);
	table_insert(prepared);
	spinlock_release(&table_lock);
}

void dentry_discard(struct dentry *prepared)
{
	dentry_put(prepared->parent);
	dentry_name_free(prepared->name, prepared->name_bytes);
	kernel_free(prepared, sizeof(*prepared));
}

/* One that is held by somebody already, with a reference; else NULL. */
static struct dentry *lookup_held(struct dentry *parent, const struct vfs_name *name)
{
	struct dentry *dentry;

	spinlock_acquire(&table_lock);
	dentry = table_find(parent, name);
	if (dentry)
		dentry_get(dentry);
	spinlock_release(&table_lock);
	return dentry;
}

int dentry_lookup_locked(struct dentry *parent, const struct vfs_name *name,
			 struct dentry **result)
{
	struct inode *inode;
	int error;

	*result = lookup_held(parent, name);
	if (*result)
		return 0;
	error = parent->inode->ops->lookup(parent->inode, name, &inode);
	if (error)
		return error;
	*result = dentry_prepare(parent, name);
	if (!*result) {
		inode_put(inode);
		return -ENOMEM;
	}
	dentry_attach(*result, inode);
	return 0;
}

int dentry_lookup(struct dentry *parent, const struct vfs_name *name,
		  struct dentry **result)
{
	int error;

	*result = lookup_held(parent, name);
	if (*result)
		return 0;
	mutex_lock(&parent->inode->lock);
	error = dentry_lookup_locked(parent, name, result);
	mutex_unlock(&parent->inode->lock);
	return error;
}

/* ---- the end of a name, and a new one ----------------------------------------------- */

void dentry_end(struct dentry *dentry)
{
	spinlock_acquire(&table_lock);
	table_remove(dentry);
	spinlock_release(&table_lock);
}

void dentry_move(struct dentry *dentry, struct dentry *parent, const struct vfs_name *name,
		 char *new_name)
{
	struct dentry *old_parent = dentry->parent;
	char *old_name = dentry->name;
	uint32_t old_bytes = dentry->name_bytes;

	dentry_get(parent);
	spinlock_acquire(&table_lock);
	table_remove(dentry);
	dentry->parent = parent;
	dentry->name = new_name;
	dentry->name_bytes = name->bytes;
	dentry->hash = hash_in(parent, name);
	table_insert(dentry);
	spinlock_release(&table_lock);
	dentry_name_free(old_name, old_bytes);
	dentry_put(old_parent);
}

/* ---- up, down and across mounts --------------------------------------------------------- */

struct dentry *dentry_parent(struct dentry *dentry)
{
	spinlock_acquire(&table_lock);
	while (dentry->covers)
		dentry = dentry->covers;
	if (dentry->parent)
		dentry = dentry->parent;
	dentry_get(dentry);
	spinlock_release(&table_lock);
	return dentry;
}

struct dentry *dentry_mounted(struct dentry *dentry)
{
	struct dentry *top = dentry;

	if (LIKELY(!READ_ONCE(dentry->mounted)))
		return dentry;
	spinlock_acquire(&table_lock);
	while (top->mounted)
		top = top->mounted;
	dentry_get(top);
	spinlock_release(&table_lock);
	dentry_put(dentry);
	return top;
}

bool dentry_is_mount_point(struct dentry *dentry)
{
	return READ_ONCE(dentry->mounted) != NULL;
}

bool dentry_is_below(struct dentry *dentry, struct dentry *ancestor)
{
	spinlock_acquire(&table_lock);
	while (dentry && dentry != ancestor)
		dentry = dentry->parent;
	spinlock_release(&table_lock);
	return dentry != NULL;
}

void dentry_mount(struct dentry *covered, struct dentry *root)
{
	spinlock_acquire(&table_lock);
	ASSERT(!covered->mounted && !root->covers);
	root->covers = covered;
	WRITE_ONCE(covered->mounted, root);
	spinlock_release(&table_lock);
}

/* ---- paths of directories ------------------------------------------------------------------ */

/* Writes the path backwards, ending at `end`.  Its start; NULL: no room, or
 * (*ended) some name in it has ended.  table_lock held. */
static char *path_write(const struct dentry *dentry, char *start, char *end, bool *ended)
{
	*--end = '\0';
	for (;;) {
		while (dentry->covers)
			dentry = dentry->covers;
		if (!dentry->parent)
			break;
		*ended = !dentry->listed;
		if (*ended || (size_t)(end - start) < dentry->name_bytes + 1u)
			return NULL;
		end -= dentry->name_bytes;
		memcpy(end, dentry->name, dentry->name_bytes);
		*--end = '/';
		dentry = dentry->parent;
	}
	if (*end == '\0') {
		if (end == start)
			return NULL;
		*--end = '/';		/* the root itself */
	}
	return end;
}

ssize_t vfs_path_of(struct dentry *dentry, char *path, size_t bytes)
{
	bool ended = false;
	size_t length;
	char *start;

	if (bytes == 0)
		return -ERANGE;
	spinlock_acquire(&table_lock);
	start = path_write(dentry, path, path + bytes, &ended);
	spinlock_release(&table_lock);
	if (!start)
		return ended ? -ENOENT : -ERANGE;
	length = (size_t)(path + bytes - start);
	memmove(path, start, length);
	return (ssize_t)length;
}
