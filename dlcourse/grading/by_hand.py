"""Points and comments given by hand: what can be decided, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dlcourse.grading.assignment import Assignment
from dlcourse.grading.gradebook import Gradebook, worth_of
from dlcourse.grading.plain import find_name, listed, names_there
from dlcourse.grading.policy import Attempt, Manual
from dlcourse.grading.reports import number


class Refused(ValueError):  # noqa: N818
    """What was asked for cannot be done; the message says why, and what can."""


@dataclass(frozen=True)
class Decision:
    """What the instructor wants to give, or to take back."""

    points: float | None = None
    comment: str = ""
    clear: bool = False

    def check(self, most: float) -> None:
        """Refuse what says nothing, contradicts itself, or cannot be had."""
        if self.clear and (self.points is not None or self.comment):
            raise Refused("--clear takes back what was given: give no --points, no --comment.")
        if not self.clear and self.points is None and not self.comment:
            raise Refused("Give --points, --comment or --clear.")
        if self.points is not None and not 0 <= self.points <= most:
            raise Refused(
                f"--points is from 0 to {number(most)} here, received {number(self.points)}."
            )


def student_of(given: str, attempts: list[Attempt], folder: Path) -> str:
    """Return the student who is meant."""
    names = {one.student for one in attempts}
    found = find_name(given, names)
    if found is None:
        raise Refused(f"No student {given!r} in {folder}. {names_there(given, names)}")
    return found


def handed_in(student: str, assignment: str, attempts: list[Attempt]) -> None:
    """Refuse an assignment that a student did not hand in; what is unreadable may be any."""
    own = {one.assignment for one in attempts if one.student == student}
    if not own & {assignment, ""}:
        raise Refused(
            f"{student} handed in nothing for {assignment}. Handed in: {listed(sorted(own))}."
        )


def decide(
    book: Gradebook,
    assignments: dict[str, Assignment],
    whose: tuple[str, str, str],
    decision: Decision,
) -> str:
    """Keep a decision about a student, an assignment and a question; say what came of it."""
    given, name, question = whose
    worth = worth_of(assignments[name])
    attempts = book.attempts(assignments)
    student = student_of(given, attempts, book.folder)
    handed_in(student, name, attempts)
    decision.check(worth[question] if question else sum(worth.values()))
    before = book.decision(student, name, question)
    points = before.points if decision.points is None else decision.points
    kept = Manual() if decision.clear else Manual(points, decision.comment or before.comment)
    book.decide(student, name, question, kept)
    book.assign_unknown()
    counting = next(
        one
        for one in book.attempts(assignments)
        if (one.student, one.counts) == (student, True) and one.assignment in (name, "")
    )
    return _said(counting, name, question)


def _said(one: Attempt, name: str, question: str) -> str:
    """Return such as "ada, huber: 1.5 of 2 (grader: 0); total 2.5 of 12"."""
    results = {result.question: result for result in (one.graded.questions if one.graded else ())}
    total = f"{number(one.raw)} of {number(one.most)}"
    if one.penalty:
        total += f", less {100 * one.penalty:g} % for lateness: {number(one.mark)}"
    if not question:
        return f"{one.student}, {name}: {total} (grader: {number(_grader(one))})"
    gave = results[question].points if question in results else 0.0
    manual = one.manual.get(question, Manual()).points
    got = f"{number(gave if manual is None else manual)} of {number(one.worth[question])}"
    return f"{one.student}, {question}: {got} (grader: {number(gave)}); total {total}"


def _grader(one: Attempt) -> float:
    return one.graded.points if one.graded else 0.0
