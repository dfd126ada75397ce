"""Read a submission as data, and take from it the answers alone.

Its checks, outputs, tags, metadata and kernel are ignored; nothing of it is executed here. The
rules, in this order, for the cell that holds the answer to a question NAME:

1. A code cell that nbgrader's metadata call NAME; of several, those that differ from the starter;
   of several different ones, the last in the notebook.
2. Else the one code cell whose id is NAME.
3. Else the one code cell that defines what the starter defines.
4. A Markdown or raw cell called NAME counts as code if it is Python.
5. Where that cell is empty or as it was handed out, the one cell of the student's own that defines
   all that the starter defines is taken instead; of several different ones, none.

Whatever is not as it was handed out is reported in a sentence.
"""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from dlcourse.grading.assignment import Assignment
from dlcourse.grading.plain import printable

LARGEST_FILE, LARGEST_CODE, LARGEST_ANSWER, MOST_CELLS = 16_000_000, 2_000_000, 200_000, 5_000


@dataclass(frozen=True)
class Submission:
    """The answers of one notebook. `problem` says why there are none; `notes` what was unusual.

    `own_names`: names that the student defines in cells of their own, which are not run.
    """

    assignment: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    problem: str = ""
    own_names: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Return what identifies the content that is graded."""
        content = [self.assignment, self.answers, self.own_names, self.problem]
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class RawCell:
    """A cell of a submission: its kind, the name nbgrader knows it by, its id, its text."""

    kind: str
    name: str
    id: str
    text: str


def read(content: bytes, assignments: dict[str, Assignment], wanted: str = "") -> Submission:
    """Return the answers in a notebook's bytes; whatever the bytes are, this does not raise.

    `wanted` names the assignment; without it, the one whose questions the notebook has.
    """
    cells, problem = _cells(content)
    if problem:
        return Submission(wanted, problem=problem)
    traces = _traces(cells)
    recognised = _recognise(traces, assignments)
    assignment = assignments.get(wanted) if wanted else recognised
    if assignment and recognised and not _likeness(traces, assignment):
        return Submission(
            wanted,
            problem=f"This notebook answers {recognised.name}, not {wanted}. Hand in the notebook "
            f"{wanted}.ipynb, or have this one graded as {recognised.name}.",
        )
    if assignment is None:
        return Submission(
            wanted,
            problem="This notebook has none of the questions of the course: it is another notebook "
            "or its cells were made anew. Copy your answers into the notebook that was handed out.",
        )
    answers, notes, used = {}, [], set()
    for question in assignment.questions:
        cell, note = _answer(question, cells, assignment)
        cell, note = _own_instead(question, cell, cells, assignment) or (cell, note)
        if note:
            notes.append(note)
        if cell is not None:
            used.add(id(cell))
            answers[question] = cell.text[:LARGEST_ANSWER]
            if len(cell.text) > LARGEST_ANSWER:
                notes.append(f"{question}: only the first {LARGEST_ANSWER} characters were used.")
    notes += _checks_changed(cells, assignment)
    own = [cell for cell in _own(cells, assignment) if id(cell) not in used]
    own_names = sorted({name for cell in own for name in defined(cell.text) | _imported(cell.text)})
    return Submission(
        assignment.name, answers, tuple(printable(note) for note in notes), "", tuple(own_names)
    )


def _cells(content: bytes) -> tuple[list[RawCell], str]:
    """Return a notebook's cells, in any format there ever was, or the sentence why not."""
    if len(content) > LARGEST_FILE:
        return [], too_large(len(content))
    if not content.strip():
        return [], "This file is empty. Save the notebook and hand it in again."
    try:
        utf_16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
        notebook = json.loads(content.decode("utf-16" if utf_16 else "utf-8-sig", "replace"))
    except (ValueError, RecursionError, UnicodeError):
        return [], _not_json(content)
    raw = _raw_cells(notebook)
    if raw is None:
        return [], (
            "This file is JSON, and not a notebook: it has no list of cells. Hand in the file that "
            "Jupyter saves as .ipynb."
        )
    cells = [_cell(item) for item in raw[:MOST_CELLS] if isinstance(item, dict)]
    code = sum(len(cell.text) for cell in cells if cell.kind == "code")
    if code > LARGEST_CODE:
        return [], (
            f"This notebook holds {code / 1e6:.0f} million characters of code; at most "
            f"{LARGEST_CODE // 10**6} million are read. Were data pasted into a cell?"
        )
    return cells, ""


