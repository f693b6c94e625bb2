"""libuos on the host: its own sources over the real payload, under sanitizers,
with a fake switch and a fake kernel.  SEED=n picks the random sequence."""

import os
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, '..', '..', '..'))
SEED = int(os.environ.get('SEED') or 1)
SOURCES = [
    'libuos/channel.c', 'libuos/client.c', 'libuos/ring.c', 'libuos/slab.c',
    'libuos/sync.c', 'libuos/task.c', 'libuos/pause.c', 'sched-shared/prio.c',
    'test/host/libuos/coroutines.c', 'test/host/libuos/fake_kernel.c',
    'test/host/libuos/fake_switch.c',
]


@pytest.fixture(scope='module')
def program(tmp_path_factory):
    path = str(tmp_path_factory.mktemp('libuos') / 'coroutines')
    subprocess.run(['gcc', '-std=gnu11', '-g', '-O1', '-Wall', '-Wextra', '-Werror',
                    '-fsanitize=address,undefined', '-fno-sanitize-recover=all',
                    '-I', ROOT, '-I', os.path.join(ROOT, 'libuos', 'include'), '-I', HERE,
                    *[os.path.join(ROOT, source) for source in SOURCES], '-o', path],
                   check=True)
    return path


@pytest.mark.parametrize('round_number', range(4))
def test_coroutines(program, round_number):
    """Operations, mutexes, channels, cancels, joins: nothing is lost or left over."""
    environment = dict(os.environ, ASAN_OPTIONS='detect_stack_use_after_return=0:detect_leaks=0')
    result = subprocess.run([program, str(SEED + round_number)], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
                            env=environment)
    assert result.returncode == 0, (
        f'{result.stdout}\nrerun: SEED={SEED} make test ONLY={os.path.relpath(__file__, ROOT)}')


EXECUTORS = [
    'libuos/channel.c', 'libuos/client.c', 'libuos/executors.c', 'libuos/slab.c',
    'libuos/sync.c', 'libuos/task.c', 'libuos/pause.c', 'sched-shared/prio.c',
    'test/host/libuos/executors.c', 'test/host/libuos/fake_harts.c',
]


@pytest.mark.parametrize('flags', [['-fsanitize=thread', '-Wno-tsan'], ['-O2']],
                         ids=['thread', 'plain'])
def test_executors(tmp_path, flags):
    """Coroutines that move between four executors on threads of the host."""
    program = tmp_path / 'executors'
    subprocess.run(['gcc', '-std=gnu11', '-g', '-O1', '-Wall', '-Wextra', '-Werror', '-pthread',
                    *flags, '-I', ROOT, '-I', os.path.join(ROOT, 'libuos', 'include'),
                    '-I', HERE, *[os.path.join(ROOT, source) for source in EXECUTORS],
                    '-o', program], check=True)
    result = subprocess.run([program, str(SEED)], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
    assert result.returncode == 0 and result.stdout == 'all well\n', (
        f'{result.stdout}\nrerun: make test ONLY={os.path.relpath(__file__, ROOT)}')
