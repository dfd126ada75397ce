"""The values an answer gave, as text: written beside the student's code, compared elsewhere.

    text = dumps({"a batch": np.array([0.5, 1.0])})
    loads(text)["a batch"]                 # {"shape": [2], "data": [0.5, 1.0]}

The text is JSON with one line a value, and floats have six significant digits: enough to tell right
from wrong, too few for the last bits of another processor to show. `loads` trusts nothing it reads.
"""

from __future__ import annotations

import json
import math
from numbers import Real
from typing import Any

import numpy as np

from dlcourse.grading.plain import printable

Value = dict[str, Any]
Values = dict[str, Value]

DIGITS = 6
TINY = 1e-12  # magnitudes below this are rounding noise and are written as 0.0
RELATIVE, ABSOLUTE = 2e-5, 1e-9
MAX_ELEMENTS = 20_000
MAX_TEXT = 4_000_000


def encode(value: object, depth: int = 0) -> Value:
    """Return a value as data for JSON: an array, a text, parts, fields, or what else it is."""
    if value is None:
        return {"none": True}
    if value is ...:
        return {"unanswered": True}
    if isinstance(value, str):
        return {"text": value[:1000]}
    if depth < 4 and isinstance(value, dict):
        return {
            "fields": {str(k)[:100]: encode(v, depth + 1) for k, v in list(value.items())[:100]}
        }
    if depth < 4 and isinstance(value, tuple):
        return {"parts": [encode(part, depth + 1) for part in value[:100]]}
    array = _array(value)
    if array is not None:
        return {"shape": list(array.shape), "data": [_number(x) for x in array.ravel().tolist()]}
    if depth < 4 and isinstance(value, list):
        return {"parts": [encode(part, depth + 1) for part in value[:100]]}
    return {"other": type(value).__name__}


def _array(value: object) -> np.ndarray | None:
    """Return a value as an array of real numbers, or None when it is not one."""
    try:
        array = np.asarray(value)
    except Exception:
        return None
    if array.dtype.kind == "O" and all(isinstance(x, Real) for x in array.flat):
        array = array.astype(float)
    if array.dtype.kind not in "biuf" or array.size > MAX_ELEMENTS:
        return None
    return array.astype(np.int64) if array.dtype.kind == "b" else array


def _number(x: float) -> float | int | str:
    """Return a number as it is written: integers exactly, floats to six significant digits."""
    if isinstance(x, int):
        return x
    if not math.isfinite(x):
        return str(x)
    if abs(x) < TINY:
        return 0.0
    if x == round(x) and abs(x) < 2**53:
        return float(x)
    return float(f"{x:.{DIGITS - 1}e}")


def dumps(values: Values) -> str:
    """Return named, encoded values as text, one line each."""
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in values.items()]
    return "{\n" + ",\n".join(lines) + "\n}"


def loads(text: str) -> Values | None:
    """Return the values that a text holds, or None when it is not such a text."""
    if len(text) > MAX_TEXT:
        return None
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or not all(_is_value(v) for v in values.values()):
        return None
    return values


def _is_value(value: object, depth: int = 0) -> bool:
    """Return whether data read from outside has the form that `encode` gives."""
    if not isinstance(value, dict) or depth > 5:
        return False
    if "shape" in value:
        shape, data = value["shape"], value.get("data")
        return (
            isinstance(shape, list)
            and isinstance(data, list)
            and len(shape) <= 8
            and all(type(n) is int and 0 <= n <= MAX_ELEMENTS for n in shape)
            and math.prod(shape) == len(data)
            and all(map(_is_number, data))
        )
    if "parts" in value:
        parts = value["parts"]
        return isinstance(parts, list) and all(_is_value(part, depth + 1) for part in parts)
    if "fields" in value:
        fields = value["fields"]
        return isinstance(fields, dict) and all(_is_value(f, depth + 1) for f in fields.values())
    if "error" in value:
        return all(isinstance(value.get(k), str) for k in ("error", "message", "line"))
    return (
        value.get("none") is True
        or value.get("unanswered") is True
        or isinstance(value.get("text"), str)
        or isinstance(value.get("other"), str)
        or isinstance(value.get("changed"), str)
    )


def _is_number(x: object) -> bool:
    """Return whether data read from outside is a number as `encode` writes it."""
    if type(x) is int:
        return abs(x) < 2**63
    return type(x) is float or (isinstance(x, str) and x in ("nan", "inf", "-inf"))


