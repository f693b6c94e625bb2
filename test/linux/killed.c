/* Ends by SIGBUS, with memory of every kind: behind the end of a file that it maps. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void)
{
	int fd = open("killed", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *shared, *private, *anonymous;

	unlink("killed");
	if (fd < 0 || ftruncate(fd, 40000))
		return 1;
	shared = mmap(NULL, 80000, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, 80000, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 4096);
	anonymous = mmap(NULL, 1ul << 34, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	memset(shared, 1, 30000);
	memcpy(private, shared, 20000);
	anonymous[1ul << 33] = private[30];
	mprotect(anonymous + (1ul << 33), 4096, PROT_NONE);
	munmap(shared + 8192, 8192);
	return shared[60000];
}
