/*
 * Redirections: what a command's descriptors are made from.
 */
#ifndef USER_SH_REDIRECT_H
#define USER_SH_REDIRECT_H

#include <stdbool.h>

#include "tree.h"

#define REDIRECTIONS_MAX	16

struct redirection {
	unsigned count;
	struct redirection_entry {
		int fd;			/* the command's */
		int from;		/* ours; -1: closed */
		bool ours_to_close;
	} entry[REDIRECTIONS_MAX];
};

/* Adds one: `from` stays the caller's, unless `ours_to_close`.  False: too many. */
bool redirection_add(struct redirection *to, int fd, int from, bool ours_to_close);
/* Opens what a command says, behind what stands in `to` already.  False, after a
 * complaint: what was opened is closed. */
bool redirection_open(struct redirection *to, const struct redirect *redirects);
void redirection_close(struct redirection *redirection);

/* Puts them into force for this shell itself, and closes what was opened for it; ended in
 * reverse order. */
struct redirection_saved;
struct redirection_saved *redirection_begin(struct redirection *redirection);
void redirection_end(struct redirection_saved *saved);
/* `exec > file`: they stay. */
void redirection_keep(struct redirection_saved *saved);

/* A pipe whose ends no program inherits.  0 or -errno. */
int pipe_open(int ends[2]);

#endif