def array(value: Value | None) -> np.ndarray | None:
    """Return the array that an encoded value stands for, or None when it is not an array."""
    if value is None or "shape" not in value:
        return None
    return np.array([float(x) for x in value["data"]]).reshape(value["shape"])


def same(expected: Value | None, received: Value | None, rtol: float = RELATIVE) -> bool:
    """Return whether two encoded values agree: numbers within a tolerance, all else exactly.

    Integers (a count, a label) must agree exactly. A tuple of numbers agrees with an array of the
    same numbers. Two errors agree when they are of one type.
    """
    if expected is None or received is None:
        return expected is received
    if "shape" in expected and "parts" in received:
        received = _stacked(received) or received
    if "parts" in expected and "shape" in received:
        expected = _stacked(expected) or expected
    if "shape" in expected and "shape" in received:
        if expected["shape"] != received["shape"]:
            return False
        if all(type(x) is int for x in expected["data"]):
            rtol = 0.0
        return close(array(expected), array(received), rtol)
    if "parts" in expected and "parts" in received:
        e, r = expected["parts"], received["parts"]
        return len(e) == len(r) and all(same(x, y, rtol) for x, y in zip(e, r, strict=True))
    if "fields" in expected and "fields" in received:
        e, r = expected["fields"], received["fields"]
        return e.keys() == r.keys() and all(same(e[k], r[k], rtol) for k in e)
    if "error" in expected and "error" in received:
        return expected["error"] == received["error"]
    return expected == received


def _stacked(value: Value) -> Value | None:
    """Return a tuple of numbers, or of equal tuples, as the array of the same numbers, or None."""
    if "shape" in value:
        return value
    parts = [_stacked(part) for part in value.get("parts", ())]
    arrays = [part for part in parts if part is not None]
    shapes = [part["shape"] for part in arrays]
    if len(arrays) < len(parts) or not parts or any(shape != shapes[0] for shape in shapes):
        return None
    data = [number for part in arrays for number in part["data"]]
    return {"shape": [len(parts), *shapes[0]], "data": data}


def close(expected: np.ndarray | None, received: np.ndarray | None, rtol: float = RELATIVE) -> bool:
    """Return whether two arrays of one shape agree within the tolerance, nan and inf included.

    A number near 0 beside large ones may be off by what float32 loses on those.
    """
    if expected is None or received is None or expected.shape != received.shape:
        return False
    largest = np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
    atol = ABSOLUTE + (rtol / 20) * largest
    return bool(np.allclose(received, expected, rtol=rtol, atol=atol, equal_nan=True))


def agree(expected: Values, received: Values, rtol: float = RELATIVE) -> bool:
    """Return whether all named values agree, none missing and none extra."""
    return expected.keys() == received.keys() and all(
        same(value, received[name], rtol) for name, value in expected.items()
    )


def snap(expected: str, received: str, rtol: float = RELATIVE) -> str:
    """Return the received text with each value that agrees replaced by the expected one."""
    e, r = loads(expected), loads(received)
    if e is None or r is None:
        return received
    return dumps({k: e[k] if same(e.get(k), v, rtol) else v for k, v in r.items()})


def show(value: Value | None) -> str:
    """Return an encoded value as a learner reads it, cut when long, without control codes."""
    text = _words(value)
    text = printable(text[:2001], keep="\n")
    return text if len(text) <= 2000 else f"{text[:2000]} ..."


def _words(value: Value | None) -> str:
    if value is None:
        return "nothing: the trial ended before this"
    if "shape" in value:
        a = array(value)
        assert a is not None
        if all(type(x) is int for x in value["data"]):
            a = a.astype(int)
        if a.ndim == 0:
            return f"{a.item():.{DIGITS}g}" if a.dtype.kind == "f" else str(a.item())
        text = np.array2string(a, precision=4, threshold=24, edgeitems=3, separator=", ")
        return f"{text}   shape {a.shape}"
    if "parts" in value:
        return "(" + ", ".join(_words(part) for part in value["parts"]) + ")"
    if "fields" in value:
        return "{" + ", ".join(f"{k}: {_words(v)}" for k, v in value["fields"].items()) + "}"
    if "error" in value:
        where = f"   in: {value['line']}" if value["line"] else ""
        return f"{value['error']}: {value['message']}{where}"
    if "text" in value:
        return repr(value["text"])
    if "other" in value:
        return f"an object of type {value['other']}"
    if "changed" in value:
        return f"the argument {value['changed']} was changed"
    if "none" in value:
        return "None, after printing something" if value.get("printed") else "None"
    return "..."
