"""Reports as pages: one for each student, one for the class. No script, nothing from elsewhere."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from dlcourse.grading.gradebook import write_atomically
from dlcourse.grading.policy import Attempt
from dlcourse.grading.reports import (
    assignment_of,
    counting,
    file_name,
    grades,
    junit,
    number,
    parts,
    when,
)
from dlcourse.grading.similarity import Pair

BARS = 10  # of the picture of all marks


@dataclass
class Mistake:
    """A mistake, the hint it drew, and who made it."""

    name: str
    hint: str
    students: list[str] = field(default_factory=list)


@dataclass
class Asked:
    """How a question went for the class: who was right, and what went wrong how often."""

    question: str
    most: float
    right: int = 0
    of: int = 0
    by_name: dict[str, Mistake] = field(default_factory=dict)

    @property
    def mistakes(self) -> list[Mistake]:
        """Return the mistakes, the most frequent first."""
        return sorted(self.by_name.values(), key=lambda one: -len(one.students))


@dataclass
class Overview:
    """How an assignment went for the class."""

    name: str
    most: float = 0.0
    marks: list[float] = field(default_factory=list)
    questions: dict[str, Asked] = field(default_factory=dict)

    @property
    def mean(self) -> float:
        """Return the mean mark."""
        return statistics.fmean(self.marks) if self.marks else 0.0

    @property
    def median(self) -> float:
        """Return the median mark."""
        return statistics.median(self.marks) if self.marks else 0.0

    @property
    def full(self) -> int:
        """Return how many have all points."""
        return sum(mark >= self.most for mark in self.marks)

    @property
    def bars(self) -> list[int]:
        """Return how many marks lie in each tenth of the points, all points in the last."""
        counts = [0] * BARS
        for mark in self.marks:
            share = mark / self.most if self.most else 0.0
            counts[min(BARS - 1, max(0, int(BARS * share)))] += 1
        return counts


def overviews(attempts: Sequence[Attempt]) -> list[Overview]:
    """Return how each assignment went, from the attempts that count."""
    found: dict[str, Overview] = {}
    for one in counting(attempts):
        if one.pending or one.graded is None or one.unreadable:
            continue
        about = found.setdefault(assignment_of(one), Overview(assignment_of(one)))
        about.marks.append(one.mark)
        about.most = max(about.most, one.most)
        for result in one.graded.questions:
            asked = about.questions.setdefault(result.question, Asked(result.question, result.most))
            asked.of += 1
            asked.right += result.right
            if not result.right:
                mistake = Mistake(result.mistake, result.hint)
                asked.by_name.setdefault(result.mistake, mistake).students.append(one.student)
    return [found[name] for name in sorted(found)]


def inline(text: str) -> Markup:
    """Return a hint as HTML: `code` and *emphasis* as such, all else as it stands."""
    html = str(escape(text))
    html = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html)
    return Markup(re.sub(r"(?<![\w*)])\*(\w[^*<>\n]*\w|\w)\*(?![\w*(])", r"<em>\1</em>", html))


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("dlcourse.grading"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "parts": parts, "when": when, "page": file_name}
    environment.filters["inline"] = inline
    return environment


def write(
    folder: Path, attempts: Sequence[Attempt], pairs: Sequence[Pair], about: dict[str, Any]
) -> None:
    """Write every report of a class into a folder."""
    environment = _environment()
    page = environment.get_template("student.html.j2")
    by_student: dict[str, list[Attempt]] = {}
    for attempt in attempts:
        by_student.setdefault(attempt.student, []).append(attempt)
    pages = {file_name(student) for student in by_student}
    for student, own in by_student.items():
        own.sort(key=lambda one: (assignment_of(one), not one.counts, -one.time))
        text = page.render(student=student, attempts=own, about=about)
        write_atomically(folder / "feedback" / file_name(student), text)
    for old in (folder / "feedback").glob("*.html"):
        if old.name not in pages:
            old.unlink()
    write_atomically(folder / "grades.csv", grades(attempts))
    write_atomically(folder / "junit.xml", junit(attempts))
    summary = environment.get_template("class.html.j2").render(
        students=len(by_student),
        attempts=counting(attempts),
        unreadable=[one for one in counting(attempts) if one.unreadable],
        overviews=overviews(attempts),
        pairs=pairs,
        about=about,
    )
    write_atomically(folder / "summary.html", summary)
