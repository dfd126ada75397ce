"""Near-identical answers: what an instructor may want to look at, never a verdict.

Answers are compared by their shape: names that the student chose, comments, layout and texts do not
count. Of two shapes, the share of common runs of five symbols counts. Short answers are left out,
and so is every shape that many students found: a textbook answer is nobody's copy.
"""

from __future__ import annotations

import ast
import io
import itertools
import keyword
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 20_000  # characters of an answer that are looked at
RUN, SHORTEST, COMMON_SHARE, COMMON_COUNT, ALIKE = 5, 40, 0.1, 3, 0.8


@dataclass(frozen=True)
class Pair:
    """Two students whose answers to a question are alike: how much their shapes share."""

    question: str
    first: str
    second: str
    share: float


def shape(answer: str) -> tuple[str, ...]:
    """Return an answer's symbols, with each name of the student's own replaced by its number."""
    if len(answer) > LONGEST:
        return ()
    own: dict[str, str] = {}
    found = []
    chosen = _chosen_names(answer)
    try:
        for token in tokenize.generate_tokens(io.StringIO(answer).readline):
            if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
                if token.string in chosen:
                    found.append(own.setdefault(token.string, f"name{len(own)}"))
                else:
                    found.append(token.string)
            elif token.type == tokenize.STRING:
                continue
            elif token.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER):
                found.append(token.string)
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return ()
    return tuple(found)


def _chosen_names(answer: str) -> set[str]:
    """Return the names that an answer itself gives a meaning: variables, arguments, functions."""
    try:
        tree = ast.parse(answer)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
    return names


def alike(question: str, answers: Iterable[tuple[str, str]], starter: str = "") -> list[Pair]:
    """Return the pairs of students with near-identical answers to a question, most alike first."""
    shapes: dict[tuple[str, ...], list[str]] = defaultdict(list)
    untouched = shape(starter)
    students = set()
    for student, answer in answers:
        students.add(student)
        found = shape(answer)
        if len(found) >= SHORTEST and found != untouched and student not in shapes[found]:
            shapes[found].append(student)
    common = max(COMMON_COUNT, COMMON_SHARE * len(students))
    rare = {found: names for found, names in shapes.items() if len(names) <= common}
    pairs = [
        Pair(question, min(two), max(two), 1.0)
        for names in rare.values()
        for two in itertools.combinations(names, 2)
    ]
    pairs += _nearly(question, rare, common)
    return sorted(pairs, key=lambda pair: (-pair.share, pair.first, pair.second))


def _nearly(question: str, shapes: dict[tuple[str, ...], list[str]], common: float) -> list[Pair]:
    """Return pairs of different shapes that share most of their runs.

    Only shapes that share a rare run are compared, so that a large class takes no square of time.
    """
    runs = {found: {found[i : i + RUN] for i in range(len(found) - RUN + 1)} for found in shapes}
    count = Counter(run for own in runs.values() for run in own)
    by_run = defaultdict(list)
    for found, own in runs.items():
        keep = int((1 - ALIKE) * len(own)) + 1  # two alike shapes share one of so many, the rarest
        for run in sorted(own, key=lambda run: (count[run], run))[:keep]:
            by_run[run].append(found)
    pairs, seen = [], set()
    for together in by_run.values():
        if len(together) > common:
            continue
        for one, two in itertools.combinations(sorted(together), 2):
            if (one, two) in seen:
                continue
            seen.add((one, two))
            share = len(runs[one] & runs[two]) / len(runs[one] | runs[two])
            if share >= ALIKE:
                names = itertools.product(shapes[one], shapes[two])
                pairs += [Pair(question, min(n), max(n), share) for n in names if n[0] != n[1]]
    return pairs
