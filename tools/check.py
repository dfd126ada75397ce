"""Run the checks: `make test` is `check.py all`, `make fast` is `check.py fast`.

Every check runs even when an earlier one has failed; a table at the end says how each went.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

import book

ROOT = book.ROOT
BIN = Path(sys.executable).parent
NOTEBOOKS = ROOT / "_build" / "notebooks"

app = typer.Typer(add_completion=False, help=__doc__, no_args_is_help=True)
console = Console()


@dataclass(frozen=True)
class Check:
    """A command and the promise that it holds the project to."""

    name: str
    command: list[str]


def tool(name: str, *arguments: str) -> list[str]:
    """Return the command line of a program of our own environment."""
    return [str(BIN / name), *arguments]


def pytest(*arguments: str, dist: str = "loadfile") -> list[str]:
    """Return a pytest command line, spread over two processes, by files or as `dist` says."""
    return tool("pytest", "-q", "-n", "2", "--dist", dist, *arguments)


LINT = [
    Check("style", tool("ruff", "check", ".")),
    Check("layout", tool("ruff", "format", "--check", ".")),
    Check("types", tool("mypy")),
    Check("spelling", tool("codespell")),
    Check("prose", [sys.executable, "tools/prose.py"]),
]
# The other files of bugs double the time of a run; `tools/planted_bugs.py` alone plants them all.
BUGS = ["tools/planted_bugs.py", "--sound", "--names", "functions"]
QUICK_TESTS = ["test_import.py", "test_prose.py", "test_prose_lint.py", "test_datasets.py"]
QUICK_TESTS += ["test_perceptron.py", "plots", "book/test_chapters.py", "book/test_reference.py"]
FAST = [*LINT, Check("quick tests", pytest(*(f"tests/{name}" for name in QUICK_TESTS)))]


def everything() -> list[Check]:
    """Return all checks, in an order that finds the cheap mistakes first."""
    other_servers = "other people's servers should not decide whether these checks pass."
    console.print(
        f"Left out: external links, because {book.offline() or other_servers} "
        "To check them: make links (CI does so every week)"
    )
    own_tests = ["tests", "--ignore=tests/book"]
    return [
        *LINT,
        Check("exercises are up to date", tool("dlcourse", "exercises", "build", "--check")),
        # Fails, too, if less than 95 % of the branches of the core run: see pyproject.toml. The
        # order of the folders puts the long files of the graders first, not last.
        Check("package and graders", pytest("--cov", "--no-loadscope-reorder", *own_tests)),
        Check("planted bugs are caught", [sys.executable, *BUGS]),
        Check("book builds", [sys.executable, "tools/book.py", "build"]),
        Check("chapters run as notebooks", nbval("--nbval-lax", *chapter_notebooks())),
        Check("solutions pass nbval", nbval("--nbval", *solution_notebooks())),
        # Nearly all of these tests stand in two files: share them out one by one.
        Check("book in a browser", pytest("tests/book", dist="load")),
    ]


def nbval(mode: str, *notebooks: str) -> list[str]:
    """Return the command that runs notebooks under nbval, each from a clean kernel."""
    return pytest("-p", "no:cacheprovider", mode, "--nbval-cell-timeout=300", *notebooks)


def chapter_notebooks() -> list[str]:
    """Write each chapter as a notebook and return the paths."""
    import jupytext

    shutil.rmtree(NOTEBOOKS, ignore_errors=True)
    NOTEBOOKS.mkdir(parents=True)
    for path in book.notebooks():
        jupytext.write(jupytext.read(path), NOTEBOOKS / f"{path.stem}.ipynb")
    return [str(path) for path in sorted(NOTEBOOKS.glob("*.ipynb"))]


def solution_notebooks() -> list[str]:
    """Return the paths of the solution notebooks."""
    return [str(path) for path in sorted((ROOT / "exercises" / "solutions").glob("*.ipynb"))]


def run(checks: list[Check]) -> None:
    """Run the checks one after the other, print a table, and fail if any failed."""
    table = Table("check", "result", "seconds")
    failed = 0
    environment = {**os.environ, **book.quiet_environment()}
    for check in checks:
        console.rule(check.name)
        started = time.perf_counter()
        code = subprocess.run(check.command, cwd=ROOT, env=environment, check=False).returncode
        failed += code != 0
        result = "[green]passed[/green]" if code == 0 else f"[red]failed ({code})[/red]"
        table.add_row(check.name, result, f"{time.perf_counter() - started:.0f}")
    console.print(table)
    print(f"checks: {len(checks) - failed} passed, {failed} failed")
    if failed:
        raise typer.Exit(1)


@app.command()
def lint() -> None:
    """Style, types, spelling and prose."""
    run(LINT)


@app.command()
def fast() -> None:
    """Check what takes seconds."""
    run(FAST)


@app.command(name="all")
def all_() -> None:
    """Check everything, as CI does."""
    run(everything())


if __name__ == "__main__":
    app()
