"""Run the cells of exercise notebooks in this process, without a kernel; read tables of answers."""

from __future__ import annotations

import linecache
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from dlcourse.grading.build import CHECK, content
from dlcourse.grading.judge import judge
from dlcourse.grading.probes import find_probe
from dlcourse.grading.question import Verdict
from dlcourse.grading.trial import run
from dlcourse.grading.values import dumps

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "exercises"


def run_cell(source: str, namespace: dict[str, Any], name: str) -> None:
    """Run a cell's text in a namespace, known to linecache as IPython makes its cells known."""
    filename = f"<cell {name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    exec(compile(source, filename, "exec"), namespace)


def read(path: Path) -> list:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def role(cell) -> str:
    metadata = cell.metadata["nbgrader"]
    return "check" if metadata["grade"] else "answer" if metadata["solution"] else "given"


def checks_of(path: Path) -> dict[str, tuple[str, str, str]]:
    """Return, by question: all given cells before it as one text, its answer, its check."""
    found, given, answer = {}, "", ""
    for cell in read(path):
        if role(cell) == "given":
            given += cell.source + "\n"
        elif role(cell) == "answer":
            answer = cell.source
        else:
            found[CHECK.search(cell.source)[1]] = (given, answer, cell.source)
    return found


def answer_of(question: str, given: str, answer: str, check: str) -> tuple[Any, dict[str, Any]]:
    """Return the object that a check would be given, after running the cells before it."""
    namespace: dict[str, Any] = {}
    run_cell(given, namespace, f"given {question}")
    run_cell(answer, namespace, f"answer {question}")
    return eval(CHECK.search(check)[2], namespace), namespace


def verdict(question: str, answer: Any, seed: int, source: str | None = None) -> Verdict:
    """Return the judgement of an answer for a seed, as the grader makes it."""
    text = dumps(run(find_probe(question), question, answer, seed).values)
    return judge(question, text, seed, source)


@dataclass(frozen=True)
class Entry:
    """One answer in a table: its question, its name (a mistake, perhaps numbered), its code."""

    chapter: str
    question: str
    name: str
    code: str

    @property
    def mistake(self) -> str:
        return self.name.partition(" ")[0]

    def __str__(self) -> str:
        return f"{self.question}-{self.name.replace(' ', '_')}"


def table(folder: str) -> list[Entry]:
    """Return the answers in <folder>/*.md: each a heading `question: name` and a code block."""
    pattern = re.compile(r"^## (\w+): (.+?)\n.*?^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [
        Entry(path.stem, question, name.strip(), code)
        for path in sorted((Path(__file__).parent / folder).glob("*.md"))
        for question, name, code in pattern.findall(path.read_text("utf-8"))
    ]


__all__ = ["FOLDER", "ROOT", "Entry", "answer_of", "checks_of", "content", "run_cell", "table"]
