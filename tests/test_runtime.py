"""The settings below NumPy do what they promise."""

import os
import platform
import subprocess
import sys

import pytest

FAULTS = """
import resource
import numpy as np
from dlcourse import runtime

{before}

def step():
    a, b = np.ones(2**18), np.ones(2**18)
    return a + b

step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def printed(code: str, environment: dict[str, str]) -> int:
    """Return the number that a fresh Python prints."""
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return int(run.stdout)


def page_faults(before: str) -> int:
    """How often the system has to hand out a page to 20 steps that need 6 MB each."""
    # Huge pages would hide what is counted.
    return printed(FAULTS.format(before=before), {**os.environ, "NUMPY_MADVISE_HUGEPAGE": "0"})


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="memory is kept with glibc only")
def test_freed_memory_is_kept():
    assert page_faults("runtime.keep_freed_memory()") < page_faults("") / 5


@pytest.mark.parametrize("own", [None, "26"])
def test_waiting_threads_go_to_sleep_unless_the_reader_has_decided(own):
    environment = {n: v for n, v in os.environ.items() if n != "OPENBLAS_THREAD_TIMEOUT"}
    if own:
        environment["OPENBLAS_THREAD_TIMEOUT"] = own
    code = (
        "import sys, os, dlcourse; assert 'numpy' not in sys.modules;"
        "print(os.environ['OPENBLAS_THREAD_TIMEOUT'])"
    )
    assert printed(code, environment) == int(own or "20")
