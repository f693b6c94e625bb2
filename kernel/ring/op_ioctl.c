/*
 * IOCTL.  What a command takes and gives is a row of a table here: the argument goes
 * through kernel memory, so a kind of file (file_ops.control) never sees the user's.
 *
 * Cancel: none waits for a peer.
 */
#include "abi/terminal.h"
#include "fs/vfs.h"
#include "kernel/ring/object.h"

static const struct command {
	uint32_t number;
	uint8_t in_bytes, out_bytes;
} commands[] = {
	{ ABI_TCGETS, 0, sizeof(struct abi_termios) },
	{ ABI_TCSETS, sizeof(struct abi_termios), 0 },
	{ ABI_TCSETSW, sizeof(struct abi_termios), 0 },
	{ ABI_TCSETSF, sizeof(struct abi_termios), 0 },
	{ ABI_TIOCGPGRP, 0, sizeof(int32_t) },
	{ ABI_TIOCSPGRP, sizeof(int32_t), 0 },
	{ ABI_TIOCGWINSZ, 0, sizeof(struct abi_winsize) },
	{ ABI_FIONREAD, 0, sizeof(int32_t) },
};

union argument {
	struct abi_termios termios;
	struct abi_winsize size;
	int32_t number;
};

static const struct command *command_find(uint32_t number)
{
	for (unsigned i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].number == number)
			return &commands[i];
	return NULL;
}

static int prep_ioctl(struct request *request, const struct io_uring_sqe *sqe)
{
	if (sqe->off || sqe->op_flags || !sqe_has_no_index(sqe) || sqe->addr3)
		return -EINVAL;
	request->plain.words[0] = sqe->len;
	request->plain.address = sqe->addr;
	return 0;
}

static int64_t issue_ioctl(struct request *request)
{
	const struct command *command = command_find(request->plain.words[0]);
	const struct user_address user = { request->plain.address };
	struct file *file = request->file;
	union argument argument = { .number = 0 };
	int result;

	if (!command || !file->ops->control)
		return -ENOTTY;
	if (command->in_bytes &&
	    user_copy_in(request->process->space, &argument, user, command->in_bytes))
		return -EFAULT;
	result = file->ops->control(file, command->number, &argument);
	if (result >= 0 && command->out_bytes &&
	    user_copy_out(request->process->space, user, &argument, command->out_bytes))
		return -EFAULT;
	return result;
}

const struct operation op_ioctl = {
	.name = "ioctl", .flags = OP_FILE | OP_SUSPENDS,
	.prep = prep_ioctl, .issue = issue_ioctl,
};
