/*
 * policy-check: what a ring's restrictions and a process's policy forbid; rings with
 * wide entries, in the program's own memory, without a descriptor.
 * As `policy-check child` it is restricted by its parent: it may read and write, and
 * tells by its status that it may do nothing else.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <uos.h>

#include "check.h"
#include "raw_ring.h"

#define PAGE	4096u

static int register_on(int fd, unsigned op, void *argument, unsigned count)
{
	return uos_sys_io_uring_register(fd, op, argument, count);
}

static int do_op(struct raw_ring *ring, uint8_t opcode, uint8_t flags)
{
	struct io_uring_sqe *sqe = raw_ring_sqe(ring);
	struct io_uring_cqe cqe = { 0 };

	sqe->opcode = opcode;
	sqe->flags = flags;
	sqe->fd = -1;
	raw_ring_submit(ring, 1);
	return raw_ring_wait(ring, &cqe) ? -EIO : cqe.res;
}

static void check_restrictions(void)
{
	const struct io_uring_params setup = { .flags = IORING_SETUP_R_DISABLED };
	struct io_uring_restriction list[] = {
		{ .opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_NOP },
		{ .opcode = IORING_RESTRICTION_REGISTER_OP, .register_op = IORING_REGISTER_PROBE },
		{ .opcode = IORING_RESTRICTION_SQE_FLAGS_ALLOWED, .sqe_flags = IOSQE_ASYNC },
	};
	struct io_uring_restriction wrong = { .opcode = IORING_RESTRICTION_LAST };
	static struct raw_ring ring;

	check_equal("restrictions: ring", raw_ring_open(&ring, 4, &setup), 0);
	check_equal("restrictions: wrong", register_on(ring.fd, IORING_REGISTER_RESTRICTIONS,
						       &wrong, 1), -EINVAL);
	check_equal("restrictions", register_on(ring.fd, IORING_REGISTER_RESTRICTIONS, list, 3), 0);
	check_equal("restrictions: again", register_on(ring.fd, IORING_REGISTER_RESTRICTIONS, list,
						       3), -EBUSY);
	check_equal("restrictions: not yet", register_on(ring.fd, IORING_REGISTER_PERSONALITY, NULL,
							 0), 1);
	check_equal("restrictions: enable", register_on(ring.fd, IORING_REGISTER_ENABLE_RINGS, NULL,
							0), 0);
	check_equal("restrictions: too late", register_on(ring.fd, IORING_REGISTER_RESTRICTIONS,
							  list, 3), -EACCES);
	check_equal("restrictions: register", register_on(ring.fd, IORING_REGISTER_PERSONALITY,
							  NULL, 0), -EACCES);
	check_equal("restrictions: allowed", do_op(&ring, IORING_OP_NOP, 0), 0);
	check_equal("restrictions: flag", do_op(&ring, IORING_OP_NOP, IOSQE_ASYNC), 0);
	check_equal("restrictions: other flag", do_op(&ring, IORING_OP_NOP, IOSQE_IO_DRAIN), -EACCES);
	check_equal("restrictions: operation", do_op(&ring, UOS_OP_GETPID, 0), -EACCES);
	raw_ring_close(&ring);
	check_equal("restrictions: an enabled ring", raw_ring_open(&ring, 4, NULL), 0);
	check_equal("restrictions: an enabled ring", register_on(ring.fd,
		    IORING_REGISTER_RESTRICTIONS, list, 3), -EBADFD);
	raw_ring_close(&ring);
}

static void check_registers(void)
{
	struct io_uring_clock_register clock = { .clockid = ABI_CLOCK_BOOTTIME };
	uint32_t limits[2] = { 3, 0 };
	static struct raw_ring ring;
	struct io_uring_sqe *sqe;

	raw_ring_open(&ring, 4, NULL);
	check_equal("clock", register_on(ring.fd, IORING_REGISTER_CLOCK, &clock, 0), 0);
	clock.clockid = ABI_CLOCK_REALTIME;
	check_equal("clock: not that", register_on(ring.fd, IORING_REGISTER_CLOCK, &clock, 0),
		    -EINVAL);
	check_equal("workers", register_on(ring.fd, IORING_REGISTER_IOWQ_MAX_WORKERS, limits, 2), 0);
	check_true("workers: before", limits[0] && limits[1]);
	limits[0] = limits[1] = 0;
	register_on(ring.fd, IORING_REGISTER_IOWQ_MAX_WORKERS, limits, 2);
	check_equal("workers: kept", limits[0], 3);
	check_equal("personality", register_on(ring.fd, IORING_REGISTER_PERSONALITY, NULL, 0), 1);
	sqe = raw_ring_sqe(&ring);
	sqe->personality = 1;
	check_equal("personality: used", raw_ring_do(&ring, sqe), 0);
	check_equal("personality: ends", register_on(ring.fd, IORING_UNREGISTER_PERSONALITY, NULL,
						     1), 0);
	check_equal("personality: is over", register_on(ring.fd, IORING_UNREGISTER_PERSONALITY,
							NULL, 1), -EINVAL);
	raw_ring_close(&ring);
}

/* By hand: entries of twice the size. */
static void check_wide(void)
{
	struct io_uring_params params = {
		.flags = IORING_SETUP_SQE128 | IORING_SETUP_CQE32 | IORING_SETUP_NO_SQARRAY |
			 IORING_SETUP_NO_MMAP | IORING_SETUP_REGISTERED_FD_ONLY,
	};
	uint8_t *memory = aligned_alloc(PAGE, 2 * PAGE);
	uint32_t *tail, *cq_tail;
	struct io_uring_sqe *sqes;
	struct io_uring_cqe *cqes;
	int index;

	memset(memory, 0xff, 2 * PAGE);
	params.cq_off.user_addr = (uint64_t)memory;
	check_equal("no_mmap: an area is missing", uos_sys_io_uring_setup(8, &params), -EFAULT);
	params.sq_off.user_addr = (uint64_t)(memory + PAGE);
	params.cq_off.user_addr = (uint64_t)memory;
	index = uos_sys_io_uring_setup(8, &params);
	check_true("no_mmap", index >= 0 && index < 16);
	sqes = (struct io_uring_sqe *)(memory + PAGE);
	cqes = (struct io_uring_cqe *)(memory + params.cq_off.cqes);
	tail = (uint32_t *)(memory + params.sq_off.tail);
	cq_tail = (uint32_t *)(memory + params.cq_off.tail);
	check_equal("no_mmap: entries", *(uint32_t *)(memory + params.sq_off.ring_entries), 8);
	for (uint32_t i = 0; i < 8; i++)
		sqes[2 * i] = (struct io_uring_sqe){ .opcode = IORING_OP_NOP, .user_data = i + 1 };
	__atomic_store_n(tail, 8, __ATOMIC_RELEASE);
	check_equal("wide: enter", uos_sys_io_uring_enter(index, 8, 8, IORING_ENTER_GETEVENTS |
							  IORING_ENTER_REGISTERED_RING, NULL, 0), 8);
	check_equal("wide: completions", *cq_tail, 8);
	for (uint32_t i = 0; i < 8; i++)
		check_equal("wide: which", (int64_t)cqes[2 * i].user_data, i + 1);
	/* the last reference goes with the registration */
	struct io_uring_rsrc_update update = { .offset = (uint32_t)index };
	struct raw_ring ring;

	raw_ring_open(&ring, 4, NULL);
	check_equal("no_mmap: close", register_on(ring.fd, IORING_UNREGISTER_RING_FDS, &update, 1), 1);
	raw_ring_close(&ring);
	free(memory);
}

