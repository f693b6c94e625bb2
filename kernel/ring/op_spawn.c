/*
 * SPAWN: a new process from a file.
 *
 * prep copies all that the caller says of it, strings and all, in one go and each
 * word once; issue reads the file.  Cancel: -EALREADY once started.
 */
#include <string.h>

#include "kernel/api/memory.h"
#include "kernel/ring/object.h"

#define STRING_BYTES_MIN	1024u

struct spawn_strings {
	struct spawn_request spawn;
	char *path;
	struct uos_spawn_file files[UOS_SPAWN_FILES_MAX];
	char *strings;
	size_t capacity;
};

/* ---- argv and envp ------------------------------------------------------------------------ */

static int make_room(struct spawn_strings *to, size_t capacity)
{
	char *strings;

	if (capacity > UOS_SPAWN_STRING_BYTES_MAX)
		return -E2BIG;
	strings = kernel_alloc(capacity);
	if (!strings)
		return -ENOMEM;
	if (to->strings) {
		memcpy(strings, to->strings, to->spawn.string_bytes);
		kernel_free(to->strings, to->capacity);
	}
	to->strings = strings;
	to->capacity = capacity;
	return 0;
}

static int take_string(struct spawn_strings *to, struct address_space *space,
		       struct user_address from)
{
	for (;;) {
		size_t used = to->spawn.string_bytes, room = to->capacity - used;
		ssize_t length = room ? user_string_in(space, to->strings + used, from, room) :
				 -ENAMETOOLONG;
		int error;

		if (length >= 0) {
			to->spawn.string_bytes += length + 1;
			return 0;
		}
		if (length != -ENAMETOOLONG)
			return length;
		error = make_room(to, to->capacity ? 2 * to->capacity : STRING_BYTES_MIN);
		if (error)
			return error;
	}
}

static int take_array(struct spawn_strings *to, struct address_space *space,
		      uint64_t array, uint32_t *count)
{
	for (*count = 0; array; (*count)++) {
		const struct user_address at = { array + *count * sizeof(uint64_t) };
		struct user_address string;
		int error = user_copy_in(space, &string.value, at, sizeof(string.value));

		if (error)
			return error;
		if (!string.value)
			return 0;
		error = take_string(to, space, string);
		if (error)
			return error;
	}
	return 0;
}

/* ---- the operation --------------------------------------------------------------------------- */

static int take_all(struct request *request, const struct uos_spawn *user)
{
	struct spawn_strings *to = request->spawn.strings;
	struct address_space *space = request->process->space;
	int error;

	if (user->flags & ~(UOS_SPAWN_ONLY_LISTED | UOS_SPAWN_NEW_GROUP) || user->group < 0 ||
	    (user->flags & UOS_SPAWN_NEW_GROUP && user->group))
		return -EINVAL;
	if (user->file_count > UOS_SPAWN_FILES_MAX)
		return -E2BIG;
	error = user_copy_in(space, to->files, (struct user_address){ user->files },
			     user->file_count * sizeof(to->files[0]));
	if (!error)
		error = request_take_path(request, user->path, false, &to->path);
	if (!error)
		error = take_array(to, space, user->argv, &to->spawn.argc);
	if (!error)
		error = take_array(to, space, user->envp, &to->spawn.envc);
	return error;
}

static int prep(struct request *request, const struct io_uring_sqe *sqe)
{
	struct spawn_strings *to;
	struct uos_spawn user;
	int error;

	if (!sqe_names_no_file(sqe) || sqe->off || sqe->op_flags || sqe->addr3 || !sqe_has_no_index(sqe) ||
	    sqe->len != sizeof(user))
		return -EINVAL;
	if (user_copy_in(request->process->space, &user, (struct user_address){ sqe->addr },
			 sizeof(user)))
		return -EFAULT;
	to = request->spawn.strings = kernel_alloc(sizeof(*to));
	if (!to)
		return -ENOMEM;
	error = take_all(request, &user);
	if (error)
		return error;
	to->spawn.path = to->path;
	to->spawn.strings = to->strings;
	to->spawn.files = to->files;
	to->spawn.file_count = user.file_count;
	to->spawn.flags = user.flags;
	to->spawn.level = user.level;
	to->spawn.group = user.group;
	return 0;
}

static int64_t issue(struct request *request)
{
	return process_spawn(request->process, &request->spawn.strings->spawn);
}

static void finish(struct request *request)
{
	struct spawn_strings *to = request->spawn.strings;

	if (!to)
		return;
	request->spawn.strings = NULL;
	request_free_path(to->path);
	if (to->strings)
		kernel_free(to->strings, to->capacity);
	kernel_free(to, sizeof(*to));
}

const struct operation op_spawn = {
	.name = "spawn", .flags = OP_SUSPENDS | OP_NO_FIXED,
	.prep = prep, .issue = issue, .finish = finish,
};