def _not_json(content: bytes) -> str:
    """Return what to say of a file that is no notebook, by how it begins."""
    if content.startswith(b"%PDF"):
        return "This file is a PDF. Hand in the notebook itself, the file that ends in .ipynb."
    if content.startswith(b"PK"):
        return "This file is a zip archive. Unpack it, and hand in the notebook (.ipynb) in it."
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return (
            "This file is not a notebook: it is not valid JSON. It may have been cut off while it "
            "was saved or uploaded. Open it in Jupyter, save it, and hand it in again."
        )
    return (
        "This file is not a notebook: it is not valid JSON, and does not begin like a notebook "
        "that was cut off. Hand in the file that Jupyter saves as .ipynb."
    )


def too_large(size: int) -> str:
    """Return what to say of a file of so many bytes."""
    return (
        f"This file has {size / 1e6:,.0f} MB; at most {LARGEST_FILE // 10**6} MB are read. Clear "
        "the outputs of all cells, save, and hand it in again."
    )


def _raw_cells(notebook: Any) -> list[Any] | None:
    """Return the list of cells: at the top since nbformat 4, in worksheets before."""
    if not isinstance(notebook, dict):
        return None
    if isinstance(notebook.get("cells"), list):
        return notebook["cells"]
    sheets = notebook.get("worksheets")
    if not isinstance(sheets, list):
        return None
    lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    return [cell for cells in lists if isinstance(cells, list) for cell in cells]


def _cell(raw: dict[str, Any]) -> RawCell:
    metadata = raw.get("metadata")
    marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = marks.get("grade_id") if isinstance(marks, dict) else ""
    text = raw.get("source", raw.get("input", ""))
    if isinstance(text, list):
        text = "".join(part for part in text if isinstance(part, str))
    text = text if isinstance(text, str) else ""
    text = text.encode("utf-8", "replace").decode().replace("\0", "")
    return RawCell(str(raw.get("cell_type")), str(name or ""), str(raw.get("id") or ""), text)


def _recognise(
    traces: tuple[set[str], set[str]], assignments: dict[str, Assignment]
) -> Assignment | None:
    """Return the assignment most of whose questions a notebook has, or most of whose names."""
    best, most = None, 0
    for assignment in assignments.values():
        found = _likeness(traces, assignment)
        if found > most:
            best, most = assignment, found
    return best


def _traces(cells: list[RawCell]) -> tuple[set[str], set[str]]:
    """Return the names that a notebook's cells have, and the names that they define."""
    marked = {cell.name for cell in cells} | {cell.id for cell in cells}
    return marked, {name for c in cells if c.kind == "code" for name in defined(c.text)}


def _likeness(traces: tuple[set[str], set[str]], assignment: Assignment) -> int:
    """Return how much of an assignment a notebook has: 0 where nothing of it."""
    marked, names = traces
    starters = {n for text in assignment.starters.values() for n in defined(text)}
    return 100 * len(set(assignment.questions) & marked) + len(starters & names)


def _own(cells: list[RawCell], assignment: Assignment) -> list[RawCell]:
    """Return the code cells that a student made: those that no notebook handed out has."""
    ours = {cell.id for cell in assignment.cells}
    return [cell for cell in cells if cell.kind == "code" and not {cell.name, cell.id} & ours]


