"""Marks in the form that learning platforms read: Canvas, Moodle, GitHub Classroom."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from dlcourse.grading.gradebook import write_atomically
from dlcourse.grading.plain import unguarded
from dlcourse.grading.policy import Attempt, Manual
from dlcourse.grading.reports import assignment_of, counting, file_name, number, parts, table
from dlcourse.grading.results import QuestionResult

CANVAS = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
MOODLE = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"]
MOODLE_COMMENT = "Feedback comments"


class NoMatch(ValueError):  # noqa: N818
    """A class list has no student who handed in, or lacks a column that it needs."""


def canvas(attempts: Sequence[Attempt], roster: str = "") -> str:
    """Return a CSV file for Canvas's gradebook import.

    `roster` is the text of the gradebook exported from Canvas: with it, students are matched by
    number, login or name, and keep the identifiers that the import needs. Without it, only what the
    names of the files tell is filled in.
    """
    marks = _marks(attempts)
    names = sorted({name for student in marks.values() for name in student} - {""})
    most = {assignment_of(one): one.most for one in counting(attempts)}
    rows: list[list[object]] = [
        [*CANVAS, *names],
        ["    Points Possible", *[""] * 4, *(most.get(name, "") for name in names)],
    ]
    numbers = {one.student: one.number for one in attempts}
    people = (
        _people(roster)
        if roster
        else [{"Student": student, "ID": numbers[student]} for student in marks]
    )
    matched = 0
    for person in people:
        own = marks.get(_find(person, marks, numbers), {})
        matched += bool(own)
        rows.append([*(person.get(key, "") for key in CANVAS), *(own.get(n, "") for n in names)])
    if not matched:
        raise NoMatch("No student of the class list handed in: is it the list of this class?")
    return table(rows)


def not_listed(attempts: Sequence[Attempt], roster: str) -> list[str]:
    """Return the students with a mark whom a class list does not have."""
    marks, numbers = _marks(attempts), {one.student: one.number for one in attempts}
    found = {_find(person, marks, numbers) for person in _people(roster)}
    return sorted(marks.keys() - found)


def _people(roster: str) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(roster.lstrip("﻿"))))
    if not rows or not {"Student", "ID"} <= rows[0].keys():
        raise NoMatch("The class list has no columns Student and ID: export it from Canvas.")
    return [row for row in rows if row["ID"]]


def _find(
    person: dict[str, str], marks: dict[str, dict[str, float]], numbers: dict[str, str]
) -> str:
    """Return the student who is a person on a class list, "" if nothing was handed in."""
    family, _, given = person.get("Student", "").partition(",")
    called = {person.get(key, "") for key in ("SIS User ID", "SIS Login ID", "Student")}
    called |= {f"{family}{given}".replace(" ", "").lower(), f"{given.strip()} {family}"}
    called = {unguarded(name) for name in called}
    for student in marks:
        if unguarded(student) in called or (
            numbers[student] and numbers[student] == person.get("ID")
        ):
            return student
    return ""


def moodle(attempts: Sequence[Attempt], assignment: str) -> str:
    """Return an offline grading worksheet for Moodle's assignment activity."""
    rows: list[list[object]] = [[*MOODLE, MOODLE_COMMENT]]
    for one in counting(attempts):
        if assignment_of(one) != assignment or one.graded is None or one.pending:
            continue
        text = "\n".join(_explained(one)).strip()
        identifier = f"Participant {one.number}" if one.number else one.student
        mark, most = (one.mark, one.most) if assignment else ("", "")
        rows.append([identifier, one.student, "", "", mark, most, text])
    return table(rows)


def _explained(one: Attempt) -> list[str]:
    """Return in lines how a mark came about."""
    graded = one.graded
    if graded is None:
        return []
    lines = [
        f"{result.question}: {number(one.points_of(result))} of {number(result.most)}"
        + ("" if result.right else f". {result.hint}")
        for result in graded.questions
    ]
    for question, manual in one.manual.items():
        lines += _by_hand(question, manual)
    if one.penalty and not one.unreadable:
        lines.append(f"{number(one.raw)} points, less {100 * one.penalty:g} %, handed in late.")
    return [*lines, *graded.notes, graded.problem]


def _by_hand(question: str, manual: Manual) -> list[str]:
    about = f"{question}: " if question else ""
    lines = [f"{about}{manual.comment}"] if manual.comment else []
    if manual.points is not None:
        word = "point" if manual.points == 1 else "points"
        lines.append(f"{about}your instructor gave {number(manual.points)} {word}.")
    return lines


def github(one: Attempt) -> str:
    """Return the result of one student for GitHub Classroom's autograding reporter."""
    graded = one.graded
    tests = [
        {
            "name": result.question,
            "status": "pass" if result.right else "fail",
            "score": one.points_of(result),
            "max_score": result.most,
            "message": _message(one, result),
            "execution_time": f"{result.seconds:.3f}s",
        }
        for result in (graded.questions if graded else ())
    ]
    if graded and graded.problem:
        tests = [
            {
                "name": "notebook",
                "status": "fail",
                "score": one.mark,
                "max_score": one.most,
                "message": "\n".join(_explained(one)).strip(),
                "execution_time": "0.000s",
            }
        ]
    status = "error" if graded is None or graded.problem or graded.failure else "pass"
    if status == "pass" and any(test["status"] == "fail" for test in tests):
        status = "fail"
    whole = {"score": one.mark, "max_score": one.most, "penalty": one.penalty}
    return json.dumps({"version": 1, "status": status, **whole, "tests": tests}, indent=1)


def _message(one: Attempt, result: QuestionResult) -> str:
    said = [f"{label}: {text}" for label, text in parts(result)]
    by_hand = _by_hand("", one.manual.get(result.question, Manual()))
    return "\n".join([*(["right"] if result.right else said), *by_hand])


def write(folder: Path, attempts: Sequence[Attempt], platform: str, roster: str = "") -> list[Path]:
    """Write the files for a platform into a folder; return their paths."""
    if platform == "canvas":
        texts = {"canvas.csv": canvas(attempts, roster)}
    elif platform == "moodle":
        names = sorted({assignment_of(one) for one in counting(attempts) if not one.pending})
        texts = {f"moodle-{name or 'unknown'}.csv": moodle(attempts, name) for name in names}
    else:
        texts = {}
        for one in counting(attempts):
            group, stem = assignment_of(one) or "unknown", Path(file_name(one.student)).stem
            texts[f"github/{group}/{stem}.json"] = github(one)
    for name, text in texts.items():
        write_atomically(folder / name, text)
    return [folder / name for name in texts]


def _marks(attempts: Sequence[Attempt]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for one in counting(attempts):
        if not one.pending:
            found.setdefault(one.student, {})[assignment_of(one)] = one.mark
    return found
