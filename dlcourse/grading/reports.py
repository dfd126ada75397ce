"""Reports in text: a table in the terminal, Markdown, grades.csv and JUnit XML."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree

from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from dlcourse.grading.plain import FORMULA
from dlcourse.grading.policy import Attempt
from dlcourse.grading.results import Graded, QuestionResult


def number(points: float) -> str:
    """Return points without needless digits."""
    return f"{points:g}"


def parts(result: QuestionResult) -> list[tuple[str, str]]:
    """Return what there is to say about a question, as labels and texts."""
    rows = [
        ("tried", result.tried),
        ("expected", result.expected),
        ("received", result.received),
        ("error", result.error),
        ("hint", result.hint),
        ("note", result.note),
    ]
    return [(label, text) for label, text in rows if text]


def show(graded: Graded, title: str, console: Console) -> None:
    """Print the result of one notebook as a table."""
    if graded.problem or graded.failure:
        console.print(f"[bold]{escape(title)}[/bold]: {escape(graded.problem or graded.failure)}")
        return
    table = Table("question", "points", "", title=escape(title), title_justify="left")
    for result in graded.questions:
        points = f"{number(result.points)} of {number(result.most)}"
        style = "green" if result.right else "red"
        lines = [
            Text.assemble((f"{label:<9}", "bold"), text.replace("\n", "\n" + " " * 9))
            for label, text in parts(result)
        ]
        if result.right:
            lines = [Text("right", "green")]
        table.add_row(result.question, Text(points, style), Group(*lines), end_section=True)
    console.print(table)
    console.print(f"[bold]{number(graded.points)} of {number(graded.most)} points[/bold]")
    for note in graded.notes:
        console.print(f"Note: {escape(note)}")
    console.print(
        f"[dim]Inputs from seed {graded.seed}. Isolation: {escape(graded.isolation)}[/dim]"
    )


def markdown(graded: Graded, title: str) -> str:
    """Return the result of one notebook as Markdown, for the summary of a CI run."""

    def cell(text: str) -> str:
        plain = re.sub(r"([\\`*_{}\[\]<>|&#!])", r"\\\1", text)
        return plain.replace("\r", "").replace("\n", "<br>")

    lines = [f"### {cell(title)}", ""]
    if graded.problem or graded.failure:
        return "\n".join([*lines, cell(graded.problem or graded.failure), ""])
    lines += ["| question | points | |", "|---|---|---|"]
    for result in graded.questions:
        said = (
            "right"
            if result.right
            else "<br>".join(f"{label}: {cell(text)}" for label, text in parts(result))
        )
        points = f"{number(result.points)} of {number(result.most)}"
        lines.append(f"| {cell(result.question)} | {points} | {said} |")
    lines += ["", f"**{number(graded.points)} of {number(graded.most)} points.**", ""]
    lines += [f"- {cell(note)}" for note in graded.notes]
    lines += ["", f"Isolation: {cell(graded.isolation)}", ""]
    return "\n".join(lines)


def safe(value: object) -> str:
    """Return a value for a CSV file, such that no spreadsheet takes it for a formula."""
    text = str(value).replace("\r", "\n")  # csv would not quote it, and it would begin a row
    numeric = isinstance(value, int | float)
    return f"'{text}" if text.lstrip().startswith(FORMULA) and not numeric else text


def table(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([safe(value) for value in row] for row in rows)
    return text.getvalue()


def grades(attempts: Sequence[Attempt]) -> str:
    """Return grades.csv: a row a student and assignment, the attempt that counts."""
    rows: list[list[object]] = [
        [
            "student",
            "assignment",
            "points",
            "of",
            "penalty",
            "handed in",
            "attempts",
            "file",
            "note",
        ]
    ]
    tries = Counter((one.student, assignment_of(one)) for one in attempts)
    for one in counting(attempts):
        rows.append(
            [
                one.student,
                assignment_of(one),
                "" if one.pending else one.mark,
                number(one.most) if one.most else "",
                f"{one.penalty:.0%}" if one.penalty and not one.unreadable else "",
                when(one.time),
                tries[one.student, assignment_of(one)],
                one.shown,
                _remark(one),
            ]
        )
    return table(rows)


def _remark(one: Attempt) -> str:
    if one.graded is None or one.graded.failure:
        return "not graded yet: run the command again"
    if one.graded.problem:
        return one.graded.problem
    return " ".join(one.graded.notes)


def counting(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Return the attempts that count."""
    return [attempt for attempt in attempts if attempt.counts]


def assignment_of(one: Attempt) -> str:
    """Return the name of an attempt's assignment, "" where it is not known."""
    return one.assignment or (one.graded.assignment if one.graded else "")


def when(time: float) -> str:
    """Return a time as people write it."""
    try:
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):  # a file's date can be set to anything
        return "at no date that there is"


def junit(attempts: Sequence[Attempt]) -> str:
    """Return JUnit XML: a suite a student, a case a question."""
    root = ElementTree.Element("testsuites", name="dlcourse")
    for one in counting(attempts):
        graded = one.graded
        suite = ElementTree.SubElement(root, "testsuite", name=_xml(one.student))
        results = graded.questions if graded else ()
        wrong = sum(not result.right for result in results)
        seconds = sum(result.seconds for result in results)
        for result in results:
            case = ElementTree.SubElement(
                suite,
                "testcase",
                classname=_xml(f"{one.student}.{assignment_of(one)}"),
                name=result.question,
                time=f"{result.seconds:.3f}",
            )
            if not result.right:
                said = "\n".join(f"{label}: {text}" for label, text in parts(result))
                failure = ElementTree.SubElement(case, "failure", message=_xml(result.hint))
                failure.text = _xml(said)
        errors = 0
        if one.pending or (graded and graded.problem):
            errors = 1
            case = ElementTree.SubElement(suite, "testcase", classname=one.student, name="notebook")
            ElementTree.SubElement(case, "error", message=_xml(_remark(one)))
        suite.attrib |= {
            "tests": str(len(results) + errors),
            "failures": str(wrong),
            "errors": str(errors),
            "time": f"{seconds:.3f}",
        }
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _xml(text: str) -> str:
    """Return a text without the characters that no XML file may hold."""
    return "".join(c for c in text if c in "\t\n" or c.isprintable())


def file_name(student: str) -> str:
    """Return a file name for a student's page: readable, and different for different students."""
    kept = re.sub(r"[^\w.-]+", "_", student).strip("._") or "student"
    if kept == student:
        return f"{kept}.html"
    return f"{kept[:80]}-{hashlib.sha256(student.encode()).hexdigest()[:8]}.html"
