"""What the exercises of a chapter are: their titles, questions and solutions, in order."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import jupytext

from dlcourse.grading import build
from dlcourse.grading.question import Question
from dlcourse.grading.questions import find


@dataclass(frozen=True)
class Exercise:
    """One exercise as its source has it: title ("1.3 A weighted sum"), question, solution."""

    title: str
    question: Question
    solution: str


@dataclass(frozen=True)
class Outline:
    """The exercises of a chapter, such as "01_introduction": its number, its topic, each one."""

    chapter: str
    number: int
    topic: str
    exercises: tuple[Exercise, ...]

    @property
    def points(self) -> int:
        """Return the points of all its questions."""
        return sum(exercise.question.points for exercise in self.exercises)

    @property
    def minutes(self) -> int:
        """Return the minutes that all its questions take, about."""
        return sum(exercise.question.minutes for exercise in self.exercises)

    @property
    def kinds(self) -> Counter[str]:
        """Return how many questions there are of each kind."""
        return Counter(exercise.question.kind for exercise in self.exercises)


def outlines(root: Path) -> list[Outline]:
    """Return the outline of each chapter that has a source under a root, in order."""
    return [outline(root, chapter) for chapter in build.chapters(root)]


def outline(root: Path, chapter: str) -> Outline:
    """Return the outline of one chapter, read from its source."""
    source = build.paths(root, chapter)[0].read_text("utf-8")
    cells = jupytext.reads(source, fmt="md:myst").cells
    heading = re.match(r"# Exercises (\d+): (.+)", cells[0].source)
    if heading is None:
        raise build.SourceError(f"{chapter}: the source starts with '# Exercises N: topic'.")
    exercises = []
    title = answer = ""
    for cell in cells:
        role = build.role(cell)
        if role == "statement":
            title = cell.source.partition("\n")[0].removeprefix("## ")
        elif role == "answer":
            answer = cell.source
        elif role == "check":
            exercises.append(Exercise(title, find(build.asked(cell)), build.solved(answer)))
    return Outline(chapter, int(heading[1]), heading[2], tuple(exercises))
