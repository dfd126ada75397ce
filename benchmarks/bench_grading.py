"""How fast is a class graded?

    python benchmarks/bench_grading.py   # all of it: about 15 minutes
    python benchmarks/bench_grading.py --students 20 --tensorflow 10 --growth 0 --others 5

Two classes, one whose exercise needs NumPy and one that needs TensorFlow, graded by `dlcourse
grade` with isolation on, then by nbgrader, nbval and otter-grader, in one run on the same files.
The others are so much slower that they get the first `--others` of the class; what is compared is
the time a submission, start-up included. Every mark is compared with the one that is deserved.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated

import classroom
import graders
import typer
from graders import Absent, Run
from rich.console import Console
from rich.table import Table
from sidebyside import machine, quiet_tensorflow

quiet_tensorflow()
console = Console(width=110)
NUMPY, TENSORFLOW = "02_perceptron", "12_keras"
MANY = 100_000


def race(title: str, chapter: str, students: int, others: int, jobs: int) -> Run:
    """Let all graders grade a class; print a table, return dlcourse's run."""
    everybody = classroom.make(chapter, students)
    few = everybody[:others]
    contestants: dict[str, Callable[[], Run]] = {
        "dlcourse": lambda: graders.dlcourse(chapter, everybody, jobs),
        "dlcourse alone": lambda: graders.one_at_a_time(chapter, few),
        "nbgrader": lambda: graders.nbgrader(chapter, few),
        "nbval": lambda: graders.nbval(chapter, few),
        "otter-grader": lambda: graders.otter(chapter, few),
    }
    runs, absent = [], []
    for name, grade in contestants.items():
        console.print(f"[dim]{title}: {name} ...[/dim]")
        try:
            runs.append(grade())
        except Absent as error:
            absent.append(f"Left out: {name}, because {error}")
    table = Table("", "graded", "s", "s each", "times", "core s each", "times", "memory", "marks")
    table.title = f"{title} ({chapter})"
    for run in runs:
        graded = everybody[: run.submissions]
        wrong = sum(run.marks.get(one.student) != one.points for one in graded)
        table.add_row(
            run.name,
            f"{run.submissions}",
            f"{run.seconds:.1f}",
            f"{run.each:.3f}",
            f"{run.each / runs[0].each:.1f}",
            f"{run.work / run.submissions:.3f}",
            f"{run.work / run.submissions / (runs[0].work / runs[0].submissions):.1f}",
            f"{run.memory / 1e6:.0f} MB",
            "all right" if not wrong else f"{wrong} other than deserved",
        )
    console.print(table)
    for sentence in absent:
        console.print(sentence)
    return runs[0]


def growth(chapter: str, students: int, jobs: int) -> None:
    """Show that time grows in proportion to the class, and memory not at all."""
    table = Table("submissions", "seconds", "s each", "memory")
    table.title = f"Growth ({chapter})"
    for count in (students // 8, students // 4, students // 2, students):
        run = graders.dlcourse(chapter, classroom.make(chapter, count, seed=2), jobs)
        table.add_row(
            f"{count}", f"{run.seconds:.1f}", f"{run.each:.3f}", f"{run.memory / 1e6:.0f} MB"
        )
    console.print(table)


def estimate(run: Run, kind: str, jobs: int, price: float) -> str:
    """Return what a hundred thousand submissions take at the measured rate, in a sentence."""
    hours = MANY * run.each / 3600
    cost = hours * jobs * price
    return (
        f"{MANY:,} submissions with {kind}: {hours:.1f} hours on one machine like this, "
        f"{60 * hours / 16:.0f} minutes on 16; {cost:.2f} dollars at {price:g} a core and hour."
    )


def main(
    students: Annotated[int, typer.Option(help="Size of the class with NumPy.")] = 200,
    tensorflow: Annotated[int, typer.Option(help="Size of the class with TensorFlow.")] = 200,
    others: Annotated[int, typer.Option(help="How many of them the other graders get.")] = 20,
    others_tensorflow: Annotated[int, typer.Option(help="The same, with TensorFlow.")] = 8,
    growth_to: Annotated[
        int, typer.Option("--growth", help="Largest class of the growth table; 0: no table.")
    ] = 2000,
    jobs: Annotated[int, typer.Option(help="Submissions at a time.")] = os.cpu_count() or 1,
    price: Annotated[float, typer.Option(help="Dollars for a core and an hour.")] = 0.05,
) -> None:
    """Grade classes side by side with other graders, and print tables."""
    runs = []
    if students:
        run = race("A class with NumPy", NUMPY, students, min(others, students), jobs)
        runs.append((run, "NumPy"))
    if tensorflow:
        few = min(others_tensorflow, tensorflow)
        run = race("A class with TensorFlow", TENSORFLOW, tensorflow, few, jobs)
        runs.append((run, "TensorFlow"))
    if growth_to:
        growth(NUMPY, growth_to, jobs)
    for run, kind in runs:
        console.print(estimate(run, kind, jobs, price))
    console.print(machine())


if __name__ == "__main__":
    typer.run(main)
