/*
 * What a program for Linux may do with names and descriptors: prints a line for each
 * thing, the same on Linux and on uos.  Run in an empty folder.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* A libc has words of its own for an error; the number is the kernel's. */
static void say(const char *what, long result)
{
	printf("%s: %ld\n", what, result < 0 ? -(long)errno : result);
}

static void links(void)
{
	char text[64] = "";
	struct stat status, other;
	int fd = open("file", O_CREAT | O_RDWR | O_EXCL, 0640);

	say("write", write(fd, "content", 7));
	say("link", symlink("file", "one"));
	say("to a link", symlink("one", "two"));
	say("again", symlink("x", "two"));
	say("read", readlink("two", text, sizeof(text)));
	puts(text);
	say("not a link", readlink("file", text, sizeof(text)));
	say("cut", readlink("two", text, 2));
	say("stat", stat("two", &status));
	say("size", status.st_size);
	say("lstat", lstat("two", &status));
	say("a link", S_ISLNK(status.st_mode));
	say("size", status.st_size);
	say("open", close(open("two", O_RDONLY)));
	say("do not follow", open("two", O_RDONLY | O_NOFOLLOW));
	say("loop", symlink("loop", "loop"));
	say("open", open("loop", O_RDONLY));
	say("dangling", symlink("nothing", "dangling"));
	say("open", open("dangling", O_RDONLY));
	say("create exclusively", open("dangling", O_CREAT | O_EXCL | O_RDWR, 0600));
	say("create", close(open("dangling", O_CREAT | O_RDWR, 0600)));
	say("made", access("nothing", F_OK) == 0 || errno == ENOSYS);
	say("folder", mkdir("folder", 0700));
	say("to it", symlink("../folder", "folder/up"));
	say("through it", close(open("folder/up/up/up/new", O_CREAT | O_RDWR, 0600)));
	say("there", stat("folder/new", &status));
	say("unlink through it", unlink("folder/up/up/new"));
	say("remove a full one", rmdir("folder"));
	say("unlink", unlink("folder/up"));
	say("remove", rmdir("folder"));
	say("hard link", link("file", "hard"));
	say("links", fstat(fd, &status) + (long)status.st_nlink);
	say("the same", stat("hard", &other) == 0 && other.st_ino == status.st_ino);
	say("of a folder", link(".", "circle"));
	say("unlink", unlink("file"));
	say("links", fstat(fd, &status) + (long)status.st_nlink);
	say("mode", status.st_mode & 07777 & ~022);
	say("rename over itself", rename("hard", "hard"));
	for (unsigned i = 0; i < 6; i++)
		unlink((const char *[]){ "hard", "one", "two", "loop", "dangling", "nothing" }[i]);
	close(fd);
}

static void descriptors(void)
{
	struct iovec vector[2] = { { "abc", 3 }, { "def", 3 } };
	char text[16] = "";
	int fd = open("file", O_CREAT | O_RDWR, 0600), copy;

	say("writev", writev(fd, vector, 2));
	say("pread", pread(fd, text, 16, 2));
	puts(text);
	say("dup", (copy = dup(fd)) > fd);
	say("from 50 on", fcntl(fd, F_DUPFD, 50));
	say("and the next", fcntl(fd, F_DUPFD_CLOEXEC, 50));
	say("close on exec", fcntl(51, F_GETFD));
	say("dup3", dup3(fd, 60, O_CLOEXEC));
	say("onto itself", dup3(fd, fd, 0));
	say("seek", lseek(copy, -2, SEEK_END));
	say("read", read(fd, text, 16));
	say("no terminal", isatty(fd));
	say("advice", posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL));
	say("bad advice", posix_fadvise(fd, 0, 0, 77));
	say("sync", fsync(fd) + fdatasync(fd));
	say("folder", mkdir("folder", 0700));
	say("go", chdir("folder"));
	say("file", close(open("../file", O_RDONLY)));
	say("back", chdir(".."));
	say("not a folder", chdir("file"));
	say("remove", rmdir("folder") + unlink("file"));
	say("closed", close(fd) + close(copy) + close(50) + close(51) + close(60));
	say("closed twice", close(fd));
}

static void process(void)
{
	struct timespec start, end, pause = { 0, 2000000 };
	struct utsname name;
	struct statfs space;
	struct rlimit limit;
	char random[64] = "";
	int fd = open("/dev/urandom", O_RDONLY);
	unsigned bits = 0;

	say("random", read(fd, random, sizeof(random)));
	for (unsigned i = 0; i < sizeof(random); i++)
		bits |= (unsigned char)random[i];
	say("not 0", bits > 0);
	close(fd);
	say("user", (long)getuid() + geteuid() + getgid() + getegid());
	say("itself", getpid() > 1);
	say("uname", uname(&name));
	say("Linux's", strcmp(name.sysname, "Linux"));
	say("space", statfs(".", &space));
	say("limit", getrlimit(RLIMIT_NOFILE, &limit) + (limit.rlim_cur >= 1024));
	say("bad limit", getrlimit(99, &limit));
	say("page", sysconf(_SC_PAGESIZE));
	say("ticks", sysconf(_SC_CLK_TCK));
	say("not secure", getauxval(AT_SECURE));
	say("name", getauxval(AT_EXECFN) != 0);
	say("headers", getauxval(AT_PHNUM) > 2);
	clock_gettime(CLOCK_MONOTONIC, &start);
	say("sleep", clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL));
	clock_gettime(CLOCK_MONOTONIC, &end);
	say("long enough", (end.tv_sec - start.tv_sec) * 1000000000 + end.tv_nsec - start.tv_nsec >=
			   pause.tv_nsec);
	say("argument", isatty(99));
}

static __thread int of_thread = 41;

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++)
		puts(argv[i]);
	say("of the thread", ++of_thread);
	say("in the environment", getenv("PATH") == NULL || *getenv("PATH") != '\0');
	links();
	descriptors();
	process();
	printf("%.3f %s\n", 1.0 / 3, "floating point");
	return 7;
}
