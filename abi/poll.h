/*
 * What one may wait for of a file: Linux's bits of poll and epoll.
 */
#ifndef ABI_POLL_H
#define ABI_POLL_H

#define ABI_POLLIN	0x0001u
#define ABI_POLLPRI	0x0002u
#define ABI_POLLOUT	0x0004u
#define ABI_POLLERR	0x0008u		/* told whether asked for or not, as POLLHUP */
#define ABI_POLLHUP	0x0010u
#define ABI_POLLNVAL	0x0020u
#define ABI_POLLRDNORM	0x0040u
#define ABI_POLLRDBAND	0x0080u
#define ABI_POLLWRNORM	0x0100u
#define ABI_POLLWRBAND	0x0200u
#define ABI_POLLMSG	0x0400u
#define ABI_POLLRDHUP	0x2000u

#endif
