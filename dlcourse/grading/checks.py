"""The lines of a check cell: `check` judges at once, `reveal` shows values to judge elsewhere."""

from __future__ import annotations

import inspect
import linecache
import os
import secrets
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlcourse.grading.probes import find_probe
from dlcourse.grading.probes.tensorflow import WITH_KERAS, has_keras
from dlcourse.grading.trial import run
from dlcourse.grading.values import dumps

if TYPE_CHECKING:
    from dlcourse.grading.question import Verdict


NO_KERAS = (
    "This question needs TensorFlow, which is not installed here and does not run in a browser.\n"
    "  Open the notebook in Colab, where it is installed, or in a JupyterLab of your own, after\n"
    "  `pip install tensorflow`."
)


class CheckFailed(AssertionError):  # noqa: N818  the learner reads this name
    """An answer is not right yet; says what was tried, expected and received, and gives a hint."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows instead of a traceback: the message alone."""
        return str(self).splitlines()


def check(name: str, answer: Any, seed: int | None = None) -> None:
    """Judge an answer on fresh random inputs; raise CheckFailed with a report when it is not right.

    A failure names the seed of its inputs, so that `check(name, answer, seed=...)` repeats it.
    """
    try:
        from dlcourse.grading.judge import judge
    except ImportError:  # the grader hides the truth from the process that runs the answers
        print(f"{name}: judged elsewhere.")
        return
    if name in WITH_KERAS and not has_keras():
        raise CheckFailed(f"{name}: cannot be checked here.\n  {NO_KERAS}")
    seed = secrets.randbelow(100_000) if seed is None else seed
    verdict: Verdict = judge(name, _try(name, answer, seed), seed, source_of(answer))
    if not verdict.right:
        again = f"\n  {'Repeat':<9} {_again(name, answer, seed)}" if verdict.tried else ""
        raise CheckFailed(verdict.report() + again)
    unit = "point" if verdict.points == 1 else "points"
    print(f"{name}: right, {verdict.points} {unit}. {verdict.tried}".rstrip())


def _again(name: str, answer: Any, seed: int) -> str:
    """Return what to type to have the same inputs: a function's name is the question's."""
    if callable(answer):
        return f'check("{name}", {name}, seed={seed})'
    return f"the same inputs: add `seed={seed}` to the check."


def reveal(name: str, answer: Any) -> None:
    """Display what an answer gives for inputs drawn from the seed DLCOURSE_SEED; judge nothing."""
    from IPython.display import display

    text = _try(name, answer, int(os.environ.get("DLCOURSE_SEED", "0")))
    display({"text/plain": text}, raw=True)


def _try(name: str, answer: Any, seed: int) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dumps(run(find_probe(name), name, answer, seed).values)


def source_of(answer: Any) -> str | None:
    """Return the text of the cell that defines an answer, or None where Python does not know it."""
    code = getattr(answer, "__code__", None)
    if code is None and isinstance(answer, type):
        methods = [m for m in vars(answer).values() if hasattr(m, "__code__")]
        code = methods[0].__code__ if methods else None
    if code is None:
        return None
    if Path(code.co_filename).exists():  # a module, of which the answer may be a small part
        return inspect.getsource(answer)
    return "".join(linecache.getlines(code.co_filename)) or None
