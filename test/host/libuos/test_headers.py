"""The headers that programs see: C and C++, and the C library's constants beside
the ABI's."""

import os
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, '..', '..', '..'))
CROSS = os.environ.get('CROSS', 'riscv64-unknown-elf-')
ABIS = ['-march=rv64imafdc', '-mabi=lp64d'], ['-march=rv64imac', '-mabi=lp64']

PROGRAM = r'''
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uos.h>

#ifndef __cplusplus
#define static_assert _Static_assert
#endif

static_assert(O_CREAT == 0100 && O_EXCL == 0200 && O_TRUNC == 01000 && O_APPEND == 02000, "");
static_assert(O_NONBLOCK == 04000 && O_DIRECT == 040000 && O_DIRECTORY == 0200000, "");
static_assert(O_CLOEXEC == 02000000 && AT_FDCWD == -100 && F_SETFL == 4, "");
static_assert(S_IFMT == 0170000 && S_IFIFO == 0010000 && S_IFCHR == 0020000, "");
static_assert(S_IFDIR == 0040000 && S_IFBLK == 0060000 && S_IFREG == 0100000, "");
static_assert(SEEK_SET == 0 && SEEK_CUR == 1 && SEEK_END == 2, "");
static_assert(ENOSYS == 38 && ECANCELED == 125 && ETIME == 62 && EILSEQ == 84, "");
static_assert(sizeof(off_t) == 8 && sizeof(mode_t) == 4 && sizeof(pid_t) == 4, "");

static struct uos_mutex mutex = UOS_MUTEX_INIT;
static struct uos_event event = UOS_EVENT_INIT;

int all(struct uos_task *task);
int all(struct uos_task *task)
{
	double sum = 1.5;

	for (int i = 0; i < 10; i++) {
		uos_yield();
		sum += i;
	}
	uos_mutex_lock(&mutex);
	errno = uos_event_wait(&event);
	uos_mutex_unlock(&mutex);
	return (int)sum + uos_join(task) + WEXITSTATUS(errno);
}
'''


@pytest.mark.parametrize('abi', ABIS, ids=lambda abi: abi[1])
@pytest.mark.parametrize('level', ['-O0', '-O2', '-Os', '-O2 -fno-omit-frame-pointer'])
@pytest.mark.parametrize('language', ['c', 'c++'])
def test_headers(tmp_path, abi, level, language):
    """Without a warning, also where the frame pointer is in use."""
    source = tmp_path / ('program.c' if language == 'c' else 'program.cc')
    source.write_text(PROGRAM)
    command = [CROSS + ('gcc' if language == 'c' else 'g++'), '--specs=picolibc.specs', *abi,
               *level.split(), '-Wall', '-Wextra', '-Werror', '-I', ROOT,
               '-I', os.path.join(ROOT, 'libuos', 'include'),
               '-c', str(source), '-o', str(tmp_path / 'program.o')]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
