"""The command `dlcourse`: make the exercises, and grade them."""

from __future__ import annotations

import typer

from dlcourse.grading import exercises_cli, grade_cli

app = typer.Typer(
    name="dlcourse",
    help="The exercises of the course: make them, grade them.",
    no_args_is_help=True,
    add_completion=False,
)
app.add_typer(exercises_cli.app, name="exercises")
for command in (
    grade_cli.grade,
    grade_cli.regrade,
    grade_cli.mark,
    grade_cli.report,
    grade_cli.export,
):
    app.command()(command)


@app.callback()
def main() -> None:
    """Make and grade the exercises of the course."""


if __name__ == "__main__":
    app()
