"""`dlcourse exercises`: make the notebooks of the exercises from their sources, and count them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console, Group
from rich.table import Column, Table

app = typer.Typer(
    help="Make the exercise notebooks from their sources, and count them.", no_args_is_help=True
)
console = Console()

# The answers that the tests try on the checks, where the tests are at hand.
TABLES = {
    "wrong answers": "tests/exercises/wrong",
    "unusual right answers": "tests/exercises/right",
}
# So that a table fits a terminal of 80 columns.
PLAIN: Any = {"box": SIMPLE_HEAD, "pad_edge": False, "collapse_padding": True}
Root = Annotated[Path, typer.Option(help="The folder that holds exercises/ and chapters/.")]


@app.command()
def build(
    chapters: Annotated[
        list[str] | None, typer.Argument(help="Such as 03_activations; all if none is named.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail when something is stale.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Build also what is fresh.")] = False,
    root: Root = Path(),
) -> None:
    """Write the student's notebook, the solved one and the book's pages from each source.

    A source is exercises/sources/NN_topic.md. It gives exercises/NN_topic.ipynb (the student's),
    exercises/solutions/NN_topic.ipynb (solved, executed), and a part of chapters/exercises.md and
    chapters/solutions.md. What is fresh is left alone.
    """
    from dlcourse.grading import build as builder

    os.environ.update(builder.QUIET)
    wanted = _known(root, chapters)
    if check:
        with _plainly():
            _check(root, wanted)
        return
    with _plainly(), console.status("") as status:
        for chapter in wanted:
            status.update(f"{chapter}: comparing with its source ...")
            if not force and not builder.stale(root, chapter):
                console.print(f"{chapter}: fresh")
                continue
            status.update(f"{chapter}: building and running ...")
            builder.make(root, chapter)
            console.print(f"{chapter}: built")
    for path, text in _stale_pages(root).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        console.print(f"chapters/{path.name}: written")


@app.command(name="list")
def list_(
    questions: Annotated[
        bool, typer.Option("--questions", help="List each question instead of each chapter.")
    ] = False,
    root: Root = Path(),
) -> None:
    """Count the questions by chapter and kind, their points, minutes, known mistakes and tests."""
    _known(root, None)
    with _plainly():
        console.print(_by_question(root) if questions else _by_chapter(root))


def _known(root: Path, chapters: list[str] | None) -> list[str]:
    """Return the chapters that were named, or all; end with a sentence where there is no source."""
    from dlcourse.grading import build as builder

    known = builder.chapters(root)
    if not known:
        console.print(
            f"[red]{root.resolve().name}/exercises/sources holds no source. Run this in the "
            "course's folder, or name it with --root.[/red]"
        )
        raise typer.Exit(2)
    for chapter in chapters or ():
        if chapter not in known:
            console.print(f"[red]No source {chapter!r}. Known: {', '.join(known)}.[/red]")
            raise typer.Exit(2)
    return chapters or known


def _check(root: Path, chapters: list[str]) -> None:
    from dlcourse.grading import build as builder

    sentences = [sentence for chapter in chapters for sentence in builder.stale(root, chapter)]
    sentences += [
        f"chapters/{path.name} is not what the sources give." for path in _stale_pages(root)
    ]
    for sentence in sentences:
        console.print(f"[red]{sentence}[/red]")
    if sentences:
        console.print("Run: dlcourse exercises build")
        raise typer.Exit(1)
    console.print(f"{len(chapters)} sources, all notebooks fresh.")


def _stale_pages(root: Path) -> dict[Path, str]:
    """Return what each page of the book that is not what the sources give should hold."""
    from dlcourse.grading.book_pages import pages

    return {
        path: text
        for path, text in pages(root).items()
        if not path.exists() or path.read_text("utf-8") != text
    }


@contextmanager
def _plainly() -> Iterator[None]:
    """End with a sentence, not a traceback, where a source or its solution is at fault."""
    from nbclient.exceptions import CellExecutionError

    from dlcourse.grading.build import SourceError

    try:
        yield
    except SourceError as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from None
    except CellExecutionError as error:
        console.print("A cell of a solution fails:", style="red")
        console.print(error.evalue, markup=False)
        raise typer.Exit(1) from None


def _by_chapter(root: Path) -> Group:
    """Return two tables with a row for each notebook: kinds, then sizes."""
    from dlcourse.grading.outline import outlines
    from dlcourse.grading.question import KINDS

    asked: dict[str, list[int]] = {}
    tried: dict[str, list[int]] = {}
    for one in outlines(root):
        asked[one.chapter] = [one.kinds[kind] for kind in KINDS]
        mistakes = sum(len(exercise.question.hints) for exercise in one.exercises)
        answers = [_tried(root / folder / f"{one.chapter}.md") for folder in TABLES.values()]
        tried[one.chapter] = [len(one.exercises), one.points, one.minutes, mistakes, *answers]
    sizes = ["asked", "points", "minutes", "known mistakes", *TABLES]
    return Group(_summed(list(KINDS), asked), _summed(sizes, tried))


def _summed(names: list[str], rows: dict[str, list[int]]) -> Table:
    """Return a table of numbers, and of their sums."""
    columns = [Column(name, justify="right") for name in names]
    table = Table(Column("notebook", no_wrap=True), *columns, **PLAIN)
    for name, row in rows.items():
        table.add_row(name, *map(str, row))
    table.add_section()
    table.add_row("all", *[str(sum(column)) for column in zip(*rows.values(), strict=True)])
    return table


def _tried(path: Path) -> int:
    """Return how many answers a table of the tests holds; 0 where there is no such table."""
    return len(re.findall(r"(?m)^## \w+: ", path.read_text("utf-8"))) if path.exists() else 0


def _by_question(root: Path) -> Table:
    """Return a table with a row for each question."""
    from dlcourse.grading.outline import outlines

    numbers = [Column(name, justify="right") for name in ("points", "minutes", "known mistakes")]
    table = Table("", "question", "kind", *numbers, **PLAIN)
    for one in outlines(root):
        for exercise in one.exercises:
            question = exercise.question
            sizes = question.points, question.minutes, len(question.hints)
            number = exercise.title.partition(" ")[0]
            table.add_row(number, question.name, question.kind, *map(str, sizes))
        table.add_section()
    return table
