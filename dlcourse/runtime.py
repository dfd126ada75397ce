"""Two settings of the machinery below NumPy that make training a small network faster.

Neither changes a result. Both matter because a step of such a network takes a few milliseconds.
"""

from __future__ import annotations

import os


def let_waiting_threads_sleep() -> None:
    """Let the threads of OpenBLAS, which multiply NumPy's matrices, go to sleep soon.

    Without work they wait 2**26 clock cycles in a busy loop by default, longer than a step takes,
    and slow down whatever else runs on the processor. Has an effect only before NumPy is imported,
    on this process and on those that it starts; a value that you have set yourself stays.
    """
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")  # 2**20 cycles, about 0.3 ms


def keep_freed_memory() -> None:
    """Let the C library keep up to 64 MB of freed memory for the next arrays (glibc only).

    It gives large arrays back to the system at once, which must then hand out every page anew in
    each step, until one larger array has come and gone: this one, which is never written to.
    """
    import numpy as np

    np.empty(2**25 - 2**16, np.uint8)
