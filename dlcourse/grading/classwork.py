"""The work behind `dlcourse grade`: read what was handed in, grade what has no result, report."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from dlcourse.grading.assignment import Assignment
from dlcourse.grading.gradebook import Gradebook
from dlcourse.grading.handed_in import HandedIn
from dlcourse.grading.limits import Limits
from dlcourse.grading.plain import shown_name
from dlcourse.grading.results import Graded, Task
from dlcourse.grading.transplant import Submission, read

console = Console()


class Stop(typer.Exit):
    """Ends the command with a sentence."""

    def __init__(self, sentence: str) -> None:
        console.print(f"[red]{escape(sentence)}[/red]")
        super().__init__(2)


def grade_files(
    paths: list[Path],
    assignments: dict[str, Assignment],
    assignment: str,
    limits: dict[str, Any],
    sandbox: Any,
    fresh: bool | None,
    seed: int | None,
    summary: Path | None,
) -> None:
    """Grade a few files here and now, and print a table for each."""
    from dlcourse.grading import reports
    from dlcourse.grading.sandbox import NoSandbox
    from dlcourse.grading.station import Station

    seed = secrets.randbelow(100_000) if seed is None else seed
    names = [shown_name(path.name) for path in paths]
    read_in = [
        _read(HandedIn("", path, name, 0.0), assignments, assignment)
        for path, name in zip(paths, names, strict=True)
    ]
    used = {s.assignment for s in read_in if not s.problem}
    results: dict[str, Graded] = {}
    if used:
        try:
            with (
                console.status("Starting ..."),
                Station([assignments[name] for name in used], sandbox, fresh) as station,
            ):
                tasks = [_task(one, seed, limits) for one in read_in if not one.problem]
                results = {result.digest: result for result in station.grade(tasks)}
        except NoSandbox as error:
            raise Stop(str(error)) from None
    failed = False
    for name, one in zip(names, read_in, strict=True):
        graded = results.get(one.digest, Graded(one.digest, one.assignment, problem=one.problem))
        failed |= bool(graded.problem or graded.failure)
        reports.show(graded, name, console)
        if summary is not None:
            with summary.open("a", encoding="utf-8") as file:
                file.write(reports.markdown(graded, name) + "\n")
    if failed:
        raise typer.Exit(1)


def _task(one: Submission, seed: int, limits: dict[str, Any]) -> Task:
    return Task(one.digest, one.assignment, one.answers, one.notes, one.own_names, seed, limits)


def _read(handed_in: HandedIn, assignments: dict[str, Assignment], wanted: str) -> Submission:
    content, problem = handed_in.content()
    return Submission(wanted, problem=problem) if problem else read(content, assignments, wanted)


def take_in(
    book: Gradebook, handed_in: list[HandedIn], assignments: dict[str, Assignment], wanted: str
) -> None:
    """Read every file into the gradebook."""
    with book.database:
        book.database.execute("BEGIN")
        for one in handed_in:
            submission = _read(one, assignments, wanted)
            if one.late:
                notes = (*submission.notes, "Canvas calls this late.")
                submission = replace(submission, notes=notes)
            book.add(one, submission)
        book.keep_only(handed_in)
        book.assign_unknown()


def run(book: Gradebook, assignments: dict[str, Assignment], jobs: int, scheduler: str) -> int:
    """Grade what has no result yet; return how many submissions the grader failed on."""
    settings = book.get("run") or {"limits": Limits().as_dict(), "sandbox": "auto", "fresh": None}
    needed = [task.assignment for task in book.to_grade(assignments, settings["limits"])]
    if not needed:
        console.print("Nothing to grade: every submission has its result.")
        return 0
    from dlcourse.grading import cluster
    from dlcourse.grading.sandbox import NoSandbox

    order = cluster.make_order(
        [assignments[name] for name in sorted(set(needed))],
        settings["sandbox"],
        settings["fresh"],
        book.seed,
    )
    failures: list[Graded] = []
    columns = (
        TextColumn("Grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            bar = progress.add_task("", total=len(needed))
            work = book.to_grade(assignments, settings["limits"])
            for result in cluster.grade_all(order, work, scheduler, jobs):
                book.write(result, assignments[result.assignment])
                if result.failure:
                    failures.append(result)
                book.put("isolation", result.isolation or book.get("isolation") or "")
                progress.advance(bar)
    except (NoSandbox, OSError, cluster.OtherVersion) as error:
        raise Stop(str(error)) from None
    except KeyboardInterrupt:
        raise Stop("Stopped. What is graded is kept: the same command goes on from here.") from None
    for failure in failures[:5]:
        console.print(f"[red]Not graded: {escape(failure.failure)}[/red]")
    return len(failures)


def report(book: Gradebook, assignments: dict[str, Assignment]) -> None:
    """Write every report of the class, and say in a few lines how it went."""
    import dlcourse
    from dlcourse.grading import pages, reports, similarity

    attempts = book.attempts(assignments)
    pairs = []
    for name in sorted({reports.assignment_of(one) for one in attempts} & assignments.keys()):
        answers = dict(book.answers(name))
        for question in assignments[name].questions:
            own = [(student, texts.get(question, "")) for student, texts in answers.items()]
            starter = assignments[name].starters.get(question, "")
            pairs += similarity.alike(question, own, starter)
    pending = sum(one.pending for one in attempts)
    about: dict[str, Any] = {
        "submissions": len(attempts),
        "pending": pending,
        "isolation": book.get("isolation") or "nothing was run",
        "seed": book.seed,
        "version": dlcourse.__version__,
        "now": time.time(),
    }
    pages.write(book.folder, attempts, pairs, about)
    unreadable = sum(one.unreadable for one in attempts)
    console.print(
        f"{len(attempts)} submissions of {len({one.student for one in attempts})} students"
        + (f", {unreadable} of them could not be read (see grades.csv)" if unreadable else "")
        + f". Results in {escape(str(book.folder))}: grades.csv, summary.html, "
        "feedback/, junit.xml, gradebook.sqlite."
    )
    for about_one in pages.overviews(attempts):
        if about_one.marks:
            mean, most = f"{about_one.mean:.2f}", reports.number(about_one.most)
            console.print(f"{escape(about_one.name)}: mean {mean} of {most}.")
    if rules := book.policy.sentence():
        console.print(escape(rules))
    console.print(f"Isolation: {escape(about['isolation'])}")
