"""What a question is, on the side that knows the truth: Question, Mistake, Verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any, Literal, get_args

from dlcourse.grading.values import RELATIVE, Values

Kind = Literal["predict", "implement", "find the bug", "complete a model", "tune", "read a curve"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Mistake:
    """A mistake that is known: what somebody who makes it would have answered, and the hint for it.

    `answer` is a wrong answer (function, class, number or text); an answer whose values equal its
    values on the same inputs makes this mistake. `when(received, expected)` decides instead where
    no single wrong answer can stand for the mistake.
    """

    name: str
    hint: str
    answer: Any = None
    when: Callable[[Values, Values], bool] | None = None


@dataclass(frozen=True)
class Question:
    """A question: its marks, its true answer, and the mistakes that have a hint of their own.

    `truth` is a right answer. `accept(received)`, where there are many right answers, returns the
    name of a mistake or None; `truth` is then one of them. `banned` names what the answer may not
    use, because it would be the answer: "scipy", "np.convolve", "dlcourse".
    """

    name: str
    points: int
    minutes: int
    kind: Kind
    truth: Any
    mistakes: tuple[Mistake, ...] = ()
    banned: tuple[str, ...] = ()
    accept: Callable[[Values], str | None] | None = None
    rtol: float = RELATIVE
    chapter: str = field(default="", compare=False)

    @property
    def marks(self) -> str:
        """Return points, minutes and kind, as a notebook shows them."""
        points = "1 point" if self.points == 1 else f"{self.points} points"
        return f"{points} · about {self.minutes} min · {self.kind}"

    @property
    def hints(self) -> dict[str, str]:
        """Return the hint for each known mistake, by its name."""
        return {mistake.name: mistake.hint for mistake in self.mistakes}


@dataclass(frozen=True)
class Verdict:
    """The judgement of one answer: marks, and what to tell the person who gave it.

    `mistake` is a short name for a summary of the class, empty when the answer is right.
    """

    question: str
    right: bool
    points: int
    tried: str = ""
    expected: str = ""
    received: str = ""
    hint: str = ""
    mistake: str = ""

    def report(self) -> str:
        """Return the verdict as the lines that a learner reads."""
        rows = [
            ("Tried", self.tried),
            ("Expected", self.expected),
            ("Received", self.received),
            ("Hint", self.hint),
        ]
        lines = [f"{self.question}: {'right' if self.right else 'not right yet'}."]
        lines += [_row(name, text) for name, text in rows if text]
        return "\n".join(lines)


def _row(name: str, text: str) -> str:
    """Return a named row of a report: prose is wrapped, an array keeps its lines."""
    lines = text.split("\n")
    if len(lines) == 1:
        lines = wrap(text, width=68, break_on_hyphens=False, break_long_words=False)
    return f"  {name:<9} " + ("\n" + " " * 12).join(lines)
