"""Find the notebooks that were handed in, and whose they are, in the layouts that courses use.

results of                     a path below the folder
Moodle                         Ada Lovelace_1815_assignsubmission_file_/notebook.ipynb
Canvas                         lovelaceada_LATE_1815_90210_notebook.ipynb
nbgrader, folders of students  ada/chapter/notebook.ipynb, ada/second try/notebook.ipynb
a flat folder                  ada.ipynb
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dlcourse.grading.plain import shown_name
from dlcourse.grading.transplant import LARGEST_FILE, too_large

MOODLE = re.compile(r"^(?P<name>.+)_(?P<number>\d+)_assignsubmission_\w*$")
CANVAS = re.compile(r"^(?P<name>[^_]+)(?P<late>_LATE)?_(?P<number>\d+)_\d+_(?P<file>.+)$")


@dataclass(frozen=True)
class HandedIn:
    """One file: the student it belongs to, where it is, and when it was handed in (seconds).

    `number` is what the learning platform calls the student by, "" where there is none; `owner`
    what tells students of one name apart: that number, or the name as the system knows it.
    """

    student: str
    path: Path
    shown: str
    time: float
    number: str = ""
    owner: str = ""

    def content(self) -> tuple[bytes, str]:
        """Return the file's bytes, at most a little more than is read, or the sentence why not."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            if self.path.is_symlink():
                return b"", "This is a link and not a file. Hand in the notebook itself."
            return b"", f"This file could not be read: {error.strerror}."
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                return b"", "This is not a file. Hand in the notebook itself."
            if status.st_size > LARGEST_FILE:
                return b"", too_large(status.st_size)
            return file.read(LARGEST_FILE), ""


def find(folder: Path, times: dict[str, float] | None = None) -> list[HandedIn]:
    """Return every notebook below a folder, sorted by student and time."""
    found = _told_apart(_handed_in(folder, path) for path in _notebooks(folder))
    if times:
        found = [replace(one, time=times.get(one.student, one.time)) for one in found]
    return sorted(found, key=lambda one: (one.student, one.time, one.shown))


def _told_apart(handed_in: Iterable[HandedIn]) -> list[HandedIn]:
    """Return the same, where two people share a name with what tells them apart behind it."""
    found = list(handed_in)
    owners = defaultdict(set)
    for one in found:
        owners[one.student].add(one.owner)
    return [
        replace(one, student=f"{one.student} ({one.owner})")
        if len(owners[one.student]) > 1
        else one
        for one in found
    ]


def _notebooks(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.lower().endswith(".ipynb") and not name.startswith("."):
                yield Path(parent, name)


def _handed_in(folder: Path, path: Path) -> HandedIn:
    raw = path.relative_to(folder).parts
    parts = [shown_name(part) for part in raw]
    stem = parts[-1][: -len(".ipynb")]
    student, number = (parts[0] if len(parts) > 1 else stem), ""
    own = raw[0] if len(raw) > 1 else raw[0][: -len(".ipynb")]
    owner = hashlib.sha256(os.fsencode(own)).hexdigest()[:8]
    match = MOODLE.match(parts[0]) or (CANVAS.match(stem) if len(parts) == 1 else None)
    if match:
        student, number = match["name"], match["number"]
        owner = number
    try:
        changed = path.lstat().st_mtime
    except OSError:
        changed = 0.0
    return HandedIn(student, path, "/".join(parts), changed, number, owner)


def read_times(path: Path) -> dict[str, float]:
    """Return when each student handed in, from a CSV file with the columns student and time."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"student", "time"} <= rows[0].keys():
        raise ValueError(
            f"{path.name}: expected the columns student and time, such as ada,2026-03-01T18:30; "
            f"received {', '.join(filter(None, rows[0])) if rows else 'no row'}."
        )
    return {row["student"]: _seconds(row, path.name) for row in rows}


def _seconds(row: dict[str, str], file: str) -> float:
    try:
        return datetime.fromisoformat(row["time"].strip()).timestamp()
    except (ValueError, AttributeError, OverflowError):
        raise ValueError(
            f"{file}: the time of {row['student']} is a date such as 2026-03-01T18:30, or with its "
            f"zone 2026-03-01T18:30+01:00; received {row['time']!r}."
        ) from None
