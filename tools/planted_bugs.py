"""Test the tests: plant a known bug, run the tests of that file, and see at least one fail.

The bugs stand in tests/planted_bugs/*.json, each a place where published teaching code has gone
wrong: {"file", "old", "new", "why", "tests"}.  `old` occurs exactly once in the file; `tests` are
the tests that should notice, and must pass while nothing is planted.

Importing TensorFlow takes longer than most of the tests.  So one process imports it once and forks
a child for each bug; the child sees a copy of the package with the bug in it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 180  # A bug may turn a loop endless; the tests notice that too.

app = typer.Typer(add_completion=False, help=__doc__)


@dataclass(frozen=True)
class Bug:
    """One planted bug: a text in a file of the package, what it becomes, and why that is wrong."""

    file: str
    old: str
    new: str
    why: str
    tests: tuple[str, ...]


def read_bugs(names: str = "*") -> list[Bug]:
    """Return the bugs of one file or of all; each must still fit the file it is planted in."""
    bugs = []
    for path in sorted((ROOT / "tests" / "planted_bugs").glob(f"{names}.json")):
        for entry in json.loads(path.read_text()):
            bug = Bug(**{**entry, "tests": tuple(entry["tests"])})
            count = (ROOT / bug.file).read_text().count(bug.old)
            if count != 1:
                raise SystemExit(f"{path.name}: {bug.old!r} occurs {count} times in {bug.file}.")
            bugs.append(bug)
    return bugs


def run_tests(tests: tuple[str, ...], package: Path, log: Path) -> int:
    """Run tests in a forked child that imports the package from a folder; return pytest's code."""
    child = multiprocessing.get_context("fork").Process(target=_child, args=(tests, package, log))
    child.start()
    child.join(SECONDS)
    if child.is_alive():
        child.kill()
        child.join()
        return 1
    return child.exitcode


def _child(tests: tuple[str, ...], package: Path, log: Path) -> None:
    import pytest

    sys.path.insert(0, str(package))
    os.chdir(ROOT)
    with log.open("w") as file, redirect_stdout(file), redirect_stderr(file):
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests])
        import dlcourse

        if not Path(dlcourse.__file__).is_relative_to(package):
            code = 99  # The tests ran against the sound package: whatever they said means nothing.
    os._exit(int(code))


def plant(bug: Bug | None, folder: Path) -> Path:
    """Copy the package into a folder, with the bug in it if there is one."""
    ignore = shutil.ignore_patterns("__pycache__", "grading")
    shutil.copytree(ROOT / "dlcourse", folder / "dlcourse", ignore=ignore)
    if bug is not None:
        path = folder / bug.file
        path.write_text(path.read_text().replace(bug.old, bug.new))
    return folder


def verdict(bug: Bug) -> tuple[str, str, float]:
    """Plant a bug and return ("caught" or what else happened, the test that noticed, seconds)."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        code = run_tests(bug.tests, plant(bug, folder), folder / "log.txt")
        text = (folder / "log.txt").read_text()
    failures = [line for line in text.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    noticed = failures[0].split(" ")[1].split("::", 1)[-1] if failures else ""
    result = {0: "SURVIVED", 1: "caught", 2: "caught"}.get(code, f"NOT RUN (code {code})")
    print(f"{result:<9} {bug.file}: {bug.why}", flush=True)
    return result, noticed, time.perf_counter() - started


@app.command()
def main(names: str = "*", only: str = "", workers: int = 2, sound: bool = False) -> None:
    """Plant every bug, each reported as it is judged, and print a table.

    --names takes one file of tests/planted_bugs, --only those whose file or reason holds a text.

    With --sound the tests are taken to pass without a bug, because they have just done so.
    """
    import keras  # noqa: F401  the children inherit it
    import tensorflow  # noqa: F401

    console = Console(width=140)
    bugs = [bug for bug in read_bugs(names) if only in f"{bug.file} {bug.why}"]
    for test in () if sound else sorted({test for bug in bugs for test in bug.tests}):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if run_tests((test,), plant(None, folder), folder / "log.txt") != 0:
                console.print((folder / "log.txt").read_text(), markup=False)
                console.print(f"{test} fails without any bug planted: mend that first.")
                raise typer.Exit(1)
    with ThreadPoolExecutor(workers) as pool:
        verdicts = list(pool.map(verdict, bugs))
    table = Table("file", "planted bug", "result", "noticed by", "seconds")
    for bug, (result, noticed, seconds) in zip(bugs, verdicts, strict=True):
        table.add_row(bug.file, bug.why, result, noticed, f"{seconds:.1f}")
    console.print(table)
    missed = sum(result != "caught" for result, _, _ in verdicts)
    print(f"planted bugs: {len(bugs) - missed} passed, {missed} failed")
    raise typer.Exit(1 if missed else 0)


if __name__ == "__main__":
    app()
