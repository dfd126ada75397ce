"""The ledger as a table of a page: a row for each entry, with an anchor to link to."""

from __future__ import annotations

import platform
from html import escape
from importlib import metadata
from typing import Any

from dlcourse.ledger.entry import Row
from dlcourse.ledger.kinds import KINDS, anchors, rows

SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


class Table:
    """HTML that a notebook shows."""

    def __init__(self, html: str) -> None:
        self._html = html

    def _repr_html_(self) -> str:
        return self._html


def show(kind: str) -> Table:
    """Measure all entries of a kind now, and return the table of their rows.

    Errors: LedgerError if an error is larger than allowed, so that the page is not built.
    """
    found = rows(kind)
    columns: list[tuple[str, list]] = [(KINDS[kind][1], [row.forward for row in found])]
    for title, errors in (
        ("gradients", [row.gradients for row in found]),
        ("gradient check", [row.check for row in found]),
    ):
        if any(error is not None for error in errors):
            columns.append((title, errors))
    titles = ["name", *(title for title, _ in columns), "cases"]
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    bodies = "".join(_body(kind, row, columns, number) for number, row in enumerate(found))
    return Table(
        f'<table class="dl-ledger"><caption>Largest scaled error of each, in float64</caption>'
        f"<thead><tr>{head}</tr></thead>{bodies}</table>"
    )


def _body(kind: str, row: Row, columns: list[tuple[str, list]], number: int) -> str:
    """Return one row: what it is and its twin, the errors, and how many cases they come from.

    Below it stands what is to be remarked, as wide as the table. The two belong together: they are
    one `tbody`, to which links point.
    """
    entry = row.entry
    first, *others = anchors(kind, entry)
    marks = "".join(f'<span id="{name}"></span>' for name in others)
    names = ", ".join(f"<code>{escape(name)}</code>" for name in (entry.name, *entry.also))
    cells = "".join(
        f'<td data-title="{escape(title)}">{number_text(errors[number])}</td>'
        for title, errors in columns
    )
    remark = entry.remark
    if row.plain is not None:
        remark = f"{remark} As it comes, the twin is {number_text(row.plain)} away."
    note = f'<tr><td class="dl-remark" colspan="{len(columns) + 2}">{escape(remark)}</td></tr>'
    return (
        f'<tbody id="{first}"><tr><th scope="row">{marks}<a href="#{first}">{names}</a>'
        f'<div class="dl-twin">against {escape(entry.twin)}</div></th>'
        f'{cells}<td data-title="cases">{row.cases}</td></tr>{note if remark else ""}</tbody>'
    )


def number_text(error: float | None) -> str:
    """Return an error as it is read: 0 as "equal", others as 2.2·10⁻¹⁶, none as a dash."""
    if error is None:
        return "–"
    if error == 0:
        return "equal"
    digits, power = f"{error:.1e}".split("e")
    return f"{digits}·10{str(int(power)).translate(SUPERSCRIPTS)}"


def versions() -> Table:
    """Return the versions of all that was compared, and the processor that computed it."""
    packages = ("dlcourse", "numpy", "tensorflow", "keras", "scikit-learn")
    found: dict[str, Any] = {name: metadata.version(name) for name in packages}
    found |= {"Python": platform.python_version(), "processor": platform.machine()}
    items = ", ".join(f"{escape(name)} {escape(version)}" for name, version in found.items())
    return Table(f'<p class="dl-versions">Measured with {items}.</p>')
