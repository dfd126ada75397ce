"""Make a class of submissions whose marks are known: right, unusual, wrong and missing answers.

The wrong and the unusual right answers are those of the exercises' own tests, where each is proven
to be what it is called.
"""

from __future__ import annotations

import copy
import json
import random
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EXERCISES = ROOT / "exercises"
SHARES = {"solved": 0.55, "unusual": 0.15, "wrong": 0.2, "untouched": 0.1}

sys.path.append(str(ROOT / "tests" / "exercises"))


@dataclass(frozen=True)
class Submission:
    """A student's notebook, and the points that it deserves."""

    student: str
    content: str
    points: float


def make(chapter: str, students: int, seed: int = 1) -> list[Submission]:
    """Return one submission a student; no two are equal, so that each has to be graded."""
    chance = random.Random(seed)
    return [_submission(chapter, f"student_{number:05d}", chance) for number in range(students)]


def write(submissions: list[Submission], folder: Path, chapter: str) -> None:
    """Write each submission as FOLDER/STUDENT/CHAPTER.ipynb."""
    for one in submissions:
        path = folder / one.student / f"{chapter}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(one.content, "utf-8")


def _submission(chapter: str, student: str, chance: random.Random) -> Submission:
    from dlcourse.grading.questions import find

    data, points = copy.deepcopy(_notebook(chapter)), 0.0
    for cell in data["cells"]:
        if not _marks(cell).get("solution"):
            continue
        name = cell["metadata"]["nbgrader"]["grade_id"]
        kinds = {kind: texts for kind, texts in _answers(chapter)[name].items() if texts}
        weights = [SHARES[kind] for kind in kinds]
        (kind,) = chance.choices(list(kinds), weights)
        cell["source"] = f"# {student}\n{chance.choice(kinds[kind])}"
        points += find(name).points if kind in ("solved", "unusual") else 0
    return Submission(student, json.dumps(data), points)


def _marks(cell: dict[str, Any]) -> dict[str, Any]:
    return cell["metadata"].get("nbgrader", {})


@cache
def _notebook(chapter: str) -> dict[str, Any]:
    return json.loads((EXERCISES / f"{chapter}.ipynb").read_text("utf-8"))


@cache
def _answers(chapter: str) -> dict[str, dict[str, list[str]]]:
    """Return by question, then by kind, the answers that there are."""
    from exercise_cells import table

    solved = json.loads((EXERCISES / "solutions" / f"{chapter}.ipynb").read_text("utf-8"))
    found: dict[str, dict[str, list[str]]] = {}
    for kind, notebook in (("solved", solved), ("untouched", _notebook(chapter))):
        for cell in notebook["cells"]:
            if _marks(cell).get("solution"):
                text = "".join(cell["source"])
                found.setdefault(_marks(cell)["grade_id"], {})[kind] = [text]
    for kind, folder in (("unusual", "right"), ("wrong", "wrong")):
        for entry in table(folder):
            if entry.chapter == chapter:
                found[entry.question].setdefault(kind, []).append(entry.code)
    return found
