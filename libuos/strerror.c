/*
 * What the error numbers mean, in words.  picolibc's own list goes by newlib's
 * numbers, which differ above 34.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const texts[] = {
	[0] = "no error",
	[EPERM] = "operation not permitted",
	[ENOENT] = "no such file or directory",
	[ESRCH] = "no such process",
	[EINTR] = "interrupted",
	[EIO] = "input or output failed",
	[ENXIO] = "no such device or address",
	[E2BIG] = "argument list too long",
	[ENOEXEC] = "not a program",
	[EBADF] = "bad file descriptor",
	[ECHILD] = "no such child process",
	[EAGAIN] = "try again later",
	[ENOMEM] = "out of memory",
	[EACCES] = "permission denied",
	[EFAULT] = "bad address",
	[ENOTBLK] = "not a block device",
	[EBUSY] = "in use",
	[EEXIST] = "file exists",
	[EXDEV] = "another file system",
	[ENODEV] = "no such device",
	[ENOTDIR] = "not a directory",
	[EISDIR] = "is a directory",
	[EINVAL] = "invalid argument",
	[ENFILE] = "too many open files in the system",
	[EMFILE] = "too many open files",
	[ENOTTY] = "not a terminal",
	[ETXTBSY] = "the program is being run",
	[EFBIG] = "file too large",
	[ENOSPC] = "no space left",
	[ESPIPE] = "cannot seek",
	[EROFS] = "read-only file system",
	[EMLINK] = "too many links",
	[EPIPE] = "nobody reads the other end",
	[EDOM] = "argument out of domain",
	[ERANGE] = "result out of range",
	[EDEADLK] = "would wait for itself",
	[ENAMETOOLONG] = "name too long",
	[ENOLCK] = "no locks left",
	[ENOSYS] = "not implemented",
	[ENOTEMPTY] = "directory not empty",
	[ELOOP] = "too many symbolic links",
	[ENODATA] = "no data",
	[ETIME] = "timer expired",
	[EPROTO] = "protocol error",
	[EBADMSG] = "bad message",
	[EOVERFLOW] = "value too large",
	[EBADFD] = "descriptor in a bad state",
	[EILSEQ] = "invalid byte sequence",
	[EUSERS] = "too many users",
	[ENOTSOCK] = "not a socket",
	[EDESTADDRREQ] = "no destination address",
	[EMSGSIZE] = "message too long",
	[EPROTOTYPE] = "wrong protocol for the socket",
	[ENOPROTOOPT] = "no such protocol option",
	[EPROTONOSUPPORT] = "no such protocol",
	[ESOCKTNOSUPPORT] = "no such kind of socket",
	[EOPNOTSUPP] = "not supported",
	[EPFNOSUPPORT] = "no such protocol family",
	[EAFNOSUPPORT] = "no such address family",
	[EADDRINUSE] = "address in use",
	[EADDRNOTAVAIL] = "address not available",
	[ENETDOWN] = "network is down",
	[ENETUNREACH] = "network unreachable",
	[ENETRESET] = "connection lost by the network",
	[ECONNABORTED] = "connection aborted",
	[ECONNRESET] = "connection reset",
	[ENOBUFS] = "no buffers left",
	[EISCONN] = "connected already",
	[ENOTCONN] = "not connected",
	[ESHUTDOWN] = "the connection was shut down",
	[ETIMEDOUT] = "timed out",
	[ECONNREFUSED] = "connection refused",
	[EHOSTDOWN] = "host is down",
	[EHOSTUNREACH] = "host unreachable",
	[EALREADY] = "under way already",
	[EINPROGRESS] = "now under way",
	[ESTALE] = "stale handle",
	[EUCLEAN] = "the volume is damaged",
	[EDQUOT] = "quota exceeded",
	[ECANCELED] = "cancelled",
	[EOWNERDEAD] = "the owner died",
	[ENOTRECOVERABLE] = "not recoverable",
};

char *strerror(int number)
{
	const char *text = NULL;

	if (number >= 0 && (size_t)number < sizeof(texts) / sizeof(texts[0]))
		text = texts[number];
	return (char *)(text ? text : "unknown error");
}

void perror(const char *subject)
{
	const char *text = strerror(errno);

	if (subject && *subject)
		fprintf(stderr, "%s: %s\n", subject, text);
	else
		fprintf(stderr, "%s\n", text);
}
