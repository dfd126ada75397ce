"""The calls that no answer needs are refused, and all that an answer needs still works."""

import platform
import struct
import subprocess
import sys

import pytest

from dlcourse.grading import seccomp

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in seccomp.NUMBERS,
    reason="seccomp is Linux's, and its numbers are known for two processors",
)
TRY = """
import ctypes, mmap, os, subprocess, sys
from dlcourse.grading import isolate, seccomp
isolate._set(isolate.SET_NO_NEW_PRIVILEGES, 1)
assert seccomp.refuse_calls()
libc = ctypes.CDLL(None, use_errno=True)
def refused(call):
    try: return call() == -1
    except PermissionError: return True
zero = os.open("/dev/zero", os.O_RDWR)
print([refused(call) for call in (
    lambda: os.memfd_create("x"),
    lambda: libc.shmget(0, 4096, 0o1600),
    lambda: libc.unshare(0x10000000),
    lambda: libc.ptrace(16, os.getppid(), None, None),
    lambda: mmap.mmap(-1, 4096),
    lambda: mmap.mmap(zero, 4096),
)])
mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)[0] = 1
import numpy, threading
threading.Thread(target=lambda: numpy.ones((300, 300)) @ numpy.ones((300, 300))).start()
child = [sys.executable, "-c", "import os; os.memfd_create('x')"]
print("PermissionError" in subprocess.run(child, capture_output=True, text=True).stderr)
"""


def test_what_hides_memory_or_looks_into_others_is_refused_and_the_rest_works():
    run = subprocess.run([sys.executable, "-c", TRY], capture_output=True, text=True, check=False)
    assert run.stdout.split("\n")[:2] == [str([True] * 6), "True"], run.stdout + run.stderr


@pytest.mark.parametrize("machine", seccomp.NUMBERS)
def test_each_jump_of_the_filter_ends_inside_it(machine):
    text = seccomp.program(machine)
    steps = [struct.unpack_from("=HBBI", text, at) for at in range(0, len(text), 8)]
    for place, (_code, yes, no, _operand) in enumerate(steps):
        assert place + 1 + max(yes, no) <= len(steps) - (steps[place][0] != seccomp.RETURN)
    assert steps[-1] == (seccomp.RETURN, 0, 0, seccomp.ALLOW)
    assert seccomp.NUMBERS[machine].keys() == seccomp.NUMBERS["x86_64"].keys()
