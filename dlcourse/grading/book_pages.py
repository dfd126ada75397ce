"""Two pages of the book that are made from the sources: the exercises, and their solutions."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from dlcourse.grading.outline import outlines


def pages(root: Path) -> dict[Path, str]:
    """Return the text of each page, by the path of its file under the root."""
    templates = Environment(
        loader=PackageLoader("dlcourse.grading"), undefined=StrictUndefined, autoescape=False
    )
    chapters = outlines(root)
    minutes = sum(one.minutes for one in chapters)
    values = {
        "chapters": chapters,
        "questions": sum(len(one.exercises) for one in chapters),
        "points": sum(one.points for one in chapters),
        "minutes": minutes,
        "hours": round(minutes / 60),
    }
    return {
        root / "chapters" / name: templates.get_template(f"{name}.j2").render(values).rstrip()
        + "\n"
        for name in ("exercises.md", "solutions.md")
    }
