"""Grade the exercise notebooks that a push has changed: what .github/workflows/grade.yml runs.

    python tools/grade_push.py BEFORE AFTER --summary FILE

BEFORE and AFTER are commits. Where BEFORE is not known (a new branch, a run by hand), the change is
that of the last commit.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

EXERCISES = ":(glob)exercises/*.ipynb"


def changed(before: str, after: str, folder: Path) -> list[Path]:
    """Return the exercise notebooks that differ between two commits and are there in the second."""
    known = before and set(before) != {"0"} and _git(folder, "cat-file", "-e", before) is not None
    first = before if known else f"{after}~1"
    names = _git(folder, "diff", "--name-only", "--diff-filter=d", "-z", first, after, EXERCISES)
    return [folder / name for name in (names or "").split("\0") if name]


def _git(folder: Path, *arguments: str) -> str | None:
    run = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False
    )
    return run.stdout if run.returncode == 0 else None


def main(
    before: Annotated[str, typer.Argument(help="The commit before the push.")],
    after: Annotated[str, typer.Argument(help="The commit that was pushed.")],
    summary: Annotated[Path, typer.Option(help="The Markdown file to append the tables to.")],
    folder: Annotated[Path, typer.Option(help="The repository.")] = Path(),
) -> None:
    """Grade what a push has changed."""
    notebooks = changed(before, after, folder)
    if not notebooks:
        with summary.open("a", encoding="utf-8") as file:
            file.write("No exercise notebook was changed, so there is nothing to grade.\n")
        return
    command = [sys.executable, "-m", "dlcourse.grading.cli", "grade", *map(str, notebooks)]
    raise typer.Exit(subprocess.run([*command, "--summary", str(summary)], check=False).returncode)


if __name__ == "__main__":
    typer.run(main)