def _own_instead(
    question: str, cell: RawCell | None, cells: list[RawCell], assignment: Assignment
) -> tuple[RawCell, str] | None:
    """Return the student's own cell with an answer whose cell was left alone (rule 5), or None."""
    starter = assignment.starters.get(question, "")
    if cell is None or cell.text.strip() not in ("", starter.strip()):
        return None
    names = defined(starter)
    own = [c for c in _own(cells, assignment) if names and names <= defined(c.text)]
    own = [c for c in own if c.text.strip() != starter.strip()]
    named = ", ".join(f"`{name}`" for name in sorted(names))
    if not own:
        return None
    if len({c.text for c in own}) > 1:
        return cell, (
            f"{question}: its cell was left as it was, and {len(own)} other cells define {named}. "
            "It is not clear which one counts: write the answer into the answer cell."
        )
    return own[-1], (
        f"{question}: its cell was left as it was, and another cell defines {named}. That cell "
        "was graded."
    )


def _answer(
    question: str, cells: list[RawCell], assignment: Assignment
) -> tuple[RawCell | None, str]:
    """Return the cell with the answer to a question, by the rules above, and what to say."""
    named = [cell for cell in cells if cell.name == question]
    code = [cell for cell in named if cell.kind == "code"]
    if len(code) == 1:
        return code[0], ""
    if code:
        return _one_of(code, question, assignment)
    by_id = [cell for cell in cells if cell.id == question and cell.kind == "code"]
    if len(by_id) == 1 and not by_id[0].name:
        return by_id[0], ""
    names = defined(assignment.starters.get(question, ""))
    ours = {cell.id for cell in assignment.cells}  # a name that is not ours is no name
    same = [c for c in cells if c.kind == "code" and c.name not in ours]
    same = [c for c in same if names & defined(c.text)]
    complete = [cell for cell in same if names <= defined(cell.text)]
    if names and complete:
        cell = complete[-1]
        many = " The last of several was taken." if len(complete) > 1 else ""
        return cell, (
            f"{question}: its cell had lost its name, and was found by what it defines "
            f"({', '.join(sorted(names))}).{many}"
        )
    if named and _is_python(named[-1].text):
        kind = named[-1].kind
        return named[-1], f"{question}: its cell had become a {kind} cell and was read as code."
    if named:
        return None, f"{question}: its cell had become a {named[-1].kind} cell that is not Python."
    return None, f"{question}: its answer cell is not in the notebook."


def _one_of(cells: list[RawCell], question: str, assignment: Assignment) -> tuple[RawCell, str]:
    starter = assignment.starters.get(question)
    touched = [cell for cell in cells if cell.text != starter] or cells
    if len({cell.text for cell in touched}) == 1:
        return touched[-1], f"{question}: its cell is there {len(cells)} times, with one answer."
    return touched[-1], (
        f"{question}: its cell is there {len(cells)} times with different answers; the last one "
        "was taken."
    )


def _checks_changed(cells: list[RawCell], assignment: Assignment) -> list[str]:
    """Return a sentence if checks are missing or changed: it makes no difference, and is said."""
    found = {cell.name: cell for cell in cells if cell.name.endswith("_check")}
    if not found:
        return []
    missing = [q for q in assignment.questions if f"{q}_check" not in found]
    turned = [name for name, cell in found.items() if cell.kind != "code"]
    edited = [
        name
        for name, cell in found.items()
        if cell.kind == "code" and not cell.text.strip().startswith("check(")
    ]
    odd = [*(f"{q}_check" for q in missing), *turned, *edited]
    if not odd:
        return []
    named = ", ".join(name[:60] for name in sorted(odd)[:5])
    return [
        f"Check cells were removed or changed ({named}). This makes no "
        "difference: the answers were checked by the instructor's."
    ]


def _statements(text: str) -> list[ast.stmt]:
    """Return the statements at the top level of a cell; none where it is too long or no Python."""
    if len(text) > LARGEST_ANSWER:
        return []
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _imported(text: str) -> set[str]:
    """Return the names that a cell imports at its top level."""
    imports = [n for n in _statements(text) if isinstance(n, ast.Import | ast.ImportFrom)]
    return {(a.asname or a.name).split(".")[0] for node in imports for a in node.names}


@lru_cache(maxsize=1024)  # each question looks at each cell
def defined(text: str) -> frozenset[str]:
    """Return the names that a cell gives a value at its top level."""
    found: set[str] = set()
    for node in _statements(text):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                found |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
    return frozenset(found)


def _is_python(text: str) -> bool:
    return bool(defined(text))
