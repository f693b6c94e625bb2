/* What process.c and spawn.c share: a process enters the tree, or never does. */
#ifndef KERNEL_PROCESS_TREE_H
#define KERNEL_PROCESS_TREE_H

struct process;
struct spawn_request;

/* Gives it a pid, a parent (NULL: the first) and a process group, as the request says.
 * 0, or -ESRCH (it is in the tree all the same): nobody is in that group. */
int process_tree_add(struct process *process, struct process *parent,
		     const struct spawn_request *request);
/* It never ran: takes it out again and drops the parent's reference. */
void process_tree_abandon(struct process *process);

#endif
