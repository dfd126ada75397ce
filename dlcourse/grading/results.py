"""What the grader says about one question and about one submission; plain data, kept as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class QuestionResult:
    """The marks for one question, and what to tell the person who answered it.

    `mistake` names the mistake for the class summary: "" when right. `error` is the exception with
    the student's own lines, `note` what happened besides.
    """

    question: str
    points: float
    most: float
    right: bool
    tried: str = ""
    expected: str = ""
    received: str = ""
    hint: str = ""
    mistake: str = ""
    error: str = ""
    note: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Graded:
    """The result of one submission's content: graded once, valid for whoever handed it in.

    `failure` is set when the grader itself failed: the submission then has no mark yet.
    """

    digest: str
    assignment: str
    questions: tuple[QuestionResult, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""
    failure: str = ""
    isolation: str = ""
    seed: int = 0
    seconds: float = 0.0

    @property
    def points(self) -> float:
        """Return the points of all questions together."""
        return sum(question.points for question in self.questions)

    @property
    def most(self) -> float:
        """Return the points that there are."""
        return sum(question.most for question in self.questions)

    def as_dict(self) -> dict[str, Any]:
        """Return the result as data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Graded:
        """Return the result that `as_dict` gave."""
        questions = tuple(QuestionResult(**question) for question in data["questions"])
        return cls(**{**data, "questions": questions, "notes": tuple(data["notes"])})


@dataclass(frozen=True)
class Task:
    """A submission on its way to a worker: its answers, and what to grade them with."""

    digest: str
    assignment: str
    answers: dict[str, str]
    notes: tuple[str, ...]
    own_names: tuple[str, ...]
    seed: int
    limits: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the task as data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Task:
        """Return the task that `as_dict` gave."""
        return cls(**{**data, "notes": tuple(data["notes"]), "own_names": tuple(data["own_names"])})
