"""`dlcourse grade` and what belongs to it: regrade, mark, report, export."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from dlcourse.grading import classwork
from dlcourse.grading.assignment import Assignment, NotAnAssignment, load_all
from dlcourse.grading.classwork import Stop, console
from dlcourse.grading.gradebook import Gradebook, InUse
from dlcourse.grading.handed_in import HandedIn, find, read_times
from dlcourse.grading.limits import Limits
from dlcourse.grading.policy import Manual, Policy

Out = Annotated[Path, typer.Argument(help="The folder of the results, as given to --out.")]
Exercises = Annotated[
    Path | None,
    typer.Option(help="The folder of the exercises and solutions/; default: the course's own."),
]
SandboxOption = Annotated[
    Literal["auto", "bubblewrap", "limits"],
    typer.Option(help="How answers are kept apart; limits: plain limits, less isolation."),
]
Scheduler = Annotated[
    str, typer.Option(help="Address of a dask scheduler; default: a local one on this machine.")
]
Jobs = Annotated[
    int, typer.Option(min=0, help="Submissions at a time on this machine; 0: one a core.")
]
DEFAULT = Limits()


def grade(
    paths: Annotated[
        list[Path], typer.Argument(help="Notebooks to check, or one folder of submissions.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Where results go; a folder of submissions goes to results/."),
    ] = None,
    assignment: Annotated[
        str, typer.Option(help="Such as 03_activations; default: what the notebook holds.")
    ] = "",
    exercises: Exercises = None,
    cell_seconds: Annotated[
        float, typer.Option(min=0.1, help="Processor time of a cell.")
    ] = DEFAULT.cell_seconds,
    total_seconds: Annotated[
        float, typer.Option(min=1, help="Time of a submission, by the clock.")
    ] = DEFAULT.total_seconds,
    memory_mb: Annotated[
        int, typer.Option(min=100, help="Memory of a submission.")
    ] = DEFAULT.memory_mb,
    sandbox: SandboxOption = "auto",
    fresh: Annotated[
        bool | None,
        typer.Option(
            "--fresh/--forked", help="Start kernels as new interpreters, or fork them; same marks."
        ),
    ] = None,
    jobs: Jobs = 0,
    scheduler: Scheduler = "",
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Draw the hidden inputs from it, to repeat a mark."),
    ] = None,
    due: Annotated[
        str,
        typer.Option(help="When it is due: 2026-03-01T18:00 here, or with its zone (+01:00)."),
    ] = "",
    late: Annotated[
        float, typer.Option(min=0, max=1, help="Fraction taken for each day late, such as 0.1.")
    ] = 0,
    late_at_most: Annotated[
        float, typer.Option(min=0, max=1, help="The most that lateness takes.")
    ] = 1,
    grace: Annotated[float, typer.Option(min=0, help="Minutes late that cost nothing.")] = 0,
    keep: Annotated[Literal["best", "last"], typer.Option(help="Which attempt counts.")] = "best",
    times: Annotated[
        Path | None, typer.Option(help="CSV file (student, time) of when it was handed in.")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(help="Append the tables to this Markdown file (for CI).")
    ] = None,
) -> None:
    """Grade notebooks: a table for one file, a gradebook and reports for a folder of them.

    A run that was interrupted goes on where it stopped when the same command is given again.
    """
    assignments = _assignments(exercises)
    if assignment and assignment not in assignments:
        raise Stop(f"No assignment {assignment!r}. There are: {', '.join(assignments)}.")
    for path in paths:
        if not path.exists():
            raise Stop(f"{path} does not exist.")
    limits = Limits(cell_seconds, total_seconds, memory_mb).as_dict()
    folders = [path for path in paths if path.is_dir()]
    if not folders and out is None:
        classwork.grade_files(paths, assignments, assignment, limits, sandbox, fresh, seed, summary)
        return
    if len(folders) != 1 or len(paths) != 1:
        raise Stop("Give either notebooks, or one folder of submissions.")
    policy = _policy(due, late, late_at_most, grace, keep)
    handed_in = _handed_in(folders[0], times)
    with _gradebook(out or Path("results"), seed) as book:
        if policy != Policy() or book.get("policy") is None:
            book.put("policy", policy.as_dict())
        book.put("run", {"limits": limits, "sandbox": sandbox, "fresh": fresh})
        classwork.take_in(book, handed_in, assignments, assignment)
        left = classwork.run(book, assignments, jobs, scheduler)
        classwork.report(book, assignments)
    if left:
        raise typer.Exit(1)


def regrade(
    out: Out,
    assignment: Annotated[str, typer.Option(help="Only this one.")] = "",
    student: Annotated[str, typer.Option(help="Only this one.")] = "",
    exercises: Exercises = None,
    jobs: Jobs = 0,
    scheduler: Scheduler = "",
) -> None:
    """Grade again what was handed in, for instance after an exercise was corrected.

    Points and comments given by hand stay. The files themselves are not needed.
    """
    assignments = _assignments(exercises)
    with _gradebook(_existing(out)) as book:
        book.forget(assignment, student)
        left = classwork.run(book, assignments, jobs, scheduler)
        classwork.report(book, assignments)
    if left:
        raise typer.Exit(1)


def mark(
    out: Out,
    student: Annotated[str, typer.Argument(help="As in grades.csv.")],
    assignment: Annotated[str, typer.Argument(help="Such as 03_activations.")],
    question: Annotated[
        str, typer.Argument(help="The name of the question; leave out for the whole.")
    ] = "",
    points: Annotated[float | None, typer.Option(help="Points instead of the grader's.")] = None,
    comment: Annotated[str, typer.Option(help="A comment for the student.")] = "",
    clear: Annotated[bool, typer.Option(help="Take back what was given by hand.")] = False,
    exercises: Exercises = None,
) -> None:
    """Give points or a comment by hand; they are kept whatever is graded again."""
    assignments = _assignments(exercises)
    if assignment not in assignments:
        raise Stop(f"No assignment {assignment!r}. There are: {', '.join(assignments)}.")
    questions = assignments[assignment].questions
    if question and question not in questions:
        raise Stop(f"{assignment} has no question {question!r}. It has: {', '.join(questions)}.")
    with _gradebook(_existing(out)) as book:
        if not any(one.student == student for one in book.attempts(assignments)):
            raise Stop(f"No student {student!r} in {out}.")
        before = book.decision(student, assignment, question)
        decision = Manual(before.points if points is None else points, comment or before.comment)
        book.decide(student, assignment, question, Manual() if clear else decision)
        classwork.report(book, assignments)


def report(out: Out, exercises: Exercises = None) -> None:
    """Write the reports again from the gradebook."""
    with _gradebook(_existing(out)) as book:
        classwork.report(book, _assignments(exercises))


def export(
    out: Out,
    platform: Annotated[
        Literal["canvas", "moodle", "github"], typer.Argument(help="Where the marks go.")
    ],
    roster: Annotated[
        Path | None, typer.Option(help="For Canvas: its exported gradebook, to match students.")
    ] = None,
    exercises: Exercises = None,
) -> None:
    """Write the marks in the form that a learning platform reads."""
    from dlcourse.grading import exports

    with _gradebook(_existing(out)) as book:
        attempts = book.attempts(_assignments(exercises))
        try:
            text = roster.read_text("utf-8-sig") if roster else ""
            written = exports.write(out / "export", attempts, platform, text)
        except UnicodeDecodeError:
            raise Stop(f"{roster} is not a CSV file in UTF-8.") from None
        except (OSError, exports.NoMatch) as error:
            raise Stop(_said(error)) from None
    for path in written[:20]:
        console.print(escape(str(path)))
    if len(written) > 20:
        console.print(f"... {len(written)} files")


def _assignments(exercises: Path | None) -> dict[str, Assignment]:
    own = Path(__file__).parents[2] / "exercises"
    folder = exercises or (own if own.is_dir() else Path("exercises"))
    try:
        return load_all(folder)
    except NotAnAssignment as error:
        raise Stop(str(error)) from None


def _handed_in(folder: Path, times: Path | None) -> list[HandedIn]:
    try:
        handed_in = find(folder, read_times(times) if times else None)
    except UnicodeDecodeError:
        raise Stop(f"{times} is not a CSV file in UTF-8.") from None
    except (OSError, ValueError) as error:
        raise Stop(_said(error)) from None
    if not handed_in:
        archive = next(folder.glob("*.zip"), None)
        unpack = f" Unpack {archive.name} first." if archive else ""
        raise Stop(f"{folder} holds no notebook (*.ipynb).{unpack}")
    return handed_in


def _existing(out: Path) -> Path:
    if not (out / "gradebook.sqlite").exists():
        raise Stop(f"{out} holds no gradebook. Run: dlcourse grade FOLDER --out {out}")
    return out


def _gradebook(out: Path, seed: int | None = None) -> Gradebook:
    try:
        return Gradebook(out, seed)
    except InUse as error:
        raise Stop(str(error)) from None
    except OSError as error:
        raise Stop(f"No results can be written to {out}: {_said(error)}") from None
    except sqlite3.DatabaseError as error:
        raise Stop(
            f"{out / 'gradebook.sqlite'} is not a gradebook ({error}). Name another folder with "
            "--out, or restore the file from a copy."
        ) from None


def _said(error: Exception) -> str:
    """Return an error as a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}."
    return str(error)


def _policy(
    due: str, late: float, at_most: float, grace: float, keep: Literal["best", "last"]
) -> Policy:
    """Return the rules, with a date that means the same moment on every machine."""
    if late and not due:
        raise Stop("--late needs --due: late is what comes after it.")
    try:
        moment = datetime.fromisoformat(due).astimezone().isoformat() if due else ""
    except (ValueError, OverflowError):
        raise Stop(f"--due is a date such as 2026-03-01T18:00, received {due!r}.") from None
    return Policy(moment, late, at_most, grace, keep)
