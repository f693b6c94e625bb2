# Rings, their operations, and the trap door to the same operations.
KERNEL_SOURCES += \
	kernel/door/door.c \
	kernel/door/exceptions.c \
	kernel/door/marshal.c \
	kernel/door/table.c \
	kernel/ring/buffers.c \
	kernel/ring/cancel.c \
	kernel/ring/chain.c \
	kernel/ring/close.c \
	kernel/ring/drain.c \
	kernel/ring/enter.c \
	kernel/ring/fixed_files.c \
	kernel/ring/op_cancel.c \
	kernel/ring/op_file.c \
	kernel/ring/op_memory.c \
	kernel/ring/op_misc.c \
	kernel/ring/op_name.c \
	kernel/ring/op_nop.c \
	kernel/ring/op_open.c \
	kernel/ring/op_process.c \
	kernel/ring/op_rw.c \
	kernel/ring/op_spawn.c \
	kernel/ring/op_table.c \
	kernel/ring/op_timeout.c \
	kernel/ring/op_waitid.c \
	kernel/ring/prepare.c \
	kernel/ring/queue.c \
	kernel/ring/register.c \
	kernel/ring/request.c \
	kernel/ring/ring_fds.c \
	kernel/ring/serve.c \
	kernel/ring/server.c \
	kernel/ring/setup.c \
	kernel/ring/turn.c \
	kernel/ring/wait.c
