/*
 * Redirections: see redirect.h.
 *
 * A here-document is a pipe that a coroutine fills: it may be larger than a pipe holds,
 * and whoever reads it need not be there yet.
 */
#include "redirect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uos.h>

#include "shell.h"

/* Out of the way of a script's own. */
#define OPENED_FD_FIRST	60
#define SAVED_FD_FIRST	100
#define STANDARD_FDS	3
#define NEW_FILE_MODE	0644

struct redirection_saved {
	unsigned count;
	struct {
		int fd;
		int copy;		/* -1: it was closed */
	} entry[REDIRECTIONS_MAX];
};

static int saved_next = SAVED_FD_FIRST;

/* ---- here-documents --------------------------------------------------------------------- */

struct feed {
	int fd;
	size_t bytes;
	char text[];
};

static void feed_run(void *argument)
{
	struct feed *feed = argument;
	size_t done = 0;

	while (done < feed->bytes) {
		ssize_t bytes = uos_write(feed->fd, feed->text + done, feed->bytes - done, -1);

		if (bytes <= 0)
			break;		/* nobody reads it */
		done += (size_t)bytes;
	}
	uos_close(feed->fd);
	free(feed);
}

int pipe_open(int ends[2])
{
	return uos_pipe(ends, O_CLOEXEC);
}

/* The descriptor to read `text` from, or -errno. */
static int feed_open(const char *text)
{
	size_t bytes = strlen(text);
	struct feed *feed;
	struct uos_task *task;
	int ends[2], result = pipe_open(ends);

	if (result < 0)
		return result;
	feed = memory_get(sizeof(*feed) + bytes + 1);
	feed->fd = ends[1];
	feed->bytes = bytes;
	memcpy(feed->text, text, bytes);
	task = uos_spawn(feed_run, feed);
	if (task) {
		uos_detach(task);
		return ends[0];
	}
	free(feed);
	uos_close(ends[0]);
	uos_close(ends[1]);
	return -ENOMEM;
}

static int here_open(const struct redirect *redirect)
{
	char *text;
	int fd;

	if (redirect->here_is_plain)
		return feed_open(redirect->here);
	text = expand_here(redirect->here);
	if (!text)
		return 0;
	fd = feed_open(text);
	free(text);
	return fd;
}

/* ---- opening ---------------------------------------------------------------------------- */

bool redirection_add(struct redirection *to, int fd, int from, bool ours_to_close)
{
	if (to->count == REDIRECTIONS_MAX)
		return false;
	to->entry[to->count++] = (struct redirection_entry){ fd, from, ours_to_close };
	return true;
}

/* What `fd` is by now. */
static int current(const struct redirection *redirection, int fd)
{
	for (unsigned i = redirection->count; i > 0; i--)
		if (redirection->entry[i - 1].fd == fd)
			return redirection->entry[i - 1].from;
	return fd;
}

static int flags_of(enum redirect_kind kind)
{
	switch (kind) {
	case REDIRECT_IN: return O_RDONLY | O_CLOEXEC;
	case REDIRECT_APPEND: return O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
	case REDIRECT_BOTH: return O_RDWR | O_CREAT | O_CLOEXEC;
	default: return O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	}
}

/* <&word, >&word: a descriptor's number, or -.  Where it leads, or -errno; *closed. */
static int same_as(const struct redirection *to, const char *word, bool *closed)
{
	int fd;

	*closed = strcmp(word, "-") == 0;
	if (*closed)
		return 0;
	if (!*word || word[strspn(word, "0123456789")] || strlen(word) > 5)
		return -EBADF;
	fd = current(to, (int)strtol(word, NULL, 10));
	return fd < 0 ? -EBADF : uos_fcntl(fd, F_GETFD, 0) < 0 ? -EBADF : fd;
}

