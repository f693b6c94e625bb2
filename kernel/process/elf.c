/* ELF64 loading; see the header.  The format: System V ABI, RISC-V psABI. */
#include "kernel/process/elf.h"

#include <string.h>

#include "abi/process.h"
#include "fs/vfs.h"
#include "kernel/api/memory.h"
#include "kernel/limits.h"
#include "kernel/mm/address_space.h"

#define ELF_TYPE_EXECUTABLE	2
#define ELF_MACHINE_RISCV	243
#define PT_LOAD			1
#define PT_NOTE			4
#define PF_X			1u
#define PF_W			2u
#define PF_R			4u
#define HEADERS_MAX		64u
#define NOTE_BYTES_MAX		1024u

struct elf_header {
	uint8_t identification[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, program_headers, section_headers;
	uint32_t flags;
	uint16_t header_bytes, program_header_bytes, program_header_count;
	uint16_t section_header_bytes, section_header_count, section_names;
};

struct program_header {
	uint32_t type, flags;
	uint64_t offset, address, physical_address, file_bytes, memory_bytes, alignment;
};

struct elf_note {
	uint32_t name_bytes, content_bytes, type;
};

ABI_CHECK(sizeof(struct elf_header) == 64, "ELF64");
ABI_CHECK(sizeof(struct program_header) == 56, "ELF64");

/* Exactly `bytes` from `offset`: 0, or -ENOEXEC if the file is shorter. */
static int read_at(struct file *file, void *to, uint64_t bytes, uint64_t offset)
{
	uint64_t done = 0;

	/* as an offset it would be negative, and mean something else */
	if (offset > (uint64_t)INT64_MAX - bytes)
		return -ENOEXEC;
	while (done < bytes) {
		struct cursor cursor;
		ssize_t got;

		cursor_init_kernel(&cursor, (char *)to + done, bytes - done);
		got = file_read(file, &cursor, (int64_t)(offset + done));
		if (got < 0)
			return (int)got;
		if (got == 0)
			return -ENOEXEC;
		done += (uint64_t)got;
	}
	return 0;
}

static int header_check(const struct elf_header *header)
{
	static const uint8_t wanted[7] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };

	if (memcmp(header->identification, wanted, sizeof(wanted)) ||
	    header->type != ELF_TYPE_EXECUTABLE || header->machine != ELF_MACHINE_RISCV ||
	    header->program_header_bytes != sizeof(struct program_header) ||
	    header->program_header_count == 0 || header->program_header_count > HEADERS_MAX)
		return -ENOEXEC;
	return 0;
}

static int segment_check(const struct program_header *segment)
{
	if (segment->file_bytes > segment->memory_bytes ||
	    segment->memory_bytes > USER_END || segment->address > USER_END - segment->memory_bytes ||
	    segment->address < USER_BASE || segment->offset > ~0ul / 2 ||
	    ((segment->address ^ segment->offset) & PAGE_MASK))
		return -ENOEXEC;
	if ((segment->flags & PF_W) && (segment->flags & PF_X))
		return -ENOEXEC;
	return 0;
}

/* The file's part of a segment, page by page through the kernel's own view: the
 * user's need not be writable. */
static int segment_fill(struct address_space *space, struct file *file,
			const struct program_header *segment)
{
	uint64_t done = 0;

	while (done < segment->file_bytes) {
		uint64_t address = segment->address + done;
		uint64_t part = MIN(segment->file_bytes - done,
				    PAGE_SIZE - (address & PAGE_MASK));
		char *page = user_frame_pin(space, (struct user_address){ address },
					    ABI_PROT_READ);
		int error;

		if (!page)
			return -ENOMEM;
		error = read_at(file, page, part, segment->offset + done);
		frame_put(page);
		if (error)
			return error;
		done += part;
	}
	return 0;
}

