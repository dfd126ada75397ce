"""Texts from outside, made fit to be shown: file names, error messages, what an answer returned."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

FORMULA = tuple("=+-@＝＋－＠")  # how a cell begins that a spreadsheet would run
MOST_NAMES = 10  # in one message


def printable(text: str, keep: str = "") -> str:
    """Return a text with each character that is not printable spelt out, but for those to keep.

    Control codes would move a terminal's cursor; marks of direction would show a text in another
    order than it is read by a program; some characters no XML file may hold.
    """
    return "".join(c if c.isprintable() or c in keep else _spelt(c) for c in text)


def _spelt(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def shown_name(text: str) -> str:
    """Return a part of a path as text, accents composed; bytes that are no text are spelt out."""
    return unicodedata.normalize("NFC", shown_part(text))


def shown_part(text: str) -> str:
    """Return a part of a path as text, its accents as they are."""
    return printable(os.fsencode(text).decode("utf-8", "backslashreplace"))


def unguarded(name: str) -> str:
    """Return a name as it was before grades.csv guarded it from spreadsheets, accents composed."""
    name = unicodedata.normalize("NFC", name)
    return name[1:] if name[:1] == "'" and name[1:].lstrip().startswith(FORMULA) else name


def find_name(given: str, names: Iterable[str]) -> str | None:
    """Return the name that is meant: accents may be typed otherwise, or the name be guarded."""
    known = {unicodedata.normalize("NFC", name): name for name in names}
    composed = unicodedata.normalize("NFC", given)
    return known.get(composed, known.get(unguarded(given)))


def names_there(given: str, names: Iterable[str]) -> str:
    """Return a sentence with the names nearest to the one given, or with those that there are."""
    known = sorted(names)
    close = get_close_matches(given, known, n=3)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"There are: {listed(known)}."


def listed(names: Iterable[str]) -> str:
    """Return names in a row, the first of many."""
    known = list(names)
    more = f" and {len(known) - MOST_NAMES} more" if len(known) > MOST_NAMES else ""
    return (", ".join(known[:MOST_NAMES]) or "none") + more
