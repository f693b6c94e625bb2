"""The scheduler payload on the host: the same prio.c, under sanitizers.

SEED=n picks the random sequence, OPS=n its length (also for long runs)."""

import os
import random
import subprocess

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, '..', '..', '..'))
SEED = int(os.environ.get('SEED') or random.randrange(1, 1 << 31))
OPS = int(os.environ.get('OPS') or 400000)
WARNINGS = ['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-g']
ADDRESS = ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']


def build(folder, name, sources, flags):
    program = str(folder / name)
    paths = [os.path.join(HERE, source) for source in sources]
    subprocess.run(['gcc', *WARNINGS, *flags, '-I', ROOT, '-I', HERE,
                    os.path.join(ROOT, 'sched-shared', 'prio.c'), *paths,
                    '-o', program, '-lpthread'], check=True)
    return program


def run(program, *arguments):
    command = [program, *map(str, arguments)]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, timeout=600, check=False)
    assert result.returncode == 0, (
        f'{result.stdout}\nrerun: SEED={SEED} OPS={OPS} make test ONLY={os.path.relpath(__file__, ROOT)}')


@pytest.mark.parametrize('round_number', range(3))
def test_model(tmp_path, round_number):
    """Every answer agrees with a plain reference scheduler."""
    program = build(tmp_path, 'model', ['model.c', 'reference.c', 'pool_check.c'], ADDRESS)
    run(program, SEED + round_number, OPS)
