/*
 * What a program for Linux may do with memory: prints a line for each thing, the same on
 * Linux and on uos.  Run in an empty folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE	4096ul

/* A libc has words of its own for an error; the number is the kernel's. */
static void say(const char *what, long result)
{
	printf("%s: %ld\n", what, result < 0 ? -(long)errno : result);
}

static char *map(unsigned long bytes, int protection, int flags, int fd, long offset)
{
	return mmap(NULL, bytes, protection, flags, fd, offset);
}

static void anonymous(void)
{
	char *memory = map(16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *reserve = map(16ul << 30, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	memory[5 * PAGE] = 7;
	say("protect one page", mprotect(memory + 5 * PAGE, PAGE, PROT_READ));
	say("its content", memory[5 * PAGE]);
	say("protect to nothing", mprotect(memory + 5 * PAGE, PAGE, PROT_NONE));
	say("write from it", write(1, memory + 5 * PAGE, 1));
	say("protect back", mprotect(memory, 16 * PAGE, PROT_READ | PROT_WRITE));
	say("its content", memory[5 * PAGE]);
	say("discard", madvise(memory, 16 * PAGE, MADV_DONTNEED));
	say("its content", memory[5 * PAGE]);
	say("a hole", munmap(memory + 4 * PAGE, PAGE));
	say("protect over the hole", mprotect(memory, 16 * PAGE, PROT_READ));
	say("sync over the hole", msync(memory, 16 * PAGE, MS_SYNC));
	say("advice over the hole", madvise(memory, 16 * PAGE, MADV_WILLNEED));
	say("misaligned", syscall(SYS_mprotect, memory + 1, PAGE, PROT_READ));
	say("reserve of 16 GiB", reserve != MAP_FAILED);
	reserve[(12ul << 30) + 5] = 3;
	say("in its middle", reserve[(12ul << 30) + 5] + reserve[(3ul << 30)]);
	say("unmap it", munmap(reserve, 16ul << 30));
	memory = mmap(memory + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE, -1, 0);
	say("fixed", *memory);
	say("fixed, but no replacing", mmap(memory, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
					    MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED);
}

static int fresh(const char *name, unsigned long bytes)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (unsigned long done = 0; done < bytes; done += 8)
		if (write(fd, "abcdefgh", 8) != 8)
			exit(3);
	return fd;
}

static void shared_file(void)
{
	int fd = fresh("shared", 2 * PAGE);
	char *one = map(2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *other = map(PAGE, PROT_READ, MAP_SHARED, fd, PAGE);
	char text[9] = "";

	close(fd);
	say("shared", one[0] * 1000 + other[7]);
	one[PAGE + 7] = 'X';
	say("seen by the other", other[7]);
	say("sync", msync(one, 2 * PAGE, MS_SYNC));
	fd = open("shared", O_RDWR);
	say("read", pread(fd, text, 8, PAGE));
	printf("%s\n", text);
	say("write", pwrite(fd, "12345678", 8, PAGE));
	printf("%.8s\n", other);
	say("the file is longer", ftruncate(fd, 3 * PAGE));
	close(fd);
	fd = open("shared", O_RDONLY);
	say("shared, to write", map(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	other = map(PAGE, PROT_READ, MAP_SHARED, fd, 0);
	say("later neither", mprotect(other, PAGE, PROT_READ | PROT_WRITE));
	say("unlink", unlink("shared"));
	say("still there", other[0]);
	close(fd);
}

static void private_file(void)
{
	int fd = fresh("private", 2 * PAGE);
	char *memory = map(3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	char byte;

	say("private", memory[1]);
	say("write behind it", pwrite(fd, "Z", 1, 1));
	memory[2] = 'Q';
	say("a copy", memory[2]);
	say("of the file", pread(fd, &byte, 1, 2) * 1000 + byte);
	say("discard the copy", madvise(memory, PAGE, MADV_DONTNEED));
	say("again the file's", memory[2]);
	say("read into it", pread(fd, memory, 8, PAGE));
	say("read behind the end", write(open("/dev/null", O_WRONLY), memory, 3 * PAGE) > 0);
	say("no exec for writers", mprotect(memory, PAGE, PROT_READ | PROT_EXEC));
	say("content stays", memory[5]);
	close(fd);
	say("no file", map(PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	fd = open("/dev/zero", O_RDWR);
	memory = map(PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	memory[9] = 1;
	say("of /dev/zero", memory[8] + memory[9]);
}

/* By the call itself: a libc need not use it. */
static char *move_break(char *wanted)
{
	return (char *)syscall(SYS_brk, wanted);
}

static void heap(void)
{
	char *start = move_break(NULL), *end = start + 100 * PAGE;

	say("grow", move_break(end) == end);
	end[-1] = 4;
	say("shrink", move_break(end - 50 * PAGE) == end - 50 * PAGE);
	say("grow again", move_break(end) == end);
	say("it is new", end[-1]);
	say("too far down", move_break((char *)PAGE) == end);
	say("back", move_break(start) == start);
}

/* Made, run, changed, and run again. */
static void code(void)
{
#ifdef __riscv
	static const unsigned int returns[] = { 0x00500513, 0x00008067, 0x00700513 };
	unsigned int *memory = (void *)map(PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
					   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int (*function)(void) = (int (*)(void))memory;

	memory[0] = returns[0], memory[1] = returns[1];
	__builtin___clear_cache((char *)memory, (char *)(memory + 2));
	say("made code", function());
	memory[0] = returns[2];
	__builtin___clear_cache((char *)memory, (char *)(memory + 2));
	say("changed code", function());
#else
	say("made code", 5);
	say("changed code", 7);
#endif
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	anonymous();
	shared_file();
	private_file();
	heap();
	code();
	unlink("private");
	return 0;
}
