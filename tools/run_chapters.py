"""Run the chapters whose outputs may have changed, side by side, and keep what they printed.

What a chapter prints depends on its own code and on the part of the package that it can reach.
Modules of figures (`dlcourse/interactive`, `dlcourse/plots`) and the ledger count for the pages
that name them; the rest of the package and the pinned dependencies count for all.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "_build"
CACHE = BUILD / ".jupyter_cache"
PACKAGE = ROOT / "dlcourse"
FIGURES = ("interactive", "plots")
# What every figure stands on.
EVERYWHERE = ["interactive/explorer.py"]
EVERYWHERE += [f"plots/{name}.py" for name in ("picture", "scales", "style", "text")]
LEDGER = re.compile(r"from dlcourse import .*\bledger\b|\bdlcourse\.ledger\b")
TIMEOUT = 300  # seconds for one cell: a crowded machine takes several times as long as a quiet one

_NAMED = re.compile(r"\b(interactive|plots)\.(\w+)")
_IMPORTED = re.compile(r"from dlcourse\.(interactive|plots) import (\([^)]*\)|[^\n(]+)")


def figures_of(text: str) -> set[Path]:
    """Return the modules of figures that some source text names."""
    names = set(_NAMED.findall(text))
    for folder, imported in _IMPORTED.findall(text):
        names |= {(folder, name) for name in re.findall(r"\w+", imported)}
    paths = {PACKAGE / folder / f"{name}.py" for folder, name in names}
    return {path for path in paths if path.exists()}


def reachable_figures(text: str) -> set[Path]:
    """Return the modules of figures that some source text can reach, through one another too."""
    found: set[Path] = set()
    new = figures_of(text)
    while new:
        found |= new
        new = set().union(*(figures_of(path.read_text()) for path in new)) - found
    return found


def _digest(paths: Iterable[Path], start: str = "") -> str:
    digest = hashlib.sha256(start.encode())
    for path in sorted(paths):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()


@functools.cache
def _common() -> str:
    """Return a digest of what every chapter depends on."""
    shared = [PACKAGE / name for name in EVERYWHERE]
    for path in PACKAGE.rglob("*.py"):
        top, *below = path.relative_to(PACKAGE).parts
        # The rest of the package imports no figures; tests/test_import.py holds it to that.
        if top not in ("grading", "ledger") and (top not in FIGURES or below == ["__init__.py"]):
            shared.append(path)
    return _digest([*shared, *(ROOT / "requirements").iterdir()], sys.version)


def chapter_digest(path: Path) -> str:
    """Return a digest of all that a chapter's outputs depend on besides its own code cells."""
    text = path.read_text()
    ledger = PACKAGE.glob("ledger/*.py") if LEDGER.search(text) else ()
    return _digest([*reachable_figures(text), *ledger], _common())


class ChapterError(Exception):
    """Some chapters do not run; the message holds their tracebacks."""


def execute(paths: list[Path]) -> str:
    """Run those of the chapters that are due, and return a sentence that says which.

    Their outputs are kept in jupyter-cache, where the build of the pages finds them.
    Raises ChapterError if a chapter fails.
    """
    from jupyter_cache import get_cache
    from jupyter_cache.executors import load_executor

    BUILD.mkdir(exist_ok=True)
    cache = get_cache(str(CACHE))
    cache.change_cache_limit(1000)
    reader = {"name": "myst_nb_md", "type": "plugin"}
    records = {path: cache.add_nb_to_project(str(path), read_data=reader) for path in paths}
    _forget_stale(cache, records)
    due = [record for record in records.values() if not cache.get_cached_project_nb(record.pk)]
    started = time.perf_counter()
    if due:
        with stderr_to(BUILD / "kernels.log"):
            executor = load_executor("local-parallel", cache)
            result = executor.run_and_cache(filter_pks=[r.pk for r in due], timeout=TIMEOUT)
            failed = result.excepted
            if result.errored:  # of two kernels that chose the same port, one does not start
                again = [record.pk for record in due if record.uri in result.errored]
                result = executor.run_and_cache(filter_pks=again, timeout=TIMEOUT)
                failed += [*result.errored, *result.excepted]
        if failed:
            raise ChapterError("\n".join(_report(cache, uri) for uri in failed))
    _write_times(cache, records)
    return f"Ran {len(due)} of {len(paths)} chapters in {time.perf_counter() - started:.0f} s."


def _forget_stale(cache, records: dict) -> None:
    """Take out of the cache what was printed by code that has changed since."""
    stamps = BUILD / "code.json"
    before = json.loads(stamps.read_text()) if stamps.exists() else {}
    now = {path.stem: chapter_digest(path) for path in records}
    for path, record in records.items():
        if before.get(path.stem) == now[path.stem]:
            continue
        if cached := cache.get_cached_project_nb(record.pk):
            cache.remove_cache(cached.pk)
        # Without this file Sphinx reads the page again.
        (BUILD / ".doctrees" / "chapters" / f"{path.stem}.doctree").unlink(missing_ok=True)
    stamps.write_text(json.dumps(now))


def _report(cache, uri: str) -> str:
    traceback = cache.get_project_record(uri).traceback or "no traceback"
    return f"{Path(uri).relative_to(ROOT)}\n{traceback}"


def _write_times(cache, records: dict) -> None:
    """Write what chapters/times.md includes: how long each chapter took when it last ran."""
    rows, total = [], 0.0
    for path, record in records.items():
        seconds = cache.get_cached_project_nb(record.pk).data["execution_seconds"]
        cells = len(re.findall(r"(?m)^`{3,}\{code-cell\}", path.read_text()))
        rows.append(f"| {{doc}}`/chapters/{path.stem}` | {cells} | {seconds:.1f} |")
        total += seconds
    lines = [
        "| page | cells | seconds |",
        "|---|--:|--:|",
        *rows,
        f"| all | | {total:.0f} |",
        "",
        f"Run on {platform.system()} ({platform.machine()}) with {os.cpu_count()} processors, "
        f"Python {platform.python_version()}, NumPy {version('numpy')} and "
        f"TensorFlow {version('tensorflow')}.",
    ]
    (BUILD / "times.md").write_text("\n".join(lines) + "\n")


@contextmanager
def stderr_to(path: Path) -> Iterator[None]:
    """Send what the kernels, our children, write to stderr into a file: it is not for readers."""
    sys.stderr.flush()
    before = os.dup(2)
    with path.open("w") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