static bool open_one(struct redirection *to, const struct redirect *redirect)
{
	bool same = redirect->kind == REDIRECT_SAME_IN || redirect->kind == REDIRECT_SAME_OUT;
	bool here = redirect->kind == REDIRECT_HERE, closed = false;
	char *word = here ? NULL : expand_string(redirect->word);
	int from;

	if (!here && !word)
		return false;
	if (here)
		from = here_open(redirect);
	else if (same)
		from = same_as(to, word, &closed);
	else
		from = uos_open(word, flags_of(redirect->kind), NEW_FILE_MODE);
	if (from < 0)
		shell_complain(word ? word : "<<", strerror(-from));
	else if (!redirection_add(to, redirect->fd, closed ? -1 : from, !same))
		from = -EMFILE;
	free(word);
	return from >= 0;
}

/* What was opened must not stand where another one of them is to be put. */
static bool move_away(struct redirection *to)
{
	struct redirection_entry *entry = &to->entry[to->count - 1];
	int moved;

	if (!entry->ours_to_close || entry->from >= OPENED_FD_FIRST)
		return true;
	moved = uos_dup_to(entry->from, OPENED_FD_FIRST + (int)to->count);
	if (moved < 0)
		return false;
	uos_fcntl(moved, F_SETFD, FD_CLOEXEC);
	uos_close(entry->from);
	entry->from = moved;
	return true;
}

bool redirection_open(struct redirection *to, const struct redirect *redirects)
{
	bool crowded = false;

	for (const struct redirect *redirect = redirects; redirect; redirect = redirect->next)
		crowded |= redirect->fd >= STANDARD_FDS;
	for (; redirects; redirects = redirects->next) {
		if (!open_one(to, redirects) || (crowded && !move_away(to))) {
			redirection_close(to);
			return false;
		}
	}
	return true;
}

void redirection_close(struct redirection *redirection)
{
	for (unsigned i = 0; i < redirection->count; i++)
		if (redirection->entry[i].ours_to_close)
			uos_close(redirection->entry[i].from);
	redirection->count = 0;
}

/* ---- for the shell itself --------------------------------------------------------------- */

static void put_back(int fd, int copy)
{
	if (copy < 0) {
		uos_close(fd);
		return;
	}
	uos_dup_to(copy, fd);
	uos_close(copy);
}

/* A copy of what `fd` is, for later; -1: it is closed. */
static int save(int fd)
{
	int copy = uos_dup_to(fd, saved_next);

	if (copy < 0)
		return -1;
	uos_fcntl(copy, F_SETFD, FD_CLOEXEC);
	saved_next++;
	return copy;
}

struct redirection_saved *redirection_begin(struct redirection *redirection)
{
	struct redirection_saved *saved = memory_get(sizeof(*saved));

	fflush(stdout);
	for (unsigned i = 0; i < redirection->count; i++) {
		struct redirection_entry *entry = &redirection->entry[i];
		bool in_place = entry->from == entry->fd;

		saved->entry[i].fd = entry->fd;
		/* opened where it belongs: it was closed before */
		saved->entry[i].copy = in_place && entry->ours_to_close ? -1 : save(entry->fd);
		if (in_place) {
			entry->ours_to_close = false;
			uos_fcntl(entry->fd, F_SETFD, 0);
		} else if (entry->from < 0) {
			uos_close(entry->fd);
		} else {
			uos_dup_to(entry->from, entry->fd);
		}
	}
	saved->count = redirection->count;
	redirection_close(redirection);
	return saved;
}

void redirection_end(struct redirection_saved *saved)
{
	fflush(stdout);
	while (saved->count > 0) {
		saved->count--;
		if (saved->entry[saved->count].copy >= 0)
			saved_next--;
		put_back(saved->entry[saved->count].fd, saved->entry[saved->count].copy);
	}
	free(saved);
}

void redirection_keep(struct redirection_saved *saved)
{
	while (saved->count > 0) {
		int copy = saved->entry[--saved->count].copy;

		if (copy >= 0) {
			uos_close(copy);
			saved_next--;
		}
	}
	free(saved);
}
