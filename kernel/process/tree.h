/* What process.c and spawn.c share: a process enters the tree, or never does. */
#ifndef KERNEL_PROCESS_TREE_H
#define KERNEL_PROCESS_TREE_H

struct process;

/* Gives it a pid and a parent (NULL: the first). */
void process_tree_add(struct process *process, struct process *parent);
/* It never ran: takes it out again and drops the parent's reference. */
void process_tree_abandon(struct process *process);

#endif
