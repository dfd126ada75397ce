"""How long does `import dlcourse` take?  The target is 0.2 s.

Each import happens in a fresh Python; an empty one shows what Python itself takes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from rich.table import Table
from sidebyside import console, machine

CODES = {
    "nothing": "pass",
    "import numpy": "import numpy",
    "import dlcourse": "import dlcourse",
    "all that a model needs": "from dlcourse import Sequential, losses, optimizers",
    "import keras (with TensorFlow)": "import keras",
}


def seconds(code: str) -> float:
    """Return how long a fresh Python takes that runs the code."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    console.print(machine())
    table = Table("a fresh Python that runs", "median s", "without Python's own")
    medians = {
        name: statistics.median(seconds(code) for _ in range(7)) for name, code in CODES.items()
    }
    for name, median in medians.items():
        table.add_row(name, f"{median:.3f}", f"{median - medians['nothing']:.3f}")
    console.print(table)


if __name__ == "__main__":
    main()