static int segment_load(struct address_space *space, struct file *file,
			const struct program_header *segment)
{
	uint64_t start = ALIGN_DOWN(segment->address, PAGE_SIZE);
	uint64_t end = ALIGN_UP(segment->address + segment->memory_bytes, PAGE_SIZE);
	struct region_request request = {
		.address = start, .bytes = end - start, .kind = REGION_ANONYMOUS,
		.protection = ABI_PROT_READ, .exact = true,
	};
	uint64_t mapped;
	int error = segment_check(segment);

	if (error || segment->memory_bytes == 0)
		return error;
	if (segment->flags & PF_W)
		request.protection |= ABI_PROT_WRITE;
	if (segment->flags & PF_X)
		request.protection |= ABI_PROT_EXEC;
	error = address_space_map(space, &request, &mapped);
	if (error)
		return error == -ENOMEM ? error : -ENOEXEC;
	/* brk's memory follows the last of them */
	if (end > space->break_start)
		address_space_break_begin(space, end);
	return segment_fill(space, file, segment);
}

/* Whether a note segment holds ours, of this ABI's version. */
static bool note_is_ours(const char *notes, uint64_t bytes)
{
	uint64_t at = 0;

	while (bytes - at >= sizeof(struct elf_note)) {
		struct elf_note note;
		uint64_t name = at + sizeof(note), content, next;

		memcpy(&note, notes + at, sizeof(note));
		content = name + ALIGN_UP((uint64_t)note.name_bytes, 4);
		next = content + ALIGN_UP((uint64_t)note.content_bytes, 4);
		if (next > bytes)
			return false;
		if (note.type == UOS_NOTE_TYPE && note.content_bytes == 4 &&
		    note.name_bytes == sizeof(UOS_NOTE_NAME) &&
		    !memcmp(notes + name, UOS_NOTE_NAME, sizeof(UOS_NOTE_NAME))) {
			uint32_t version;

			memcpy(&version, notes + content, sizeof(version));
			return version == UOS_ABI_VERSION;
		}
		at = next;
	}
	return false;
}

static int note_read(struct file *file, const struct program_header *segment, bool *is_uos)
{
	uint64_t bytes = MIN(segment->file_bytes, NOTE_BYTES_MAX);
	char *notes = kernel_alloc(NOTE_BYTES_MAX);
	int error;

	if (!notes)
		return -ENOMEM;
	error = read_at(file, notes, bytes, segment->offset);
	if (!error)
		*is_uos = *is_uos || note_is_ours(notes, bytes);
	kernel_free(notes, NOTE_BYTES_MAX);
	return error;
}

static int segments_load(struct address_space *space, struct file *file,
			 const struct elf_header *header, const struct program_header *segments,
			 struct elf_image *image)
{
	for (unsigned i = 0; i < header->program_header_count; i++) {
		const struct program_header *segment = &segments[i];
		int error = 0;

		if (segment->type == PT_LOAD)
			error = segment_load(space, file, segment);
		else if (segment->type == PT_NOTE)
			error = note_read(file, segment, &image->is_uos);
		if (error)
			return error;
		if (segment->type == PT_LOAD && header->program_headers >= segment->offset &&
		    header->program_headers < segment->offset + segment->file_bytes)
			image->headers_address = segment->address + header->program_headers -
						 segment->offset;
	}
	return 0;
}

int elf_load(struct address_space *space, struct file *file, struct elf_image *image)
{
	struct program_header *segments;
	struct elf_header header;
	uint64_t bytes;
	int error = read_at(file, &header, sizeof(header), 0);

	if (!error)
		error = header_check(&header);
	if (error)
		return error;
	bytes = header.program_header_count * sizeof(*segments);
	segments = kernel_alloc(bytes);
	if (!segments)
		return -ENOMEM;
	*image = (struct elf_image){ .entry = header.entry,
				     .header_count = header.program_header_count };
	error = read_at(file, segments, bytes, header.program_headers);
	if (!error)
		error = segments_load(space, file, &header, segments, image);
	kernel_free(segments, bytes);
	return error;
}
