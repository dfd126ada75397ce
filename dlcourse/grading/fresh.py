"""A kernel in an interpreter of its own, for systems on which a warm parent must not fork."""

from __future__ import annotations

import json
import sys

from dlcourse.grading.shell import Kernel


def main() -> None:
    """Run a kernel with the arguments of `Kernel.run`, given as JSON."""
    key, channels, output_kb, seed = json.loads(sys.argv[1])
    Kernel().run(key, channels, output_kb, seed)


if __name__ == "__main__":
    main()
