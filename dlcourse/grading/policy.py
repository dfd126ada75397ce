"""From points to a mark: points given by hand, penalties for lateness, which attempt counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from dlcourse.grading.results import Graded, QuestionResult

DAY = 86_400.0


@dataclass(frozen=True)
class Policy:
    """The rules of a course. `late_per_day` and `late_at_most` are fractions of the mark.

    A day begun counts as a day. `keep` says which of several attempts counts.
    """

    due: str = ""
    late_per_day: float = 0.0
    late_at_most: float = 1.0
    grace_minutes: float = 0.0
    keep: Literal["best", "last"] = "best"

    def penalty(self, time: float) -> float:
        """Return the fraction that is taken from work handed in at a time."""
        if not self.due:
            return 0.0
        late = time - datetime.fromisoformat(self.due).timestamp()
        if late <= self.grace_minutes * 60:
            return 0.0
        return min(self.late_at_most, self.late_per_day * math.ceil(late / DAY))

    def sentence(self) -> str:
        """Return the rules in a line, "" where there are none."""
        said = []
        if self.due:
            said = [f"due {self.due}", f"{100 * self.late_per_day:g} % a day"]
            if self.late_at_most < 1:
                said.append(f"at most {100 * self.late_at_most:g} %")
            if self.grace_minutes:
                said.append(f"{self.grace_minutes:g} minutes free")
        elif self == Policy():
            return ""
        return f"Rules: {', '.join([*said, f'{self.keep} attempt'])}."

    def as_dict(self) -> dict[str, Any]:
        """Return the policy as data for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Manual:
    """What an instructor decided about a question: points instead of the grader's, a comment.

    `points` is None where the grader's count. A question of "" is the whole assignment.
    """

    points: float | None = None
    comment: str = ""


@dataclass(frozen=True)
class Attempt:
    """One submission with its mark. `penalty` is the fraction taken for lateness.

    `worth` has the points of each question of the assignment, also where there is no result.
    """

    student: str
    number: str
    shown: str
    time: float
    graded: Graded | None
    manual: dict[str, Manual] = field(default_factory=dict)
    penalty: float = 0.0
    counts: bool = False
    assignment: str = ""
    worth: dict[str, float] = field(default_factory=dict)

    def points_of(self, result: QuestionResult) -> float:
        """Return the points of a question, the instructor's where there are any."""
        manual = self.manual.get(result.question, Manual())
        return result.points if manual.points is None else manual.points

    @property
    def raw(self) -> float:
        """Return the points before the penalty."""
        whole = self.manual.get("", Manual()).points
        if whole is not None:
            return whole
        if self.graded and self.graded.questions:
            return sum(self.points_of(result) for result in self.graded.questions)
        given = [self.manual[name].points for name in self.worth if name in self.manual]
        return sum(points for points in given if points is not None)

    @property
    def most(self) -> float:
        """Return the points that there are."""
        return (self.graded.most if self.graded else 0.0) or sum(self.worth.values())

    @property
    def unreadable(self) -> bool:
        """Return whether there was nothing to grade, and nobody gave points by hand."""
        by_hand = any(decision.points is not None for decision in self.manual.values())
        return self.graded is not None and bool(self.graded.problem) and not by_hand

    @property
    def mark(self) -> float:
        """Return the points that count, to a hundredth."""
        return round(self.raw * (1 - self.penalty), 2)

    @property
    def pending(self) -> bool:
        """Return whether the grader still owes this submission a mark."""
        return self.graded is None or bool(self.graded.failure)


def choose(attempts: Sequence[Attempt], policy: Policy) -> list[Attempt]:
    """Return the attempts of one student at one assignment, with the one that counts marked."""
    graded = [attempt for attempt in attempts if not attempt.pending] or list(attempts)
    if policy.keep == "best":
        chosen = max(graded, key=lambda attempt: (attempt.mark, attempt.time))
    else:
        chosen = max(graded, key=lambda attempt: attempt.time)
    return [Attempt(**{**vars(attempt), "counts": attempt is chosen}) for attempt in attempts]
