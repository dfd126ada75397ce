"""Lint the prose: British spelling, no hype, no words that talk down to the reader, no clichés.

The text of chapters and exercises is read without its code, formulas and names; so are the README
and the guide for contributors.  Misspelt words are codespell's business; `make lint` runs both.
proselint looks for what good editors look for; .proselintrc.json turns off what Sphinx sees to
(quotes), what formulas set off, and what is American taste.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import codespell_lib

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ["chapters/*.md", "exercises/sources/*.md", "README.md", "CONTRIBUTING.md"]

FORBIDDEN = {
    r"simply|obviously|trivial(?:ly)?|clearly|of course|needless to say|as you can see|just": (
        "it tells a reader who is stuck that they should not be"
    ),
    r"amazing|awesome|exciting|incredibl[ey]|revolutionary|powerful|cutting[- ]edge|seamless(?:ly)?"
    r"|state[- ]of[- ]the[- ]art|groundbreaking|game[- ]chang\w+|delve|leverag\w+|unlock\w*": (
        "it praises instead of showing"
    ),
    r"in this article|in conclusion|let us dive|let's|dive in(?:to)?|buckle up": "it fills space",
}
# Words that the dictionary takes for American ones.
BRITISH = {
    "program",
    "programs",
    "practice",
    "practices",
    "story",
    "biased",
    "meter",
    "disk",
    "check",
}
# The field's own names, as Keras spells them.
NAMES = {"optimizer", "optimizers"}
# Headings of other people's texts, named as they stand there.
QUOTED = {"chapters/articles.md": {"regularization", "normalization", "optimization"}}

# Said of what they say: the title of an article, an average over time, a result that is wrong.
MEANT = {"'In a nutshell'", "'in the long run'", "'too good to be true'"}


def american_words() -> dict[str, str]:
    """Return British spellings by American ones, from codespell's dictionary read backwards."""
    data = Path(codespell_lib.__file__).parent / "data" / "dictionary_en-GB_to_en-US.txt"
    words: dict[str, str] = {}
    for line in data.read_text().splitlines():
        british, _, american = line.partition("->")
        for word in filter(None, map(str.strip, american.split(","))):
            words.setdefault(word, british)
    return {word: british for word, british in words.items() if word not in BRITISH | NAMES}


AMERICAN = american_words()
# The dictionary is short of verbs.  (size, prize, seize: what is left has at least three letters.)
IZE = re.compile(r"\w{3,}(?:iz(?:e[sd]?|ing|ations?)|yz(?:e[sd]?|ing))", re.IGNORECASE)
IZE_IS_RIGHT = {"capsize", "outsize", "resize", "resized", "resizing", "oversized", "undersized"}

_BLOCKS = re.compile(r"(?sm)^(`{3,}|~{3,})(?!\{(?:admonition|dropdown|glossary|note|tip)).*?^\1 *$")
_INLINE = re.compile(
    r"(?s)\A---\n.*?\n---|\$\$.*?\$\$|\$[^$\n]*\$|\{[\w:.-]+\}`[^`]*`|`[^`\n]*`|\]\([^)]*\)"
    r"|https?://\S+|<[^>\n]*>|^:\w+:.*?$|^\([\w-]+\)=$|<!--.*?-->|^\+\+\+.*?$",
    flags=re.MULTILINE,
)


def prose(text: str) -> str:
    """Return a Markdown text without code, formulas, links and names, line for line."""

    def blank(match: re.Match) -> str:
        return "\n" * match[0].count("\n") or "·"

    return _INLINE.sub(blank, _BLOCKS.sub(blank, text))


def problems(name: str, text: str) -> Iterator[str]:
    """Yield what is wrong with a text: where, what, and what to write instead or why."""
    quoted = QUOTED.get(name, set())
    for number, line in enumerate(prose(text).splitlines(), start=1):
        where = f"{name}:{number}: "
        for word in re.findall(r"[A-Za-z]+", line):
            small = word.lower()
            if small in quoted or small in NAMES or word.isupper():
                continue
            if small in AMERICAN:
                yield f"{where}'{word}' is American: write '{AMERICAN[small]}'"
            elif IZE.fullmatch(small) and small not in IZE_IS_RIGHT:
                yield f"{where}'{word}' is American: write it with s"
        for pattern, why in FORBIDDEN.items():
            for match in re.finditer(rf"\b(?:{pattern})\b", line, re.IGNORECASE):
                yield f"{where}leave out '{match[0]}': {why}"
        if twice := re.search(r"\b(?!that|had)([A-Za-z]+) \1\b", line):
            yield f"{where}'{twice[0]}': a word stands twice"
        if re.search(r"\w!(?:\s|$)", line):
            yield f"{where}no exclamation marks"
        if emoji := re.search("[\U0001f300-\U0001faff\u2600-\u26ff\u2705\u274c]", line):
            yield f"{where}no emoji: {emoji[0]}"


def proselint(texts: dict[str, str]) -> list[str]:
    """Return what proselint says about the texts."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(prose(text))
        command = [str(Path(sys.executable).with_name("proselint")), "check"]
        command += ["--config", str(ROOT / ".proselintrc.json"), *texts]
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        lines = result.stdout.splitlines()
        found = [line.removeprefix(f"{Path(folder).resolve()}/") for line in lines]
    if result.returncode and not found:
        return [f"proselint did not run: {result.stderr}"]
    return [line for line in found if not any(phrase in line for phrase in MEANT)]


def main() -> int:
    """Print every problem and return how many there are, at most 1."""
    paths = [path for pattern in SOURCES for path in sorted(ROOT.glob(pattern))]
    texts = {str(path.relative_to(ROOT)): path.read_text() for path in paths}
    found = [problem for name, text in texts.items() for problem in problems(name, text)]
    found += proselint(texts)
    print("\n".join(found) if found else f"Nothing to mend in the prose of {len(texts)} files.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
