"""From one source a chapter to the student's notebook and the instructor's.

`exercises/sources/NN_topic.md` is a MyST notebook in which regions are marked:

    ### BEGIN SOLUTION ... ### END SOLUTION           the answer
    ### BEGIN STUB ... ### END STUB                   what the student gets instead
    ### BEGIN HIDDEN TESTS ... ### END HIDDEN TESTS   for the instructor alone

A question is a markdown cell with a heading, a code cell with a solution, and a cell that calls
`check("name", answer)`. Its points, minutes and bans come from `dlcourse.grading.questions`.
Both notebooks are the same to the last byte whenever they are built from the same source.
"""

from __future__ import annotations

import ast
import copy
import os
import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from dlcourse.grading.judge import judge
from dlcourse.grading.probes import CHAPTERS
from dlcourse.grading.question import Question
from dlcourse.grading.questions import questions_of

CHECK = re.compile(r'^check\("(\w+)", (.+)\)$', re.MULTILINE)
REVEAL = re.compile(r'^reveal\("(\w+)", (.+)\)$', re.MULTILINE)
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# TensorFlow without its start-up messages, without a GPU, and with one order of its sums.
QUIET = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "TF_ENABLE_ONEDNN_OPTS": "0",
}


class SourceError(ValueError):
    """A source of exercises is not in the form that `dlcourse.grading.build` describes."""


@dataclass(frozen=True)
class Pair:
    """The two notebooks that one source gives, before the instructor's is executed."""

    student: NotebookNode
    instructor: NotebookNode


def region(text: str, name: str, replacement: str | None) -> str:
    """Return a cell's text with each region of that name replaced, or dropped for None."""
    begin, end = f"### BEGIN {name}", f"### END {name}"
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if line.strip() == begin:
            if inside:
                raise SourceError(f"{begin!r} is followed by another {begin!r} before {end!r}.")
            inside = True
            if replacement is not None:
                margin = line[: len(line) - len(line.lstrip())]
                lines += indent(replacement, margin).splitlines()
        elif line.strip() == end:
            if not inside:
                raise SourceError(f"{end!r} has no {begin!r} before it.")
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise SourceError(f"{begin!r} is never closed by {end!r}.")
    return "\n".join(lines)


def content(text: str, name: str) -> str:
    """Return what the first region of that name holds, without its margin; "" if none."""
    begin, end = re.escape(f"### BEGIN {name}"), re.escape(f"### END {name}")
    found = re.search(rf"^[ \t]*{begin}\n(.*?)^[ \t]*{end}", text + "\n", re.DOTALL | re.MULTILINE)
    return dedent(found[1]).rstrip("\n") if found else ""


def stub(text: str) -> str:
    """Return an answer cell as the student gets it: valid Python that gives no answer yet."""
    if content(text, "STUB"):
        return region(region(text, "SOLUTION", None), "STUB", content(text, "STUB")).strip("\n")
    inside_function = re.search(r"^[ \t]+### BEGIN SOLUTION", text, re.MULTILINE)
    if inside_function:
        return region(text, "SOLUTION", "return ...  # replace this line by your code")
    tree = ast.parse(content(text, "SOLUTION"))
    targets = [node.targets[0] for node in tree.body if isinstance(node, ast.Assign)]
    if len(targets) != len(tree.body) or not all(isinstance(t, ast.Name) for t in targets):
        raise SourceError(
            "A solution outside a function must be assignments, or come with a STUB region."
        )
    return region(text, "SOLUTION", "\n".join(f"{ast.unparse(t)} = ..." for t in targets))


def build(source: str, chapter: str) -> Pair:
    """Return the student's and the instructor's notebook of a source, neither executed."""
    cells = jupytext.reads(source, fmt="md:myst").cells
    questions = {question.name: question for question in questions_of(chapter)}
    student: list[NotebookNode] = []
    instructor: list[NotebookNode] = []
    names: list[str] = []
    for index, cell in enumerate(cells):
        name = _question_of(cells, index)
        part = role(cell)
        if name is not None and name not in questions:
            raise SourceError(f"{chapter}: dlcourse.grading.questions has no question {name!r}.")
        if name is not None and part == "check":
            names.append(name)
            _check_lines(cell.source, name)
        text = cell.source
        if name is not None and part == "statement":
            text = _with_marks(text, questions[name])
        metadata = _metadata(part, questions.get(name or ""), index, cell.metadata)
        for notebook, shown in (
            (student, _for_student(text, part)),
            (instructor, region(text, "STUB", None).strip("\n")),
        ):
            notebook.append(_cell(cell.cell_type, shown, copy.deepcopy(metadata)))
    if names != list(questions):
        raise SourceError(f"{chapter}: expected the questions {list(questions)}, received {names}.")
    return Pair(_notebook(student), _notebook(instructor))


def role(cell: NotebookNode) -> str:
    """Return what a cell of a source is for: statement, text, answer, check or given."""
    if cell.cell_type == "markdown":
        return "statement" if cell.source.startswith("## ") else "text"
    if "### BEGIN SOLUTION" in cell.source:
        return "answer"
    return "check" if CHECK.search(cell.source) else "given"


def asked(cell: NotebookNode) -> str:
    """Return the name of the question that a check cell checks."""
    found = CHECK.search(cell.source)
    assert found is not None
    return found[1]


def solved(text: str) -> str:
    """Return an answer cell with the solution in it and no marks around it."""
    lines = region(text, "STUB", None).strip("\n").splitlines()
    return "\n".join(line for line in lines if "### BEGIN" not in line and "### END" not in line)