static void check_setup(void)
{
	struct io_uring_params params = { .flags = IORING_SETUP_REGISTERED_FD_ONLY };
	static struct raw_ring ring;

	check_equal("setup: fd only", uos_sys_io_uring_setup(4, &params), -EINVAL);
	params = (struct io_uring_params){ .flags = IORING_SETUP_ATTACH_WQ, .wq_fd = 1 };
	check_equal("setup: attach to no ring", uos_sys_io_uring_setup(4, &params), -EINVAL);
	params = (struct io_uring_params){ .flags = IORING_SETUP_IOPOLL };
	check_equal("setup: iopoll", raw_ring_open(&ring, 4, &params), 0);
	check_equal("iopoll: nop", do_op(&ring, IORING_OP_NOP, 0), 0);
	check_equal("iopoll: timeout", do_op(&ring, IORING_OP_TIMEOUT, 0), -EINVAL);
	check_equal("iopoll: read", do_op(&ring, IORING_OP_READ, 0), -EOPNOTSUPP);
	raw_ring_close(&ring);
}

/* ---- policies ------------------------------------------------------------------------ */

static void allow(uint64_t allowed[4], uint8_t opcode)
{
	allowed[opcode / 64] |= 1ull << opcode % 64;
}

static int child(void)
{
	uint64_t all[4] = { ~0ull, ~0ull, ~0ull, ~0ull };
	struct raw_ring ring;
	char byte = 0;

	if (uos_sys_open("/dev/zero", O_RDONLY, 0) != -EACCES)
		return 1;
	if (uos_open("/dev/zero", O_RDONLY, 0) != -EACCES)
		return 2;
	if (uos_read(0, &byte, 1, -1) != 0 || uos_sys_read(0, &byte, 1, -1) != 0)
		return 3;
	/* it can't widen that, nor does a new ring know more */
	if (uos_sys_call(SYS_uos_restrict, (long)all, sizeof(all), 0, 0, 0, 0) != 0)
		return 4;
	if (raw_ring_open(&ring, 4, NULL) != 0 || do_op(&ring, IORING_OP_NOP, 0) != -EACCES)
		return 5;
	return uos_sys_open("/dev/zero", O_RDONLY, 0) == -EACCES ? 0 : 6;
}

