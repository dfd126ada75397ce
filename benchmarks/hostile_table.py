"""Print what each submission of the hostile corpus gets, beside what it deserves.

    python benchmarks/hostile_table.py [--sandbox limits] [--markdown FILE]

The corpus is that of tests/grading; here it is graded once more, between two honest neighbours.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Literal

import typer
from graders import BIN, ROOT, command
from rich.console import Console
from rich.markup import escape
from rich.table import Table

sys.path.append(str(ROOT / "tests" / "grading"))
LIMITS = ["--cell-seconds", "3", "--memory-mb", "700", "--seed", "7"]


def corpus() -> list:
    """Return every case, and two honest ones around them."""
    import corpus_answers  # noqa: F401  each file adds its cases
    import corpus_attacks  # noqa: F401
    import corpus_notebooks  # noqa: F401
    import hostile

    def honest() -> bytes:
        return hostile.dump(hostile.notebook())

    first, last = hostile.Case("aa_honest", honest), hostile.Case("zz_honest", honest)
    return [first, *hostile.CASES, last]


def said(out: Path) -> dict[str, str]:
    """Return, by student, the first thing that the report says about what was lost."""
    found = {}
    with sqlite3.connect(out / "gradebook.sqlite") as database:
        results = {d: json.loads(t) for d, t in database.execute("SELECT digest, data FROM result")}
        for student, digest, content in database.execute(
            "SELECT student, digest, content FROM submission"
        ):
            data = json.loads(content)
            hints = [q["hint"] for q in results.get(digest, {}).get("questions", []) if q["hint"]]
            found[student] = next(filter(None, [data["problem"], *data["notes"], *hints]), "")
    return found


def main(
    sandbox: Annotated[Literal["auto", "bubblewrap", "limits"], typer.Option()] = "auto",
    markdown: Annotated[Path | None, typer.Option(help="Write the table here too.")] = None,
) -> None:
    """Grade the corpus and print the table."""
    from class_room import write

    cases = corpus()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "in", cases, [])
        arguments = ["grade", folder / "in", "--out", folder / "out", "--sandbox", sandbox]
        command(BIN / "dlcourse", *arguments, *LIMITS, log=folder / "log")
        with (folder / "out" / "grades.csv").open(encoding="utf-8", newline="") as file:
            points = {row["student"]: float(row["points"]) for row in csv.DictReader(file)}
        sentences = said(folder / "out")
    table = Table("submission", "deserves", "gets", "the report says", show_lines=False)
    lines = ["| submission | deserves | gets | the report says |", "|---|---|---|---|"]
    wrong = 0
    for case in cases:
        right = points[case.name] == case.points
        wrong += not right
        sentence = sentences[case.name].split("\n")[0]
        row = (case.name.replace("_", " "), f"{case.points:g}", f"{points[case.name]:g}")
        table.add_row(*row, escape(sentence), style=None if right else "red")
        lines.append(f"| {' | '.join(row)} | {sentence.replace('|', ' ')} |")
    Console().print(table)
    print(f"{len(cases)} submissions, {len(cases) - wrong} with the mark that they deserve.")
    if markdown:
        markdown.write_text("\n".join(lines) + "\n", "utf-8")
    raise typer.Exit(bool(wrong))


if __name__ == "__main__":
    typer.run(main)