def _question_of(cells: list[NotebookNode], index: int) -> str | None:
    """Return the name of the question a cell belongs to: that of the first check at or after it."""
    first = role(cells[index])
    if first in ("text", "given"):
        return None
    for cell in cells[index:]:
        if role(cell) == "check":
            return asked(cell)
        if role(cell) == "statement" and cell is not cells[index]:
            break
    if first == "statement":
        return None  # a heading without a question
    raise SourceError(f"No check follows this answer:\n{cells[index].source}")


def _check_lines(text: str, name: str) -> None:
    checks, reveals = CHECK.findall(text), REVEAL.findall(content(text, "HIDDEN TESTS"))
    if len(checks) != 1 or checks != reveals:
        raise SourceError(
            f"{name}: a check cell holds one check(name, answer), and in its hidden region one "
            f"reveal() with the same arguments; received {checks} and {reveals}."
        )


def _with_marks(text: str, question: Question) -> str:
    """Return a statement with a line below its heading: points, minutes, kind, bans."""
    heading, _, rest = text.partition("\n")
    line = f"*{question.marks}*"
    if question.banned:
        names = ", ".join(f"`{name}`" for name in question.banned)
        line += f"\n\n*Your answer may not use {names}.*"
    return f"{heading}\n\n{line}\n{rest}"


def _for_student(text: str, part: str) -> str:
    if part == "answer":
        return stub(text)
    return region(text, "HIDDEN TESTS", None).rstrip("\n")


def _metadata(
    part: str, question: Question | None, index: int, given: dict[str, Any]
) -> dict[str, Any]:
    """Return a cell's metadata in nbgrader's schema; its grade_id is also the id of the cell."""
    name = question.name if question else ""
    suffix = {"statement": "_statement", "check": "_check"}.get(part, "")
    tags = list(given.get("tags", []))
    nbgrader: dict[str, Any] = {
        "grade": part == "check",
        "grade_id": f"{name}{suffix}" if name else f"cell-{index:02d}",
        "locked": part != "answer",
        "schema_version": 3,
        "solution": part == "answer",
        "task": False,
    }
    if part == "check" and question:
        nbgrader["points"] = question.points
    if part == "answer":
        tags.append("nbval-ignore-output")  # what an answer prints is nobody's business
    metadata: dict[str, Any] = {"nbgrader": nbgrader}
    metadata["deletable"] = False
    if nbgrader["locked"]:
        metadata["editable"] = False
    return metadata | ({"tags": tags} if tags else {})


def _cell(kind: str, text: str, metadata: dict[str, Any]) -> NotebookNode:
    make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
    return make(text, id=metadata["nbgrader"]["grade_id"], metadata=metadata)


def _notebook(cells: list[NotebookNode]) -> NotebookNode:
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=copy.deepcopy(METADATA))
    nbformat.validate(notebook)
    return notebook


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run a notebook in a fresh kernel; return it with its outputs, without times."""
    from nbclient import NotebookClient

    notebook = copy.deepcopy(notebook)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env={**os.environ, **QUIET, "DLCOURSE_SEED": "0"})
    notebook.metadata = NotebookNode(copy.deepcopy(METADATA))
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":  # what libraries say on stderr holds times and process numbers
            cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]
    return notebook


def write(notebook: NotebookNode) -> str:
    """Return a notebook as the text of its file."""
    return nbformat.writes(notebook, indent=1, sort_keys=True) + "\n"


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a notebook with no outputs and no execution counts."""
    bare = copy.deepcopy(notebook)
    for cell in bare.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return bare


def paths(root: Path, chapter: str) -> tuple[Path, Path, Path]:
    """Return where the source, the student's and the instructor's notebook of a chapter are."""
    folder = root / "exercises"
    return (
        folder / "sources" / f"{chapter}.md",
        folder / f"{chapter}.ipynb",
        folder / "solutions" / f"{chapter}.ipynb",
    )


def chapters(root: Path) -> list[str]:
    """Return the chapters that have a source, in order."""
    return [chapter for chapter in CHAPTERS if paths(root, chapter)[0].exists()]


def stale(root: Path, chapter: str) -> list[str]:
    """Return a sentence for each notebook of a chapter that is not what its source gives now.

    Of the stored outputs, the values that the hidden checks reveal are compared with the truth; the
    rest is left to nbval, which runs the instructor's notebook.
    """
    source, student, instructor = paths(root, chapter)
    pair = build(source.read_text("utf-8"), chapter)
    found = []
    if not student.exists() or student.read_text("utf-8") != write(pair.student):
        found.append(f"exercises/{student.name} is not what its source gives.")
    stored = nbformat.read(instructor, as_version=4) if instructor.exists() else None
    if stored is None or write(without_outputs(stored)) != write(pair.instructor):
        found.append(f"exercises/solutions/{instructor.name} is not what its source gives.")
    elif not all(_revealed(stored, question) for question in questions_of(chapter)):
        found.append(f"exercises/solutions/{instructor.name} holds old outputs.")
    return found


def _revealed(notebook: NotebookNode, question: Question) -> bool:
    """Return whether the stored output of a hidden check is what the judge finds right."""
    cell = next(cell for cell in notebook.cells if cell.id == f"{question.name}_check")
    texts = [out.data["text/plain"] for out in cell.outputs if out.output_type == "display_data"]
    return len(texts) == 1 and judge(question.name, texts[0], 0).right


def make(root: Path, chapter: str) -> None:
    """Write the student's and the executed instructor's notebook of a chapter."""
    source, student, instructor = paths(root, chapter)
    pair = build(source.read_text("utf-8"), chapter)
    instructor.parent.mkdir(parents=True, exist_ok=True)
    student.write_text(write(pair.student), "utf-8")
    instructor.write_text(write(execute(pair.instructor, student.parent)), "utf-8")
