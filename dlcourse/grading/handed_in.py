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

from dlcourse.grading.plain import find_name, listed, shown_name, shown_part, unguarded
from dlcourse.grading.transplant import LARGEST_FILE, too_large

MOODLE = re.compile(r"^(?P<name>.+)_(?P<number>\d+)_assignsubmission_\w*$")
CANVAS = re.compile(r"^(?P<name>[^_]+)(?P<late>_LATE)?_(?P<number>\d+)_\d+_(?P<file>.+)$")


@dataclass(frozen=True)
class HandedIn:
    """One file: the student it belongs to, where it is, and when it was handed in (seconds).

    `number` is what the learning platform calls the student by, "" where there is none; `owner`
    what tells students of one name apart: that number, or the name as the system knows it.
    `problem` says why there is no notebook; `late` is what Canvas says in the file's name.
    """

    student: str
    path: Path
    shown: str
    time: float
    number: str = ""
    owner: str = ""
    problem: str = ""
    late: bool = False

    def content(self) -> tuple[bytes, str]:
        """Return the file's bytes, at most a little more than is read, or the sentence why not."""
        if self.problem:
            return b"", self.problem
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
    """Return every notebook below a folder, sorted by student and time.

    A student who handed in no notebook has one entry too, with its problem.
    """
    notebooks = [_handed_in(folder, path) for path in _notebooks(folder)]
    there = {(one.student, one.owner) for one in notebooks}
    others = {(one.student, one.owner): one for one in _without_notebook(folder)}
    found = _told_apart(notebooks + [one for who, one in others.items() if who not in there])
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


def _without_notebook(folder: Path) -> Iterator[HandedIn]:
    """Yield each folder of a student, and each file named by a platform, that holds no notebook."""
    for path in _entries(folder):
        stem = shown_name(path.name).partition(".")[0]
        if path.is_dir():
            files = sorted(shown_name(p.name) for p in path.rglob("[!.]*") if not p.is_dir())
        elif MOODLE.match(stem) or CANVAS.match(shown_name(path.name)):
            files = [shown_name(path.name)]
        else:
            continue
        unpack = " Unpack it." if any(is_archive(name) for name in files) else ""
        said = f"No notebook: handed in {listed(files)}.{unpack}"
        yield replace(_handed_in(folder, path), problem=said if files else "No notebook: no file.")


def unread(folder: Path) -> list[str]:
    """Return the files that lie loose in a folder and are no notebooks, archives to be unpacked."""
    names = [shown_name(path.name) for path in _entries(folder) if not path.is_dir()]
    return [f"{name} (unpack it)" if is_archive(name) else name for name in names]


def is_archive(name: str) -> bool:
    """Return whether a file of this name holds others."""
    return name.lower().endswith((".zip", ".tar", ".gz", ".tgz", ".7z", ".rar"))


def _entries(folder: Path) -> Iterator[Path]:
    """Yield what lies in a folder, but notebooks, hidden files and results."""
    for path in sorted(folder.iterdir()):
        results = (path / "gradebook.sqlite").exists()
        if not (path.name.startswith(".") or path.name.lower().endswith(".ipynb") or results):
            yield path


def _handed_in(folder: Path, path: Path) -> HandedIn:
    raw = path.relative_to(folder).parts
    parts = [shown_name(part) for part in raw]
    loose = len(parts) == 1 and not path.is_dir()
    stem = parts[0].removesuffix(path.suffix) if loose else parts[0]
    student, number = stem, ""
    own = raw[0].removesuffix(path.suffix) if loose else raw[0]
    owner = hashlib.sha256(os.fsencode(own)).hexdigest()[:8]
    match = MOODLE.match(stem) or (CANVAS.match(stem) if loose else None)
    if match:
        student, number = match["name"], match["number"]
        owner = number
    try:
        changed = path.lstat().st_mtime
    except OSError:
        changed = 0.0
    late = bool(match and match.groupdict().get("late"))
    shown = "/".join(shown_part(part) for part in raw)
    return HandedIn(student, path, shown, changed, number, owner, late=late)


def read_times(path: Path) -> dict[str, float]:
    """Return when each student handed in, from a CSV file with the columns student and time."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"student", "time"} <= rows[0].keys():
        raise ValueError(
            f"{path.name}: expected the columns student and time, such as ada,2026-03-01T18:30; "
            f"received {', '.join(filter(None, rows[0])) if rows else 'no row'}."
        )
    return {unguarded(row["student"]): _seconds(row, path.name) for row in rows}


def with_times(
    handed_in: list[HandedIn], times: dict[str, float], file: str
) -> tuple[list[HandedIn], str]:
    """Return the same at the times of a table, and a sentence about names that do not match."""
    students = {one.student for one in handed_in}
    meant = {name: find_name(name, students) for name in times}
    own = {student: times[name] for name, student in meant.items() if student}
    nobody = [name for name, student in meant.items() if not student]
    said = []
    if nobody:
        names = "1 name is" if len(nobody) == 1 else f"{len(nobody)} names are"
        said.append(f"{names} nobody's here: {listed(nobody)}")
    if left := len(students - own.keys()):
        keep = (
            "1 student has no time and keeps"
            if left == 1
            else f"{left} students have no time and keep"
        )
        said.append(f"{keep} the file's date")
    timed = [
        replace(one, time=own[one.student], late=False) if one.student in own else one
        for one in handed_in
    ]
    return timed, f"{file}: {'; '.join(said)}." if said else ""


def _seconds(row: dict[str, str], file: str) -> float:
    try:
        return datetime.fromisoformat(row["time"].strip()).timestamp()
    except (ValueError, AttributeError, OverflowError):
        raise ValueError(
            f"{file}: the time of {row['student']} is a date such as 2026-03-01T18:30, or with its "
            f"zone 2026-03-01T18:30+01:00; received {row['time']!r}."
        ) from None
