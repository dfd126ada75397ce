"""What an answer may not use, because it would be the answer: read from its text.

A question that bans something also closes the ways round: names put together at run time (`eval`,
`getattr`), double-underscore attributes, and modules outside a list of harmless ones.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from dlcourse.grading.question import Question

HARMLESS_MODULES = {
    *("numpy", "math", "cmath", "itertools", "functools", "operator", "collections", "dataclasses"),
    *("typing", "random", "time", "copy", "abc", "contextlib", "string", "re", "statistics"),
    *("fractions", "warnings", "matplotlib", "keras", "tensorflow", "dlcourse", "__future__"),
}
COMPUTED_NAMES = {
    *("eval", "exec", "compile", "__import__", "globals", "locals", "vars", "breakpoint"),
    *("__builtins__", "__loader__", "__spec__", "get_ipython"),
}
MODULES_BEHIND = {"sys", "os", "builtins", "importlib", "inspect", "ctypes", "ctypeslib", "f2py"}
FIRST_CELL = {("dlcourse.grading", name) for name in ("CheckFailed", "check", "reveal")}
PLAIN_DUNDERS = {
    *("__init__", "__call__", "__name__", "__len__", "__getitem__", "__setitem__", "__iter__"),
    *("__next__", "__repr__", "__doc__", "__add__", "__mul__", "__sub__", "__matmul__"),
    *("__post_init__", "__enter__", "__exit__"),
}


def banned_uses(source: str, question: Question) -> list[str]:
    """Return a sentence for each thing in an answer's text that its question does not allow."""
    tree = parse(source)
    if tree is None:
        return []  # what cannot be read cannot run either; running it gives the better message
    found = list(_always(tree))
    if question.banned:
        found += _named(tree, question.banned)
        found += _ways_round(tree)
    return list(dict.fromkeys(found))


def parse(source: str) -> ast.Module | None:
    """Return a cell's syntax tree, with IPython magics as calls, or None if it has none."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    try:
        from IPython.core.inputtransformer2 import TransformerManager

        return ast.parse(TransformerManager().transform_cell(source))
    except (ImportError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield each import as (module, name in it or ""), but for those of a notebook's first cell."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            pairs = [(node.module or ".", alias.name) for alias in node.names]
            yield from (pair for pair in pairs if pair not in FIRST_CELL)


def _always(tree: ast.AST) -> Iterator[str]:
    for module, name in imports(tree):
        if f"{module}.{name}".startswith("dlcourse.grading"):
            yield "An answer may not import dlcourse.grading: that is what marks it."


def _named(tree: ast.AST, banned: tuple[str, ...]) -> Iterator[str]:
    members = {entry.rpartition(".")[2]: entry for entry in banned if "." in entry}
    modules = {entry for entry in banned if "." not in entry}
    for module, name in imports(tree):
        top = module.partition(".")[0]
        if top in modules or name in modules:
            yield _sentence(top if top in modules else name)
        if name in members:
            yield _sentence(members[name])
        if name == "*":
            yield "An answer may not use `from ... import *`: name what it imports."
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in members:
            yield _sentence(members[node.attr])
        if isinstance(node, ast.Attribute) and node.attr in modules:
            yield _sentence(node.attr)
        if isinstance(node, ast.Name) and node.id in modules and isinstance(node.ctx, ast.Load):
            yield _sentence(node.id)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in members:
            yield _sentence(members[node.value])


def _sentence(entry: str) -> str:
    return f"An answer to this question may not use {entry}: that would be the answer."


def _ways_round(tree: ast.AST) -> Iterator[str]:
    for module, _ in imports(tree):
        if module.partition(".")[0] not in HARMLESS_MODULES:
            yield f"An answer to this question may not import {module}: NumPy is enough."
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in COMPUTED_NAMES:
            yield f"An answer to this question may not use {node.id}: write the names out."
        if isinstance(node, ast.Attribute):
            hidden = node.attr.startswith("__") and node.attr not in PLAIN_DUNDERS
            if hidden or node.attr in MODULES_BEHIND:
                yield f"An answer to this question may not use .{node.attr}."
        if isinstance(node, ast.Name) and node.id in ("getattr", "attrgetter", "methodcaller"):
            yield f"An answer to this question may not use {node.id}: write the attribute out."
        if isinstance(node, ast.Attribute) and node.attr in ("attrgetter", "methodcaller"):
            yield f"An answer to this question may not use {node.attr}: write the attribute out."
