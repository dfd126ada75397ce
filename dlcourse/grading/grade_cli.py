"""`dlcourse grade` and what belongs to it: regrade, mark, report, export."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.markup import escape

from dlcourse.grading import by_hand, classwork
from dlcourse.grading.assignment import Assignment, NotAnAssignment, load_all
from dlcourse.grading.classwork import Stop, console
from dlcourse.grading.gradebook import Gradebook, InUse
from dlcourse.grading.handed_in import HandedIn, find, read_times, unread, with_times
from dlcourse.grading.limits import Limits
from dlcourse.grading.plain import listed, names_there
from dlcourse.grading.policy import Policy

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
        str | None,
        typer.Option(
            help="When it is due: 2026-03-01T18:00 here, or with its zone (+01:00); none: no date."
        ),
    ] = None,
    late: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Fraction taken for each day late, such as 0.1."),
    ] = None,
    late_at_most: Annotated[
        float | None, typer.Option(min=0, max=1, help="The most that lateness takes.")
    ] = None,
    grace: Annotated[
        float | None, typer.Option(min=0, help="Minutes late that cost nothing.")
    ] = None,
    keep: Annotated[
        Literal["best", "last"] | None,
        typer.Option(help="Which attempt counts; best where nothing was said."),
    ] = None,
    times: Annotated[
        Path | None,
        typer.Option(help="CSV file (student, time) of when it was handed in; none: files' dates."),
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(help="Append the tables to this Markdown file (for CI).")
    ] = None,
) -> None:
    """Grade notebooks: a table for one file, a gradebook and reports for a folder of them.

    A run that was interrupted goes on where it stopped when the same command is given again.
    """
    assignments = _assignments(exercises, paths)
    if assignment and assignment not in assignments:
        raise Stop(f"No assignment {assignment!r}. There are: {', '.join(assignments)}.")
    for path in paths:
        if not path.exists():
            raise Stop(f"{path} does not exist.")
    limits = Limits(cell_seconds, total_seconds, memory_mb).as_dict()
    folders = [path for path in paths if path.is_dir()]
    rules = {"due": due, "late": late, "late-at-most": late_at_most, "grace": grace, "keep": keep}
    if not folders:
        _only_for_a_folder({"out": out, **rules, "times": times})
        _writable(summary)
        classwork.grade_files(paths, assignments, assignment, limits, sandbox, fresh, seed, summary)
        return
    if len(folders) != 1 or len(paths) != 1:
        raise Stop("Give either notebooks, or one folder of submissions.")
    out = out or Path("results")
    if not (out / "gradebook.sqlite").exists():
        _policy(Policy(), due, late, late_at_most, grace, keep)  # refuse before anything is written
    handed_in, table = _handed_in(folders[0]), _times(times)
    with _gradebook(out, seed) as book:
        policy = _policy(book.policy, due, late, late_at_most, grace, keep)
        book.put("policy", policy.as_dict())
        handed_in = _at_their_times(book, handed_in, table)
        book.put("run", {"limits": limits, "sandbox": sandbox, "fresh": fresh})
        classwork.take_in(book, handed_in, assignments, assignment)
        left = classwork.run(book, assignments, jobs, scheduler)
        classwork.report(book, assignments)
    if names := unread(folders[0]):
        console.print(f"Not read: {escape(listed(names))}.")
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
        student = _there(book, assignments, assignment, student)
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
        try:
            said = by_hand.decide(
                book,
                assignments,
                (student, assignment, question),
                by_hand.Decision(points, comment, clear),
            )
        except by_hand.Refused as error:
            raise Stop(str(error)) from None
        classwork.report(book, assignments)
    console.print(escape(said))


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

    if roster and platform != "canvas":
        raise Stop(f"--roster is for Canvas: {platform} needs no class list.")
    with _gradebook(_existing(out)) as book:
        attempts = book.attempts(_assignments(exercises))
        try:
            text = roster.read_text("utf-8-sig") if roster else ""
            written = exports.write(out / "export", attempts, platform, text)
            left = exports.not_listed(attempts, text) if text else []
        except UnicodeDecodeError:
            raise Stop(f"{roster} is not a CSV file in UTF-8.") from None
        except (OSError, exports.NoMatch) as error:
            raise Stop(_said(error)) from None
    for path in written[:20]:
        console.print(escape(str(path)))
    if len(written) > 20:
        console.print(f"... {len(written)} files")
    if left:
        console.print(f"Not in the class list, so not exported: {escape(', '.join(left))}.")
    if any(path.name == "moodle-unknown.csv" for path in written):
        console.print("moodle-unknown.csv: notebooks that could not be read, of no assignment.")


def _assignments(exercises: Path | None, paths: Sequence[Path] = ()) -> dict[str, Assignment]:
    """Return the assignments of a folder; by default of the nearest one at or above where we are.

    After the course's own folder come the current one and those above the paths that are graded.
    """
    starts = [Path(__file__).parents[2], Path.cwd(), *(path.absolute().parent for path in paths)]
    above = [folder for start in starts[1:] for folder in (start, *start.parents)]
    places = list(dict.fromkeys(folder / "exercises" for folder in (starts[0], *above)))
    found = exercises or next((one for one in places if any(one.glob("solutions/*.ipynb"))), None)
    if found is None:
        near = list(dict.fromkeys(str(start / "exercises") for start in starts))
        raise Stop(
            f"No folder exercises/solutions to grade against. Looked for {', '.join(near)}, and in "
            "all folders above. Run this in the course's folder, or name its folder of exercises "
            "with --exercises PATH."
        )
    try:
        return load_all(found.absolute())
    except NotAnAssignment as error:
        raise Stop(str(error)) from None


def _only_for_a_folder(options: dict[str, object]) -> None:
    """Refuse options that say nothing about single notebooks."""
    given = [f"--{name}" for name, value in options.items() if value is not None]
    if given:
        need = "needs" if len(given) == 1 else "need"
        raise Stop(f"{', '.join(given)} {need} a folder of submissions; received notebooks.")


def _writable(summary: Path | None) -> None:
    try:
        if summary is not None:
            summary.open("a").close()
    except OSError as error:
        raise Stop(f"--summary cannot be written: {_said(error)}") from None


def _there(
    book: Gradebook, assignments: dict[str, Assignment], assignment: str, student: str
) -> str:
    """Return the student who is meant, "" for all; refuse who or what is not there."""
    attempts = book.attempts(assignments)
    known = {one.assignment for one in attempts} - {""}
    if assignment and assignment not in known:
        raise Stop(f"Nothing handed in for {assignment!r}. {names_there(assignment, known)}")
    if not student:
        return ""
    try:
        found = by_hand.student_of(student, attempts, book.folder)
        if assignment:
            by_hand.handed_in(found, assignment, attempts)
    except by_hand.Refused as error:
        raise Stop(str(error)) from None
    return found


def _times(path: Path | None) -> dict[str, Any] | None:
    """Return the table of a file as the gradebook keeps it, None where no file is given."""
    if path is None:
        return None
    if str(path) == "none":
        return {}
    try:
        return {"file": path.name, "times": read_times(path)}
    except UnicodeDecodeError:
        raise Stop(f"{path} is not a CSV file in UTF-8.") from None
    except (OSError, ValueError) as error:
        raise Stop(_said(error)) from None


def _at_their_times(
    book: Gradebook, handed_in: list[HandedIn], table: dict[str, Any] | None
) -> list[HandedIn]:
    """Keep the times that are given; return what was handed in at the times that are kept."""
    if table is not None:
        book.put("times", table)
    kept = book.get("times")
    if not kept:
        return handed_in
    timed, warning = with_times(handed_in, kept["times"], kept["file"])
    if warning:
        console.print(f"[yellow]{escape(warning)}[/yellow]")
    return timed


def _handed_in(folder: Path) -> list[HandedIn]:
    try:
        handed_in = find(folder)
    except OSError as error:
        raise Stop(_said(error)) from None
    if all(one.problem for one in handed_in):
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
    stored: Policy,
    due: str | None,
    late: float | None,
    at_most: float | None,
    grace: float | None,
    keep: Literal["best", "last"] | None,
) -> Policy:
    """Return the stored rules with what was given, a date as one moment on every machine."""
    given = {
        "due": None if due is None else _moment(due),
        "late_per_day": late,
        "late_at_most": at_most,
        "grace_minutes": grace,
        "keep": keep,
    }
    policy = Policy(**{**stored.as_dict(), **{k: v for k, v in given.items() if v is not None}})
    about_lateness = {"--late": late, "--late-at-most": at_most, "--grace": grace}
    for option, value in about_lateness.items():
        if value is not None and not policy.due:
            raise Stop(f"{option} needs --due: late is what comes after it.")
    return policy


def _moment(due: str) -> str:
    try:
        return "" if due == "none" else datetime.fromisoformat(due).astimezone().isoformat()
    except (ValueError, OverflowError):
        raise Stop(
            f"--due is a date such as 2026-03-01T18:00, or none; received {due!r}."
        ) from None