static void check_policy(void)
{
	char *argv[] = { "policy-check", "child", NULL };
	uint64_t allowed[4] = { 0 };
	int null = uos_sys_open("/dev/null", O_RDWR, 0), status = -1;
	const struct uos_spawn_file files[] = { { 0, null } };
	pid_t pid;

	/* what this program still needs, and its child does not have */
	allow(allowed, UOS_OP_SPAWN);
	allow(allowed, UOS_OP_RESTRICT);
	allow(allowed, IORING_OP_READ);
	allow(allowed, IORING_OP_WRITE);
	allow(allowed, IORING_OP_WRITEV);
	allow(allowed, IORING_OP_WAITID);
	allow(allowed, UOS_OP_MMAP);	/* a program maps stacks when it starts */
	allow(allowed, UOS_OP_MUNMAP);
	check_equal("policy: size", uos_sys_call(SYS_uos_restrict, (long)allowed, 8, 0, 0, 0, 0),
		    -EINVAL);
	check_equal("policy", uos_sys_call(SYS_uos_restrict, (long)allowed, sizeof(allowed), 0, 0, 0,
					   0), 0);
	check_equal("policy: open", uos_sys_open("/dev/zero", O_RDONLY, 0), -EACCES);
	check_equal("policy: open, ring", uos_open("/dev/zero", O_RDONLY, 0), -EACCES);
	pid = uos_sys_process_spawn_files("/bin/policy-check", argv, NULL, files, 1);
	check_true("policy: spawn", pid > 0);
	check_equal("policy: wait", uos_sys_process_wait(pid, &status), 0);
	check_true("policy: a child has no more", status == 0);
	allowed[UOS_OP_SPAWN / 64] = 0;
	allow(allowed, UOS_OP_GETPID);
	check_equal("policy: again", uos_sys_call(SYS_uos_restrict, (long)allowed, sizeof(allowed),
						  0, 0, 0, 0), 0);
	check_equal("policy: not wider", uos_getpid(), -EACCES);
	check_equal("policy: spawn", uos_sys_process_spawn("/bin/echo", argv, NULL), -EACCES);
}

int main(int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "child") == 0)
		return child();
	check_restrictions();
	check_registers();
	check_wide();
	check_setup();
	check_policy();
	return check_summary();
}
