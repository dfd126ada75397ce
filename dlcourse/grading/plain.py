"""Texts from outside, made fit to be shown: file names, error messages, what an answer returned."""

from __future__ import annotations

import os


def printable(text: str, keep: str = "") -> str:
    """Return a text with each character that is not printable spelt out, but for those to keep.

    Control codes would move a terminal's cursor; marks of direction would show a text in another
    order than it is read by a program; some characters no XML file may hold.
    """
    return "".join(c if c.isprintable() or c in keep else _spelt(c) for c in text)


def _spelt(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def shown_name(text: str) -> str:
    """Return a part of a path as text; bytes that are no text are spelt out."""
    return printable(os.fsencode(text).decode("utf-8", "backslashreplace"))
