/* A new process's memory; see the header. */
#include "kernel/process/birth.h"

#include <string.h>

#include "abi/process.h"
#include "abi/sched.h"
#include "drivers/random.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/process/elf.h"
#include "kernel/process/process.h"
#include "kernel/ring/ring.h"
#include "kernel/task/sched.h"
#include "kernel/task/timer.h"

#define STACK_SLOT_SHIFT	18
#define LINUX_STACK_SLOT_SHIFT	23
#define STACK_TOP		USER_END
#define RANDOM_BYTES		16u
#define AUXILIARY_MAX		24u
/* AT_HWCAP of riscv: a bit per letter of the instruction set */
#define HWCAP_LETTER(letter)	(1ul << ((letter) - 'a'))
#define HWCAP			(HWCAP_LETTER('i') | HWCAP_LETTER('m') | HWCAP_LETTER('a') | \
				 HWCAP_LETTER('f') | HWCAP_LETTER('d') | HWCAP_LETTER('c'))

ABI_CHECK(USER_STACK_BYTES == 1ul << STACK_SLOT_SHIFT &&
	  LINUX_STACK_BYTES == 1ul << LINUX_STACK_SLOT_SHIFT, "the initial stack is one slot");
ABI_CHECK(STRING_BYTES_MAX + 65536 < USER_STACK_BYTES, "arguments leave room on the stack");

struct auxiliary {
	uint64_t type, value;
};

struct birth {
	struct process *process;
	const struct elf_image *image;
	struct ring_birth ring;
	uint64_t params_address;	/* of the ring's parameters on the stack */
	uint64_t random_address;
	uint64_t name_address;		/* of the path that it was started by */
	struct auxiliary auxiliary[AUXILIARY_MAX];
	unsigned auxiliary_count;
};

/* ---- gifts --------------------------------------------------------------------- */

static void *payload_frame(void *object, uint64_t index)
{
	uint64_t physical = physical_of((const char *)sched_image()) + index * PAGE_SIZE;

	return kernel_address_of(physical + *(uint64_t *)object);
}

static void *view_frame(void *object, uint64_t index)
{
	return sched_view();
}

static int map_gift(struct process *process, uint64_t address, uint64_t bytes,
		    uint32_t protection, void *(*frame_at)(void *, uint64_t), void *object)
{
	struct region_request request = {
		.address = address, .bytes = bytes, .protection = protection,
		.kind = frame_at ? REGION_FRAMES : REGION_ANONYMOUS, .exact = true,
		.locked = true, .frame_at = frame_at, .object = object,
	};
	uint64_t mapped;

	return address_space_map(process->space, &request, &mapped);
}

static int map_payload(struct process *process)
{
	const struct uos_sched_header *header = sched_image();
	uint64_t constants = 0, code = header->text_offset;
	int error = map_gift(process, PAYLOAD_USER_BASE, code, ABI_PROT_READ, payload_frame,
			     &constants);

	if (error)
		return error;
	return map_gift(process, PAYLOAD_USER_BASE + code, header->image_bytes - code,
			ABI_PROT_EXEC, payload_frame, &code);
}

static int map_gifts(struct birth *birth)
{
	struct process *process = birth->process;
	int error = map_payload(process);

	if (!error)
		error = map_gift(process, VIEW_USER_BASE, PAGE_SIZE, ABI_PROT_READ, view_frame,
				 NULL);
	if (!error)
		error = map_gift(process, POOL_USER_BASE, POOL_USER_BYTES,
				 ABI_PROT_READ | ABI_PROT_WRITE, NULL, NULL);
	if (error)
		return error;
	/* locked, so the frame stays where it is until the process has ended */
	process->pool = user_frame_pin(process->space, (struct user_address){ POOL_USER_BASE },
				       ABI_PROT_WRITE);
	if (!process->pool)
		return -ENOMEM;
	return ring_create_own(process, &birth->ring);
}

/* ---- the stack ------------------------------------------------------------------- */

static int map_stack(struct process *process, bool is_uos)
{
	const uint64_t bytes = is_uos ? USER_STACK_BYTES : LINUX_STACK_BYTES;
	struct region_request request = {
		.address = STACK_TOP - bytes, .bytes = bytes, .kind = REGION_STACKS,
		.protection = ABI_PROT_READ | ABI_PROT_WRITE, .exact = true,
		.slot_shift = is_uos ? STACK_SLOT_SHIFT : LINUX_STACK_SLOT_SHIFT,
	};
	uint64_t mapped;

	return address_space_map(process->space, &request, &mapped);
}

static void auxiliary_add(struct birth *birth, uint64_t type, uint64_t value)
{
	ASSERT(birth->auxiliary_count < AUXILIARY_MAX);
	birth->auxiliary[birth->auxiliary_count++] = (struct auxiliary){ type, value };
}

/* What only a program for Linux looks at. */
static void auxiliary_fill_linux(struct birth *birth)
{
	auxiliary_add(birth, ABI_AT_UID, 0);
	auxiliary_add(birth, ABI_AT_EUID, 0);
	auxiliary_add(birth, ABI_AT_GID, 0);
	auxiliary_add(birth, ABI_AT_EGID, 0);
	auxiliary_add(birth, ABI_AT_SECURE, 0);
	auxiliary_add(birth, ABI_AT_HWCAP, HWCAP);
	auxiliary_add(birth, ABI_AT_EXECFN, birth->name_address);
}

