"""Every chapter has the parts that a reader may count on, in their order."""

from __future__ import annotations

import itertools
import re

import pytest

import book

CHAPTERS = [path for path in book.notebooks() if re.match(r"\d\d_", path.name)]
CLOSING = ["Pitfalls", "Quick questions", "Exercises", "Summary", "Further reading"]

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def without_code(text: str) -> str:
    """Return a chapter without its code cells, whose comments look like headings."""
    return re.sub(r"(?sm)^(`{3,})\{code-cell\}.*?^\1$", "", text)


def headings(text: str) -> list[tuple[int, str]]:
    """Return (level, title) for each heading."""
    found = re.findall(r"(?m)^(#+) (.+)$", without_code(text))
    return [(len(marks), title) for marks, title in found]


def section(text: str, title: str) -> str:
    """Return what stands under a heading, up to the next of the same level."""
    match = re.search(rf"(?ms)^## {re.escape(title)}\n(.*?)(?=^\(sec-|^## |\Z)", text)
    assert match, f"no section called {title}"
    return match[1]


@every_chapter
def test_headings_go_down_one_level_at_a_time(path):
    levels = [level for level, _ in headings(path.read_text())]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@every_chapter
def test_it_opens_with_a_question_and_something_to_move(path):
    opening = re.split(r"(?m)^## ", path.read_text())[0]
    before, cell, after = re.split(r"(?sm)^(```\{code-cell\}.*?^```$)", opening, maxsplit=1)
    assert "_explorer()" in cell or "explorer()" in cell
    assert "?" in without_code(before + after)


@every_chapter
def test_it_says_what_one_will_be_able_to_do_how_long_and_what_one_needs(path):
    box = re.search(r"(?sm)^```\{admonition\} In this chapter\n(.*?)^```$", path.read_text())
    assert box, "no box 'In this chapter'"
    assert "**You will be able to**" in box[1]
    verbs = re.findall(r"(?m)^- (\w+)", box[1])
    assert len(verbs) >= 3
    assert all(verb.islower() for verb in verbs), "begin each item with a verb, in small letters"
    assert re.search(r"\*\*Time\*\* about \d+ minutes", box[1])
    assert "**Before you start**" in box[1]


@every_chapter
def test_it_asks_at_least_five_quick_questions_and_answers_them(path):
    questions = re.findall(
        r"(?ms)^(`{3,})\{dropdown\} ([^\n]+)\n(.*?)^\1$", section(path.read_text(), CLOSING[1])
    )
    assert len(questions) >= 5
    for _, question, answer in questions:
        assert len(answer.split()) >= 3, f"a bare answer, without a reason: {question}"


@every_chapter
def test_it_closes_with_pitfalls_questions_exercises_summary_and_reading(path):
    text = path.read_text()
    assert [title for _, title in headings(text)][-5:] == CLOSING
    assert f"exercises/{path.stem}.ipynb" in section(text, "Exercises")
    assert (book.ROOT / "exercises" / f"{path.stem}.ipynb").exists()
    assert len(re.findall(r"(?m)^- ", section(text, "Pitfalls"))) >= 3
    assert len(re.findall(r"(?m)^- ", section(text, "Summary"))) >= 3
    assert "{cite:" in section(text, "Further reading")
