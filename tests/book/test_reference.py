"""The reference pages hold what the chapters use: every symbol, every term, every box."""

from __future__ import annotations

import re

import book
import term_index

CHAPTERS = sorted((book.ROOT / "chapters").glob("[0-9][0-9]_*.md"))
PAGES = {path.stem: path.read_text() for path in (book.ROOT / "chapters").glob("*.md")}
ALL_CHAPTERS = "\n".join(path.read_text() for path in CHAPTERS)

TERMS = term_index.glossary_terms(book.ROOT / "chapters" / "glossary.md")

# What a formula is set with, and what reads as a word.
LAYOUT = re.findall(
    r"\w+",
    """aligned begin big Big cdot cdots dots end frac ge ldots le left lvert mapsto max ne
    parallel quad qquad right Rightarrow rvert sqrt tfrac text approx exp lim infty in times to
    mathrm operatorname ln log min underbrace sim cases pm""",
)
ACCENTS = "hat tilde bar dot vec mathbb mathcal mathbf"


def symbols(formula: str) -> set[str]:
    r"""Return the symbols of a formula: letters, Greek `\eta`, accented `\hat y`."""
    formula = re.sub(r"\\(text|mathrm|begin|end)\{[^}]*\}|\\[,;:!> \\]", " ", formula)
    operators = re.findall(r"\\operatorname\{([A-Z]\w*)\}", formula)
    formula = re.sub(r"\\operatorname\{\w*\}", " ", formula)
    accent = "|".join(ACCENTS.split())
    accented = re.findall(rf"\\(?:{accent})\s*\{{?\s*(?:\\[a-zA-Z]+|[a-zA-Z])", formula)
    formula = re.sub(rf"\\(?:{accent})\s*\{{?\s*(?:\\[a-zA-Z]+|[a-zA-Z])", " ", formula)
    named = {f"\\{name}" for name in re.findall(r"\\([a-zA-Z]+)", formula)}
    letters = re.findall(r"[a-zA-Z]", re.sub(r"\\[a-zA-Z]+", " ", formula))
    found = {re.sub(r"[\s{]+", " ", name) for name in accented} | named | {*letters, *operators}
    return found - {f"\\{name}" for name in LAYOUT}


def display_formulas(text: str) -> list[str]:
    return re.findall(r"(?m)^\$\$\n(.*?)\n\$\$", text, flags=re.DOTALL)


def inline_formulas(text: str) -> list[str]:
    return re.findall(r"(?<![$\\`])\$([^$\n`]+)\$", text)


def listed_symbols() -> set[str]:
    rows = re.findall(r"(?m)^\| (\$.*?\$) \| ", PAGES["symbols"])
    return {
        symbol for row in rows for formula in inline_formulas(row) for symbol in symbols(formula)
    }


def test_symbols_are_found_in_a_formula():
    assert symbols(r"\hat y = \frac{1}{n_\text{in}} \sum_i \eta\, W^{\!\top}") == {
        r"\hat y", "n", r"\sum", "i", r"\eta", "W", r"\top",
    }  # fmt: skip


def test_every_symbol_of_a_display_formula_stands_in_the_table():
    listed = listed_symbols()
    missing = {
        path.stem: sorted(used - listed)
        for path in CHAPTERS
        if (used := set().union(*map(symbols, display_formulas(path.read_text())), set())) - listed
    }
    assert missing == {}, "chapters/symbols.md does not explain these"


def test_every_symbol_of_the_table_is_used():
    formulas = [*display_formulas(ALL_CHAPTERS), *inline_formulas(ALL_CHAPTERS)]
    used = set().union(*map(symbols, formulas))
    assert listed_symbols() <= used


def used_terms() -> set[str]:
    """Return the terms that the pages link to, in small letters."""
    text = "\n".join(PAGES.values())
    roles = re.findall(r"\{term\}`([^`]+)`", text)
    return {re.sub(r"(?s).*<(.*)>", r"\1", role).strip().lower() for role in roles}


def test_every_term_that_a_page_links_to_is_defined():
    assert used_terms() <= set(TERMS)


def test_every_term_of_the_glossary_is_used():
    assert set(TERMS) <= used_terms()


def test_every_claim_set_right_is_listed_with_the_article_that_makes_it():
    boxes = re.findall(r":class: misread\n(?::name: ([\w-]+)\n)?", ALL_CHAPTERS)
    assert all(boxes), "give every box of class misread a :name: misread-…"
    assert len(set(boxes)) == len(boxes)
    missing = [name for name in boxes if f"<{name}>" not in PAGES["articles"]]
    assert missing == []