static void auxiliary_fill(struct birth *birth)
{
	const struct elf_image *image = birth->image;

	auxiliary_add(birth, ABI_AT_PAGESZ, PAGE_SIZE);
	auxiliary_add(birth, ABI_AT_PHDR, image->headers_address);
	auxiliary_add(birth, ABI_AT_PHENT, 56);
	auxiliary_add(birth, ABI_AT_PHNUM, image->header_count);
	auxiliary_add(birth, ABI_AT_ENTRY, image->entry);
	auxiliary_add(birth, ABI_AT_CLKTCK, 100);
	auxiliary_add(birth, ABI_AT_RANDOM, birth->random_address);
	if (image->is_uos) {
		auxiliary_add(birth, UOS_AT_ABI_VERSION, UOS_ABI_VERSION);
		auxiliary_add(birth, UOS_AT_SCHED, PAYLOAD_USER_BASE);
		auxiliary_add(birth, UOS_AT_VIEW, VIEW_USER_BASE);
		auxiliary_add(birth, UOS_AT_POOL, POOL_USER_BASE);
		auxiliary_add(birth, UOS_AT_POOL_BYTES, POOL_USER_BYTES);
		auxiliary_add(birth, UOS_AT_RING_FD, UOS_RING_FD);
		auxiliary_add(birth, UOS_AT_RING_PARAMS, birth->params_address);
		auxiliary_add(birth, UOS_AT_RING, birth->ring.rings_address);
		auxiliary_add(birth, UOS_AT_SQES, birth->ring.sqes_address);
		auxiliary_add(birth, UOS_AT_TIMEBASE_HZ, timer_timebase_hz());
	} else {
		auxiliary_fill_linux(birth);
	}
	auxiliary_add(birth, ABI_AT_NULL, 0);
}

static int put(struct process *process, uint64_t *at, const void *from, uint64_t bytes)
{
	int error = user_copy_out(process->space, (struct user_address){ *at }, from, bytes);

	*at += bytes;
	return error ? -ENOMEM : 0;
}

/* `count` pointers to strings that follow one another from *string, and a null. */
static int put_pointers(struct process *process, uint64_t *at, uint32_t count,
			const char **kernel_string, uint64_t *user_string)
{
	uint64_t null = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint64_t bytes = strlen(*kernel_string) + 1;
		int error = put(process, at, user_string, sizeof(*user_string));

		if (error)
			return error;
		*kernel_string += bytes;
		*user_string += bytes;
	}
	return put(process, at, &null, sizeof(null));
}

/* From the top: strings, the path, random bytes, ring parameters; below, argc and what the
 * psABI puts behind it. */
static int fill_stack(struct birth *birth, const struct spawn_request *request, uint64_t *sp)
{
	struct process *process = birth->process;
	uint64_t strings = ALIGN_DOWN(STACK_TOP - 16 - request->string_bytes, 16);
	uint8_t random[RANDOM_BYTES];
	uint64_t argc = request->argc, user_string = strings, at;
	const char *kernel_string = request->strings;
	uint64_t name_bytes = birth->image->is_uos ? 0 : strlen(request->path) + 1;
	int error;

	random_fill(random, sizeof(random));
	birth->name_address = strings - name_bytes;
	birth->random_address = ALIGN_DOWN(birth->name_address - RANDOM_BYTES, 16);
	birth->params_address = ALIGN_DOWN(birth->random_address - sizeof(birth->ring.params), 16);
	auxiliary_fill(birth);
	*sp = ALIGN_DOWN(birth->params_address - 8 * (3ul + request->argc + request->envc) -
			 birth->auxiliary_count * sizeof(struct auxiliary), 16);
	at = strings;
	error = put(process, &at, request->strings, request->string_bytes);
	at = birth->name_address;
	error = error ? error : put(process, &at, request->path, name_bytes);
	at = birth->random_address;
	error = error ? error : put(process, &at, random, sizeof(random));
	at = birth->params_address;
	error = error ? error : put(process, &at, &birth->ring.params, sizeof(birth->ring.params));
	at = *sp;
	error = error ? error : put(process, &at, &argc, sizeof(argc));
	error = error ? error : put_pointers(process, &at, request->argc, &kernel_string,
					     &user_string);
	error = error ? error : put_pointers(process, &at, request->envc, &kernel_string,
					     &user_string);
	return error ? error : put(process, &at, birth->auxiliary,
				   birth->auxiliary_count * sizeof(struct auxiliary));
}

int birth_prepare(struct process *process, const struct elf_image *image,
		  const struct spawn_request *request, uint64_t *sp)
{
	struct birth *birth = kernel_alloc(sizeof(*birth));
	int error;

	if (!birth)
		return -ENOMEM;
	birth->process = process;
	birth->image = image;
	process->space->both_by_turns = !image->is_uos;
	error = map_stack(process, image->is_uos);
	if (!error && image->is_uos)
		error = map_gifts(birth);
	if (!error)
		error = fill_stack(birth, request, sp);
	kernel_free(birth, sizeof(*birth));
	return error;
}
