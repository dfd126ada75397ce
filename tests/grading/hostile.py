"""How hostile submissions are made; the corpus itself stands in corpus_*.py.

They are made from the exercises of chapter 2, whose solutions are the honest answers. `lost` names
the questions that a submission loses, `says` a part of what its report must say.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

from dlcourse.grading.questions import find

ROOT = Path(__file__).parents[2]
CHAPTER = "02_perceptron"
STUDENT = json.loads((ROOT / f"exercises/{CHAPTER}.ipynb").read_text("utf-8"))
SOLUTION = json.loads((ROOT / f"exercises/solutions/{CHAPTER}.ipynb").read_text("utf-8"))


def marks(cell):
    return cell["metadata"]["nbgrader"]


ANSWERS = {
    marks(cell)["grade_id"]: "".join(cell["source"])
    for cell in SOLUTION["cells"]
    if marks(cell)["solution"]
}
STARTERS = {
    marks(cell)["grade_id"]: "".join(cell["source"])
    for cell in STUDENT["cells"]
    if marks(cell)["solution"]
}
POINTS = {
    marks(cell)["grade_id"].removesuffix("_check"): marks(cell)["points"]
    for cell in SOLUTION["cells"]
    if marks(cell)["grade"]
}
QUESTIONS = list(ANSWERS)
VICTIM = next(  # an answer in which everything is allowed, between others
    name for name in QUESTIONS if ANSWERS[name].count("def ") and not find(name).banned
)
FULL = sum(POINTS.values())
WRONG = {name: f"{text}\n{name} = lambda *a, **k: 0.123\n" for name, text in ANSWERS.items()}
WRONG["xor_weights"] = "w1, b1, w2, b2 = [[1, 1], [1, 1]], [0, 0], [1, 1], 0\n"


def notebook(answers: dict[str, str] | None = None) -> dict:
    """Return the student's notebook with answers filled in: honest ones, but for those given."""
    filled = copy.deepcopy(STUDENT)
    for cell in filled["cells"]:
        name = marks(cell)["grade_id"]
        if name in ANSWERS:
            cell["source"] = {**ANSWERS, **(answers or {})}[name].splitlines(keepends=True)
    return filled


def dump(data: dict) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")


def cell_of(data: dict, name: str) -> dict:
    return next(cell for cell in data["cells"] if marks(cell)["grade_id"] == name)


@dataclass(frozen=True)
class Case:
    """One submission: what it holds, which questions it loses, what its report says."""

    name: str
    content: Callable[[], bytes]
    lost: tuple[str, ...] = ()
    says: str = ""
    file: str = ""
    unreadable: bool = False

    @property
    def points(self) -> int:
        return 0 if self.unreadable else FULL - sum(POINTS[name] for name in self.lost)


CASES: list[Case] = []


def before(code: str) -> str:
    """Return the victim's answer: hostile code, then what is right."""
    return f"{dedent(code).strip()}\n\n{ANSWERS[VICTIM]}"


def inside(code: str) -> str:
    """Return the victim's answer: a function whose body is hostile."""
    return f"def {VICTIM}(*args, **kwargs):\n{indent(dedent(code).strip(), '    ')}\n"


def answer(name: str, text: str, lost: tuple[str, ...] = (VICTIM,), says: str = "") -> None:
    CASES.append(Case(name, lambda: dump(notebook({VICTIM: text})), lost, says))


def changed(
    name: str,
    change: Callable[[dict], object],
    lost: tuple[str, ...] = (),
    says: str = "",
    answers: dict[str, str] | None = None,
    file: str = "",
) -> None:
    def content() -> bytes:
        data = notebook(answers)
        result = change(data)
        return dump(result if isinstance(result, dict) else data)

    CASES.append(Case(name, content, lost, says, file))


def unreadable(name: str, content: Callable[[], bytes], says: str) -> None:
    CASES.append(Case(name, content, says=says, unreadable=True))


HARMLESS = ()
EVERYTHING = tuple(QUESTIONS)


def attack(name: str, code: str, lost: tuple[str, ...] = EVERYTHING, says: str = "") -> None:
    """Add wrong answers, the first of which attacks."""
    first = QUESTIONS[0]
    text = f"{dedent(code).strip()}\n{WRONG[first]}"
    CASES.append(Case(name, lambda: dump(notebook({**WRONG, first: text})), lost, says))
