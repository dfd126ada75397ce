"""Write folders of submissions, grade them by the command, read the results."""

from __future__ import annotations

import csv
import ctypes
import html
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from hostile import Case

COMMAND = [sys.executable, "-m", "dlcourse.grading.cli"]
LIMITS = ["--cell-seconds", "3", "--memory-mb", "700", "--seed", "7", "--jobs", "2"]


def write(folder: Path, cases: list[Case], targets: list[str]) -> None:
    """Write each case as a student's folder; attacks learn the paths they would like to reach."""
    for case in cases:
        path = folder / case.name / (case.file or "notebook.ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.content().replace(b"TARGETS", repr(targets).encode()))


def dlcourse(*arguments: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    run = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
        check=False,
    )
    assert not check or run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return run


def grades(out: Path) -> dict[str, dict[str, str]]:
    """Return the rows of grades.csv by student."""
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def feedback(out: Path, student: str) -> str:
    """Return the text of a student's page, without its tags."""
    from dlcourse.grading.reports import file_name

    text = (out / "feedback" / file_name(student)).read_text("utf-8")
    body = text.partition("<body>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())


@contextmanager
def adopting() -> Iterator[list[str]]:
    """Adopt every process that the block leaves behind; say at its end which these are.

    An orphan becomes the child of its nearest ancestor that asked for it: of this process, and so
    it is told from whatever else runs on the machine.
    """
    left: list[str] = []
    libc = ctypes.CDLL(None, use_errno=True)
    before = set(psutil.Process().children(recursive=True))
    assert libc.prctl(36, 1, 0, 0, 0) == 0  # PR_SET_CHILD_SUBREAPER
    try:
        yield left
    finally:
        libc.prctl(36, 0, 0, 0, 0)
        for child in set(psutil.Process().children(recursive=True)) - before:
            try:
                if child.status() != psutil.STATUS_ZOMBIE:  # that one has ended
                    left.append(" ".join(child.cmdline()))
                    child.kill()
                child.wait(10)
            except psutil.NoSuchProcess:
                continue
