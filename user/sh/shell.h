/*
 * The state of the shell, and what its parts ask of each other.
 */
#ifndef USER_SH_SHELL_H
#define USER_SH_SHELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "text.h"
#include "tree.h"

#define SHELL_PATH		"/bin/sh"
#define STATUS_USAGE		2
#define STATUS_NOT_RUN		126
#define STATUS_NOT_FOUND	127
#define STATUS_KILLED		128	/* plus the signal's number */
#define STATUS_INTERRUPTED	130

/* Why what runs is to stop, up to the construct that it concerns. */
enum jump {
	JUMP_NONE,
	JUMP_BREAK, JUMP_CONTINUE,	/* jump_levels loops */
	JUMP_RETURN,			/* from a function or a sourced file */
	JUMP_EXIT,			/* the shell */
	JUMP_INTERRUPT,			/* ^C: the whole line */
};

struct shell {
	int status;			/* $? */
	pid_t pid;			/* $$: of the shell that the user started */
	pid_t last_background;		/* $!; 0: none */
	enum jump jump;
	int jump_levels;
	char *name;			/* $0 */
	struct strings arguments;	/* $1 ... */
	bool interactive;
	bool has_terminal;		/* each program gets a group, the foreground one ^C */
	/* set -e -f -u -x */
	bool exit_on_error, no_globbing, unset_is_error, trace;
	unsigned tested;		/* in a condition: -e does not count */
	unsigned depth;			/* of functions and sourced files */
	unsigned loops;
	int first_failure;		/* first status of a whole command that was not 0 */
};

extern struct shell shell;

/* Prints `sh: WHAT: WHY`. */
void shell_complain(const char *what, const char *why);
/* An error that ends a script, or the line of an interactive shell. */
void shell_fail(const char *what, const char *why);

/* ---- variables.c ------------------------------------------------------------------- */

const char *variable_get(const char *name);		/* NULL: not set */
/* False, after a complaint: it is read-only. */
bool variable_set(const char *name, const char *value);
bool variable_unset(const char *name);
void variable_export(const char *name);
void variable_make_read_only(const char *name);
/* A program's environment, with `more` (name=value) on top.  To be freed, array alone. */
char **variables_environment(const struct strings *more);
void variables_import(char *const *environment);
/* `export` and `set` without arguments: as input for a shell, in the order of names. */
void variables_print(bool exported_only);
/* Whatever a part of this shell must be told that its environment does not. */
void variables_write(struct text *to);
/* `local`: keeps what the variable is until the scope ends. */
struct variable_scope *variables_scope_begin(void);
void variables_scope_end(struct variable_scope *scope);
void variable_make_local(const char *name);

struct function {
	struct function *next;
	char *name;
	struct node *body;
	struct arena *arena;		/* a reference */
};

const struct function *function_find(const char *name);
void function_set(const char *name, struct node *body, struct arena *arena);
void function_unset(const char *name);
void functions_write(struct text *to);

/* ---- expand.c: false: an error was told (shell.jump says what follows) ---------------- */

/* Words to fields: everything, with splitting and file names. */
bool expand_words(const struct word *words, struct strings *fields);
/* One word to one string; NULL: an error. */
char *expand_string(const char *word);
/* Likewise, as a pattern (pattern.h): what was quoted stands for itself. */
char *expand_pattern(const char *word);
/* The text of a here-document. */
char *expand_here(const char *text);
/* Fields as `read` cuts a line; the last takes the rest.  Bytes may be escaped by \. */
void split_line(const char *line, bool raw, size_t most, struct strings *fields);

/* ---- arithmetic.c ------------------------------------------------------------------------ */

/* False: an error was told. */
bool arithmetic_evaluate(const char *text, int64_t *value);

/* ---- run.c -------------------------------------------------------------------------------- */

/* Runs it; shell.status is what it gave. */
void run_node(const struct node *node);
/* Runs a text of commands to its end; a mistake in it is told. */
void run_text(const char *text);
/* What the commands print, without the newlines at its end.  To be freed. */
char *run_capture(const char *text, size_t bytes);
/* A file of commands.  -errno: it can't be read. */
int run_file(const char *path);
/* All of a file.  To be freed; NULL: *error is -errno. */
char *file_read_all(int fd, int *error);

/* ---- jobs.c: programs ---------------------------------------------------------------------- */

struct redirection;

struct job {
	pid_t group;			/* 0: none yet, or the shell's own */
	pid_t *pids;
	size_t count;
};

/* Starts a program for the job.  Its pid, or -errno after a complaint. */
pid_t job_start(struct job *job, char *const arguments[], const struct strings *assignments,
		const struct redirection *redirection);
/* Starts a shell that runs this part of the tree. */
pid_t job_start_part(struct job *job, const struct node *node,
		     const struct redirection *redirection);
pid_t job_start_text(struct job *job, const char *text, const struct redirection *redirection);
/* Waits for all of it, in the foreground; the status of the last. */
int job_wait(struct job *job);
/* Leaves it in the background. */
void job_leave(struct job *job);
/* Where a program is.  NULL: nowhere.  To be freed. */
char *program_find(const char *name);

/* ---- builtins ------------------------------------------------------------------------------- */

struct builtin {
	const char *name;
	int (*run)(int count, char **words);
	bool special;			/* POSIX's: its variables stay, its errors end a script */
	const char *help;		/* NULL: not worth it */
};

const struct builtin *builtin_find(const char *name);
void builtins_print_help(void);
/* `trap ... EXIT`: what the shell does before it ends. */
void trap_run_at_exit(void);

/* builtin_*.c */
int builtin_export(int count, char **words);
int builtin_local(int count, char **words);
int builtin_read(int count, char **words);
int builtin_readonly(int count, char **words);
int builtin_set(int count, char **words);
int builtin_shift(int count, char **words);
int builtin_unset(int count, char **words);
int builtin_test(int count, char **words);
int builtin_echo(int count, char **words);
int builtin_printf(int count, char **words);

/* ---- terminal.c -------------------------------------------------------------------------------- */

/* Whether descriptor 0 is one; the shell that is interactive keeps it in its own modes
 * from then on but while a program runs in the foreground. */
bool terminal_begin(void);
void terminal_end(void);
/* The modes that programs expect; ^C is for that group (0: the shell's own). */
void terminal_give(pid_t group);
void terminal_take(void);
/* Whether ^C was typed; what else was is kept for the editor. */
bool terminal_interrupted(void);
/* The next byte that was typed; -1: there is no more. */
int terminal_byte(void);

/* ---- edit.c: one line, without its newline, to be freed; NULL: the input has ended ------------- */

char *edit_line(const char *prompt);

#endif
