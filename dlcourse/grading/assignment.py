"""The instructor's notebook, as the grader uses it: its cells, by role and by question."""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from dlcourse.grading.probes import CHAPTERS

Role = Literal["given", "answer", "check"]
PACKAGE = Path(__file__).parent
JUDGES = ("judge.py", "values.py", "trial.py", "bans.py", "diagnosis.py")


class NotAnAssignment(ValueError):  # noqa: N818
    """A notebook has no questions in nbgrader's schema, or the folder holds no notebook."""


@dataclass(frozen=True)
class Cell:
    """A code cell of the instructor's notebook. `question` is "" for a given cell."""

    id: str
    role: Role
    question: str
    source: str


@dataclass(frozen=True)
class Assignment:
    """What one notebook of exercises asks. `starters` are its answer cells as students get them."""

    name: str
    cells: tuple[Cell, ...]
    starters: dict[str, str]

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """Return the names of the questions, in order."""
        return tuple(cell.question for cell in self.cells if cell.role == "answer")

    @cached_property
    def modules(self) -> list[str]:
        """Return the modules that the notebook imports, for the warm parent to import once."""
        found = set()
        for cell in self.cells:
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.add(node.module)
        return sorted(found)

    @cached_property
    def digest(self) -> str:
        """Return what identifies this assignment: its cells, and the code that judges them."""
        topic = CHAPTERS.get(self.name, "")
        files = [*JUDGES, f"questions/{topic}.py", f"probes/{topic}.py"]
        texts = [json.dumps([vars(cell) for cell in self.cells], sort_keys=True)]
        texts += [path.read_text("utf-8") for name in files if (path := PACKAGE / name).exists()]
        return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]

    def as_dict(self) -> dict[str, Any]:
        """Return the assignment as data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Assignment:
        """Return the assignment that `as_dict` gave."""
        return cls(data["name"], tuple(Cell(**cell) for cell in data["cells"]), data["starters"])


def load(instructor: Path, student: Path | None = None) -> Assignment:
    """Read an assignment from the instructor's notebook, and from the one that students get."""
    cells = []
    for raw in json.loads(instructor.read_text("utf-8"))["cells"]:
        if raw["cell_type"] != "code":
            continue
        marks = raw["metadata"].get("nbgrader", {})
        role: Role = (
            "answer" if marks.get("solution") else "check" if marks.get("grade") else "given"
        )
        name = str(marks.get("grade_id") or raw.get("id"))
        question = "" if role == "given" else name.removesuffix("_check")
        cells.append(Cell(name, role, question, "".join(raw["source"])))
    answers = {cell.question for cell in cells if cell.role == "answer"}
    checks = {cell.question for cell in cells if cell.role == "check"}
    if not answers or answers != checks:
        raise NotAnAssignment(
            f"{instructor.name}: each answer cell NAME needs a check cell NAME_check. Without a "
            f"partner: {', '.join(sorted(answers ^ checks)) or 'there are none'}."
        )
    starters = {}
    if student is not None and student.exists():
        for raw in json.loads(student.read_text("utf-8"))["cells"]:
            if raw["metadata"].get("nbgrader", {}).get("solution"):
                starters[raw["metadata"]["nbgrader"]["grade_id"]] = "".join(raw["source"])
    return Assignment(instructor.stem, tuple(cells), starters)


def load_all(folder: Path) -> dict[str, Assignment]:
    """Return every assignment of a folder with NAME.ipynb and solutions/NAME.ipynb, by name."""
    found = {
        path.stem: load(path, folder / path.name)
        for path in sorted((folder / "solutions").glob("*.ipynb"))
    }
    if not found:
        raise NotAnAssignment(
            f"{folder}/solutions holds no notebook to grade against. Name the folder of the "
            f"exercises with --exercises."
        )
    return found


def reference(
    assignment: Assignment, answers: dict[str, str], only: str, expected: dict[str, str]
) -> list[dict[str, Any]]:
    """Return the instructor's code cells with a student's answers and the expected outputs.

    `only` names the one question to keep, "" for all. What is not answered is empty, so that no
    solution ever reaches a kernel.
    """
    return [
        {
            "id": cell.id,
            "role": cell.role,
            "question": cell.question,
            "source": answers.get(cell.question, "") if cell.role == "answer" else cell.source,
            "outputs": _outputs(expected[cell.question]) if cell.role == "check" else [],
        }
        for cell in assignment.cells
        if not only or cell.role == "given" or cell.question == only
    ]


def _outputs(text: str) -> list[dict[str, Any]]:
    return [{"output_type": "display_data", "data": {"text/plain": text}, "metadata": {}}]
