"""Time the same work done by several libraries, side by side in one run.

Each contestant has a process of its own, since the threads of one library get into the way of
another's in the same process.  They take turns, round after round, so that a machine that speeds
up or slows down does so for all of them.  What counts is the ratio within a round; the table shows
medians.  Memory is how much the peak of a process grows from a small run of the work to the real
one.
"""

from __future__ import annotations

import multiprocessing
import os
import platform
import re
import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

import dlcourse

THREADS = os.cpu_count() or 1
console = Console(width=110)
CONTEXT = multiprocessing.get_context("spawn")

# Given a size (a batch, a number of samples), prepare the work and return what does it.
Maker = Callable[[int], Callable[[], Any]]


class Result(NamedTuple):
    """What was measured of one contestant: seconds of each round, growth of the peak in MB."""

    seconds: list[float]
    memory: float

    @property
    def median(self) -> float:
        """The median of the rounds, in milliseconds."""
        return 1000 * statistics.median(self.seconds)


def machine() -> str:
    """Return what the numbers were measured on: processor, cores, Python and the libraries."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].split(":")[1].strip() if names else cpu
    versions = [f"dlcourse {dlcourse.__version__}"]
    for package in ("numpy", "keras", "tensorflow", "torch"):
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            versions.append(f"no {package}")
    return f"{cpu}, {THREADS} cores, Python {platform.python_version()}, {', '.join(versions)}"


def compare(
    title: str, makers: dict[str, Maker], size: int, small: int, rounds: int = 15, repeats: int = 10
) -> dict[str, Result]:
    """Let each contestant work `repeats` times a round; print a table, return what was measured."""
    seconds: dict[str, list[float]] = {name: [] for name in makers}
    pipes: dict[str, Connection] = {}
    memory = {}
    with ExitStack() as stack:
        for name, maker in makers.items():
            pipes[name], theirs = CONTEXT.Pipe()
            process = CONTEXT.Process(target=_take_part, args=(maker, size, small, theirs))
            process.start()
            theirs.close()  # the last one of this end: a process that fails is noticed
            stack.callback(process.join)
            stack.callback(pipes[name].send, 0)
            memory[name] = pipes[name].recv()
        for _ in track(range(rounds), title):
            for name, pipe in pipes.items():
                pipe.send(repeats)
                seconds[name].append(pipe.recv())
    results = {name: Result(seconds[name], memory[name]) for name in makers}
    _report(title, results)
    return results


def alone(work: Callable[[], None]) -> None:
    """Do something in a process of its own."""
    process = CONTEXT.Process(target=work)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{work.__name__} failed in its process: see above.")


def _take_part(maker: Maker, size: int, small: int, pipe: Connection) -> None:
    """Prepare the work, then do it as often as asked, and send what it took."""
    maker(small)()
    before = _forget_peak()
    work = maker(size)
    for _ in range(5):
        work()  # the first calls compile, allocate and fill caches
    pipe.send(_memory("VmHWM") - before)
    while repeats := pipe.recv():
        started = time.perf_counter()
        for _ in range(repeats):
            work()
        pipe.send((time.perf_counter() - started) / repeats)


def _forget_peak() -> float:
    """Let the peak of this process's memory start anew, and return its memory now, in MB."""
    Path("/proc/self/clear_refs").write_text("5")
    return _memory("VmRSS")


def _memory(what: str) -> float:
    """Return what Linux knows about the memory of this process, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{what}:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]


def _report(title: str, results: dict[str, Result]) -> None:
    first, *_ = results.values()
    names = ["", "median ms", "min", "max", f"times {next(iter(results))}", "memory MB"]
    table = Table(*names, title=title)
    for name, result in results.items():
        ratios = [t / own for t, own in zip(result.seconds, first.seconds, strict=True)]
        table.add_row(
            name,
            f"{result.median:.2f}",
            f"{1000 * min(result.seconds):.2f}",
            f"{1000 * max(result.seconds):.2f}",
            f"{statistics.median(ratios):.2f}",
            f"{result.memory:.0f}",
        )
    console.print(table)


def quiet_tensorflow() -> None:
    """Keep TensorFlow's start-up messages out of the tables; call before importing it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
