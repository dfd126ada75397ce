"""One trial of an answer: draw inputs, call the answer, keep what came back.

A probe is a function `probe(answer, trial)`. It runs beside the student's code, so it holds no
truth. The same probe runs on the truth, and on known mistakes, where the values are judged.

    def neuron(answer, trial):
        x, w = trial.rng.normal(size=3), trial.rng.normal(size=3)
        trial.call("three inputs", answer, x, w, 0.5)
"""

from __future__ import annotations

import contextlib
import io
import linecache
import traceback
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from dlcourse.grading.values import Values, encode

Probe = Callable[[Any, "Trial"], None]
# Where the code lives that is nobody's answer: this package, other people's, Python's own.
LIBRARIES = (
    str(Path(__file__).parents[1]),
    "site-packages",
    "dist-packages",
    str(Path(traceback.__file__).parent),
)


class Stop(Exception):  # noqa: N818  it ends a trial, it is not an error of ours
    """Ends a trial after the answer raised an error or gave what the rest cannot use."""


class Trial:
    """Calls an answer on inputs drawn from a seed and keeps what came back, under a label a call.

    `values` are the encoded results; `inputs` the calls in words, for the report; both by label.
    """

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.answer: Any = None
        self.rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        self.values: Values = {}
        self.inputs: dict[str, str] = {}

    def call(
        self,
        label: str,
        function: Callable[..., Any],
        *args: Any,
        names: Sequence[str] = (),
        may_change: bool = False,
        strict: bool = False,
        then: Callable[[Any], Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """Call a function, keep its result under the label, and return it.

        With names, the result must be a tuple of so many parts, kept one by one. `then` turns the
        result into what is kept. A change of an array argument is kept as a value of its own,
        unless it may change. `strict` makes an overflow an error. An error ends the trial.
        """
        name = self.name if function is self.answer else ""
        self.inputs[label] = describe_call(function, args, kwargs, name)
        before = _snapshot(args), _snapshot(kwargs)
        if not callable(function):
            self.values[label] = {"other": f"{type(function).__name__}, which cannot be called"}
            raise Stop
        try:
            with quiet(strict) as printed:
                result = function(*args, **kwargs)
        except (Exception, SystemExit) as error:
            self.values[label] = encode_error(error)
            raise Stop from None
        if result is None and printed.getvalue().strip():
            self.values[label] = {"none": True, "printed": True}
            raise Stop
        if names:
            self._keep_parts(label, result, names)
        elif then is not None and result is not None and result is not ...:
            self._keep_turned(label, result, then)
        else:
            self.keep(label, result)
        if not may_change:
            self._keep_changes(label, before, (args, kwargs))
        return result

    def keep(self, label: str, value: object) -> None:
        """Keep a value under a label; end the trial when there is none."""
        self.values[label] = encode(value)
        if value is None or value is ...:
            raise Stop

    def _keep_turned(self, label: str, result: Any, then: Callable[[Any], Any]) -> None:
        """Keep what `then` makes of a result; the result itself where it can make nothing of it."""
        try:
            kept = then(result)
        except Exception:
            self.keep(label, result)
            raise Stop from None
        self.keep(label, kept)

    def _keep_parts(self, label: str, result: object, names: Sequence[str]) -> None:
        several = isinstance(result, (tuple, list)) or (
            isinstance(result, np.ndarray) and result.ndim > 0
        )
        if not several or len(result) != len(names):  # type: ignore[arg-type]
            self.keep(label, result)
            raise Stop
        for name, part in zip(names, result, strict=True):  # type: ignore[call-overload]
            self.inputs[f"{label}: {name}"] = self.inputs[label]
            self.keep(f"{label}: {name}", part)

    def _keep_changes(self, label: str, before: tuple, after: tuple) -> None:
        pairs = [
            (str(i + 1), a, b) for i, (a, b) in enumerate(zip(before[0], after[0], strict=True))
        ]
        pairs += [(key, value, after[1][key]) for key, value in before[1].items()]
        for name, old, new in pairs:
            if _differs(old, new):
                self.values[f"{label}: arguments"] = {"changed": name}


def _snapshot(value: Any) -> Any:
    """Return a value with copies of the arrays in it; all else is shared."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return type(value)(map(_snapshot, value))
    if isinstance(value, dict):
        return {key: _snapshot(item) for key, item in value.items()}
    return value


def _differs(old: object, new: object) -> bool:
    """Return whether an array, or an array in a list or tuple, is no longer what it was."""
    if isinstance(old, np.ndarray) and old.dtype.kind == "f":  # `x += h; x -= h` may round
        return not np.allclose(old, new, rtol=1e-12, atol=1e-12, equal_nan=True)  # type: ignore[arg-type]
    if isinstance(old, np.ndarray):
        return not np.array_equal(old, new)  # type: ignore[arg-type]
    if isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        return len(old) != len(new) or any(map(_differs, old, new))
    return False


def run(probe: Probe, name: str, answer: Any, seed: int) -> Trial:
    """Run a probe on an answer and return the finished trial; a wrong answer never raises."""
    trial = Trial(name, seed)
    trial.answer = answer
    try:
        if answer is None or answer is ...:
            trial.keep("answer", answer)
        with np.errstate(all="ignore"):
            probe(answer, trial)
    except Stop:
        pass
    except Exception as error:  # the answer gave something that the probe cannot work with
        trial.values["what the answer returned"] = encode_error(error)
    return trial


@contextlib.contextmanager
def quiet(strict: bool = False) -> Iterator[io.StringIO]:
    """Swallow what an answer warns, keep what it prints; with strict, make an overflow an error."""
    with (
        contextlib.redirect_stdout(io.StringIO()) as printed,
        contextlib.redirect_stderr(io.StringIO()),
        np.errstate(all="ignore", over="raise" if strict else "ignore"),
    ):
        yield printed


def encode_error(error: BaseException) -> dict[str, str]:
    """Return an error as a value: its type, its message, and the innermost line of the answer."""
    line = ""
    for frame in traceback.extract_tb(error.__traceback__):
        own = not any(part in frame.filename for part in LIBRARIES)
        if own and frame.line:
            line = frame.line
        elif own and frame.lineno:
            line = linecache.getline(frame.filename, frame.lineno).strip() or line
    return {"error": type(error).__name__, "message": str(error)[:500], "line": line[:200]}


def describe_call(
    function: Callable[..., Any], args: tuple, kwargs: dict[str, Any], name: str = ""
) -> str:
    """Return a call as a learner would type it, with long arrays by their shape."""
    parts = [_short(value) for value in args]
    parts += [f"{key}={_short(value)}" for key, value in kwargs.items()]
    name = name or getattr(function, "__name__", type(function).__name__)
    return f"{name}({', '.join(parts)})"


def _short(value: object) -> str:
    if isinstance(value, np.ndarray):
        if value.size > 16:
            return f"<array {value.shape}>"
        return np.array2string(value, precision=4, separator=", ").replace("\n", "")
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.6g}"
    if callable(value) or isinstance(value, ModuleType):
        return getattr(value, "__name__", type(value).__name__)
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def keep_value(answer: Any, trial: Trial) -> None:
    """Keep the answer itself: the probe of every question whose answer is a number or a choice."""
    trial.keep("your answer", answer)


def keep_choice(answer: Any, trial: Trial) -> None:
    """Keep a letter, typed as "b", " B " or "b)": the probe of a multiple choice."""
    letter = answer.strip(" \n.:()*").lower() if isinstance(answer, str) else answer
    trial.keep("your answer", letter)
