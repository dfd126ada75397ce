"""Hints for mistakes that any question can meet: an error, a kind, a shape, a sign, a factor.

A hint is given only where the values prove it. Where nothing is proven, it says how to find out.
"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np

from dlcourse.grading.error_hints import error_hint
from dlcourse.grading.question import Kind
from dlcourse.grading.values import Value, Values, array, same

Hint = tuple[str, str]  # the name of a mistake and the hint for it

CLOSE: dict[str, Any] = {"rtol": 3e-5, "atol": 1e-9}
# What Python calls an object that is returned by mistake, and what to do about it.
OBJECTS = {
    "function": "The answer is a function, not its result. Is it called, with `()`?",
    "method": "The answer is a method, not its result. Is it called, with `()`?",
    "builtin_function_or_method": "The answer is a function, not its result: are the `()` missing?",
    "type": "The answer is a class. Make an object of it, with `()`.",
    "module": "The answer is a module. Which function of it did you mean?",
    "generator": "The answer is a generator, which makes no values yet. Write `return` and not "
    "`yield`, and `[... for ...]` and not `(... for ...)`.",
    "ndarray": "The answer is an array of objects, not of real numbers. Do its rows have different "
    "lengths, or does it hold None, text, or complex numbers?",
}
NO_FUNCTION = ", which cannot be called"
MOST_PARTS = 5
LAZY = ("map", "zip", "filter", "enumerate", "reversed", "dict_values", "set")


def general(kind: Kind, truth: Values, received: Values, label: str) -> Hint:
    """Return the name and the hint of a mistake that a question of any kind can meet."""
    value, wanted = received.get(label), truth.get(label)
    if value is None:
        return "incomplete", "The trial ended early: some of the values are missing."
    if "error" in value:
        return "raised", error_hint(value)
    if (kept := value.get("other", "")).endswith(NO_FUNCTION):
        what = kept.removesuffix(NO_FUNCTION)
        return "wrong_kind", (
            f"The statement asks for a function; the answer is an object of type {what}. Keep the "
            "line `def ...` that was in the cell."
        )
    call = label.rpartition(": ")[0] or label
    value = received.get(f"{label}: arguments") or received.get(f"{call}: arguments") or value
    if "changed" in value:
        return "changes_arguments", (
            f"The answer changed its argument number {value['changed']} in place (for instance "
            "with `x -= ...` or `x[...] = ...`). Work on a new array: `x = x - ...` or `x.copy()`."
        )
    if "none" in value:
        return "returned_nothing", _nothing(kind, value)
    if kind in ("predict", "read a curve") and wanted is not None:
        return _predicted(wanted, value)
    if swapped := _swapped(truth, received, label):
        return swapped
    if "shape" in value and wanted is not None and "shape" in wanted:
        return _one_array(truth, received, label) or _numbers(truth, received, label)
    if wanted is None:
        return _parts(truth, value, label)
    return _kind(wanted, value)


def _nothing(kind: Kind, value: Value) -> str:
    if kind in ("predict", "read a curve", "tune"):
        return "The answer is None. Does it hold what `print(...)` returned, which is nothing?"
    if value.get("printed"):
        return "The function prints its result and returns None. Write `return`, not `print`."
    return "The function returned None: does each path end in `return ...`?"


def _parts(truth: Values, value: Value, label: str) -> Hint:
    """Return the hint where a call should have given several values."""
    names = [name.removeprefix(f"{label}: ") for name in truth if name.startswith(f"{label}: ")]
    if not names:
        return _kind({"other": ""}, value)
    asked = f"The statement asks for {len(names)} values ({', '.join(names)}) in one tuple"
    if "parts" in value:
        return "wrong_parts", f"{asked}; the answer is a tuple of {len(value['parts'])}."
    return "wrong_parts", f"{asked}. The answer is {_what(value)}."


def _swapped(truth: Values, received: Values, label: str) -> Hint | None:
    """Return the hint where the parts of a tuple are right, and stand in another order."""
    call, _, part = label.rpartition(": ")
    names = [name for name in truth if part and name.startswith(f"{call}: ")]
    if not 2 <= len(names) <= MOST_PARTS or any(name not in received for name in names):
        return None
    orders = permutations(names)
    next(orders)  # the right one
    for order in orders:
        if all(same(truth[a], received[b]) for a, b in zip(names, order, strict=True)):
            asked = ", ".join(name.removeprefix(f"{call}: ") for name in names)
            return "parts_order", (
                f"These are the right values in another order: the statement asks for ({asked})."
            )
    return None


def _one_array(truth: Values, received: Values, label: str) -> Hint | None:
    """Return the hint where one array, as long as there are parts, was taken apart for them."""
    call, _, part = label.rpartition(": ")
    names = [name for name in truth if part and name.startswith(f"{call}: ")]
    shapes = [received.get(name, {}).get("shape") for name in names]
    if len(names) < 2 or not truth[label]["shape"] or any(shape != [] for shape in shapes):
        return None
    asked = ", ".join(name.removeprefix(f"{call}: ") for name in names)
    return "wrong_parts", (
        f"The statement asks for {len(names)} values ({asked}) in one tuple; the answer is one "
        f"array of {len(names)} numbers."
    )


def _kind(wanted: Value, value: Value) -> Hint:
    """Return the hint where what came back is not the kind of thing that was asked for."""
    name = value.get("other", "")
    if name in OBJECTS:
        return "wrong_kind", OBJECTS[name]
    if name in LAZY:
        return "wrong_kind", f"The answer is a {name}. Make a list of it, `list(...)`, or an array."
    if name.startswith("complex"):
        return "wrong_kind", "The answer is a complex number. Which root or power made it one?"
    if "text" in wanted and "text" not in value:
        return "wrong_kind", f"The answer should be a text in quotes; it is {_what(value)}."
    if "text" in wanted:
        return "wrong_text", "This is not what is asked for. Compare the two lines above."
    if "parts" in wanted and "parts" in value:
        return _lists(wanted["parts"], value["parts"])
    if len(value.get("parts", ())) == 1:
        return "wrong_kind", (
            "The answer is a tuple or list with one thing in it, instead of the thing itself. Does "
            "a comma too many stand behind it?"
        )
    asked = f"; the statement asks for {_what(wanted)}" if not wanted.get("other") else ""
    return "wrong_kind", f"The answer is {_what(value)}{asked}."


def _lists(wanted: list[Value], value: list[Value]) -> Hint:
    if len(wanted) != len(value):
        return "wrong_length", f"The list should hold {len(wanted)} things and holds {len(value)}."
    pairs = zip(wanted, value, strict=True)
    at = next((i for i, (w, v) in enumerate(pairs) if not same(w, v)), 0)
    one, other = wanted[at], value[at]
    if "shape" in one and "shape" in other:
        name, hint = _numbers({"": one}, {"": other}, "")
    else:
        name, hint = _kind(one, other)
    return name, f"At index {at} of the list: {hint}"


def _what(value: Value) -> str:
    """Return a kind of value in words."""
    if "shape" in value:
        return f"an array of shape {tuple(value['shape'])}" if value["shape"] else "a number"
    if "parts" in value:
        return f"a tuple or list of {len(value['parts'])} things"
    if "fields" in value:
        return "a dictionary"
    if "text" in value:
        return "a text"
    return f"an object of type {value.get('other', 'None')}"


def _predicted(wanted: Value, value: Value) -> Hint:
    """Return the hint for what was predicted: it must not give the right answer away."""
    if "text" in wanted:
        if "text" in value and len(value["text"]) == 1:
            return "wrong_choice", "Not this one. Read what each letter stands for once more."
        return "wrong_kind", 'The answer is one letter in quotes, like "a".'
    if "parts" in value or value.get("shape"):
        return "wrong_kind", "The answer is one number, without brackets and commas around it."
    if "shape" not in value:
        return _kind(wanted, value)
    e, r = float(wanted["data"][0]), float(value["data"][0])
    if np.isclose(r, e, rtol=1e-2) and e != round(e):
        return "nearly", "Close. Give more digits, or write the calculation instead of its result."
    if abs(e) < 1 and np.isclose(r, 100 * e, **CLOSE):
        return "percent", "That is the answer in per cent. Give it as a plain number: 0.5 for 50 %."
    if np.isclose(r, -e, **CLOSE):
        return "sign", "The number has the right size and the wrong sign."
    return "wrong_value", "Not this number. Read the statement again, and do it in small steps."


def _numbers(truth: Values, received: Values, label: str) -> Hint:
    e, r = array(truth[label]), array(received[label])
    assert e is not None
    assert r is not None
    if e.shape != r.shape:
        return _shapes(e, r)
    if not np.isfinite(r).all() and np.isfinite(e).all():
        return "not_finite", (
            "The result holds nan or inf. Look for an exponential of a large number, a logarithm "
            "of 0, or 0 divided by 0."
        )
    if e.ndim == 2 and e.shape[0] == e.shape[1] and np.allclose(r.T, e, **CLOSE):
        return "transposed", "The result is the transpose of the right one."
    if e.size > 1 and e.any() and not r.any():
        return "zeros", (
            "Every value is 0. Is the result filled in before it is returned, and can it hold "
            "floats?"
        )
    whole = received[label]["data"]
    if _rounded(e, r, all(type(x) is int for x in whole)):
        return "rounded", (
            "These are the right numbers without what follows the point. Is there an `int(...)`, a "
            "`//`, or an array of integers that the result is written into?"
        )
    pairs = _pairs(truth, received)
    if all(np.allclose(b, a, rtol=1e-2, atol=1e-9) for a, b in pairs or [(e, r)]):
        return "nearly", (
            "Very close, and not equal. Is something rounded or computed in few digits, or is a "
            "small number added that the statement does not ask for?"
        )
    factor = _factor(pairs, e, r)
    if factor is not None and np.isclose(factor, -1):
        return "sign", "Every value has the right size and the wrong sign."
    for base in (2, 10):
        if factor is not None and np.isclose(factor, 1 / np.log(base), rtol=1e-4):
            return "base", f"Is that the logarithm to the base {base}? Use the natural one, np.log."
    if factor is not None:
        large = abs(factor) > 1
        size = f"{factor:.5g} times too large" if large else f"{1 / factor:.5g} times too small"
        return "factor", (
            f"The result is exactly {size}: which constant or mean is missing or counted twice?"
        )
    gap = _offset(pairs, e, r)
    if gap is not None:
        return "offset", f"The result is off by the same number everywhere: {gap:.4g}."
    told_apart = e.size == 2 or np.unique(e).size > 2  # zeros and ones prove no order
    if told_apart and np.allclose(np.sort(r, axis=None), np.sort(e, axis=None), **CLOSE):
        return "order", "These are the right numbers in the wrong order."
    right = [name for name in truth if name != label and same(truth[name], received.get(name))]
    if right:
        return "partly", f"Right for: {'; '.join(right[:3])}. What is different about this one?"
    return (
        "wrong_value",
        "Work one small case by hand, with the numbers above, and compare step by step.",
    )


def _shapes(e: np.ndarray, r: np.ndarray) -> Hint:
    if e.ndim == 0 and r.size == 1:
        return "extra_axis", (
            f"The result should be one number; it is a list or an array of one, of shape {r.shape}."
        )
    shapes = f"The shape should be {e.shape} and is {r.shape}"
    if e.shape == r.shape[::-1]:
        return "transposed_shape", f"{shapes}: it is transposed."
    if r.ndim > e.ndim and [n for n in r.shape if n != 1] == [n for n in e.shape if n != 1]:
        return "extra_axis", f"{shapes}: an axis of length 1 is left over."
    if e.size == r.size and np.allclose(e.ravel(), r.ravel(), **CLOSE):
        return "reshape", f"{shapes}. The numbers are right: `reshape` them."
    if r.ndim > e.ndim:
        return "not_reduced", f"{shapes}: an axis is left that a sum or a mean should take away."
    if r.ndim < e.ndim:
        return (
            "lost_axis",
            f"{shapes}: an axis was summed or indexed away. Is `axis=` or `keepdims=` missing?",
        )
    return "shape", f"{shapes}."


Pair = tuple[np.ndarray, np.ndarray]


def _pairs(truth: Values, received: Values) -> list[Pair] | None:
    """Return all values as pairs of arrays, expected and received, or None if they do not pair."""
    pairs = [(array(truth[name]), array(received.get(name))) for name in truth]
    whole = [(e, r) for e, r in pairs if e is not None and r is not None and e.shape == r.shape]
    return whole if len(whole) == len(pairs) else None


def _firsts(pairs: list[Pair] | None) -> Pair:
    """Return the first number of every value, as expected and as received; empty if unpaired."""
    filled = [(e.flat[0], r.flat[0]) for e, r in pairs or () if e.size]
    return np.array([e for e, _ in filled]), np.array([r for _, r in filled])


def _rounded(e: np.ndarray, r: np.ndarray, whole: bool) -> bool:
    """Return whether what was received is what was expected, cut or rounded to whole numbers."""
    if not (whole or np.array_equal(r, np.round(r))) or np.allclose(e, np.round(e), **CLOSE):
        return False
    ways = (np.round, np.floor, np.ceil, np.trunc)
    return bool(r.any()) and any(np.array_equal(r, way(e)) for way in ways)


def _factor(pairs: list[Pair] | None, e: np.ndarray, r: np.ndarray) -> float | None:
    """Return c where r == c e, proven by several different numbers, else None.

    The numbers of one array prove it, or else the first numbers of all values together.
    """
    if e.size < 2 or np.ptp(e) == 0:
        e, r = _firsts(pairs)
    scale = np.abs(e).max(initial=0)
    if e.size < 2 or scale == 0 or np.ptp(np.abs(e)) == 0:
        return None
    at = int(np.abs(e).argmax())
    factor = float(r.flat[at] / e.flat[at])
    if factor in (0.0, 1.0) or not np.isfinite(factor):
        return None
    return factor if np.allclose(r, factor * e, rtol=3e-5, atol=1e-9 * scale) else None


def _offset(pairs: list[Pair] | None, e: np.ndarray, r: np.ndarray) -> float | None:
    """Return c where r == e + c in one array of several numbers, or in all single numbers."""
    if e.size < 2:
        e, r = _firsts(pairs)
    gap = r - e
    same_gap = gap.size > 1 and np.isfinite(gap).all() and np.ptp(gap) <= 1e-5 * np.abs(gap).max()
    return float(gap.flat[0]) if same_gap else None
