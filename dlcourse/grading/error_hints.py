"""Hints for the errors that an answer raised: from the error's type and from its message."""

from __future__ import annotations

import re

from dlcourse.grading.values import Value

# The first entry whose type and words are those of the error.
BY_MESSAGE = (
    ("", "'ellipsis'", "A `...` is left in the answer: it stands for what is yours to write."),
    (
        "ValueError",
        "core dimension",
        "Two arrays do not fit together: in `a @ b` the last axis of a must be as long as the "
        "first of b. Write down both shapes; perhaps one needs a transpose.",
    ),
    (
        "ValueError",
        "not aligned",
        "Two arrays do not fit together: in a product the last axis of the one must be as long as "
        "the first of the other. Write down both shapes; perhaps one needs a transpose.",
    ),
    (
        "ValueError",
        "broadcast",
        "Two arrays do not fit together. Write down both shapes: from the right, each pair of axes "
        "must have one length, or one of them the length 1.",
    ),
    (
        "ValueError",
        "truth value of an array",
        "A condition holds an array, which is many conditions at once. Write `np.where(...)`, or a "
        "mask such as `x * (x > 0)`.",
    ),
    (
        "ValueError",
        "cannot reshape",
        "The new shape holds another number of elements than the array. Is an axis left out?",
    ),
    (
        "ValueError",
        "inhomogeneous",
        "The rows of a list have different lengths, so that no array can be made of it.",
    ),
    (
        "ValueError",
        "unpack",
        "The left side of an assignment, or of a `for`, has another number of names than there are "
        "values.",
    ),
    (
        "ValueError",
        "matmul",
        "`@` multiplies arrays, and one of these is a single number: use `*`, or look at what was "
        "summed or indexed away.",
    ),
    ("IndexError", "too many indices", "An array has fewer axes than the indices in brackets."),
    (
        "IndexError",
        "must be of integer",
        "An index must be an integer, and is a float: `//` divides to an integer, `int(...)` makes "
        "one.",
    ),
    ("IndexError", "only integers", "An index must be an integer, a slice, or an array of these."),
    ("IndexError", "boolean index", "A mask has another length than the array that it picks from."),
    (
        "TypeError",
        "to Python scalar",
        "`math`, `float` and `int` take one number, and this is an array: use NumPy's functions, "
        "such as `np.tanh`.",
    ),
    ("TypeError", "as an integer", "A count or an index is a float: `//` divides to an integer."),
    ("TypeError", "integer scalar arrays", "A list takes one index. Make an array of it first."),
    (
        "TypeError",
        "not callable",
        "Something that is no function is called. Are `()` one too many?",
    ),
    ("TypeError", "not subscriptable", "Something that is a single thing gets an index, `[...]`."),
    ("TypeError", "NoneType", "A step gave None: does a function in the answer return nothing?"),
    ("TypeError", "'list'", "A list does no arithmetic: make an array of it, `np.array(...)`."),
    ("TypeError", "sequence", "A list does no arithmetic: make an array of it, `np.array(...)`."),
    ("AttributeError", "'list' object", "That is a list. Make an array of it, `np.array(...)`."),
    ("AttributeError", "NoneType", "A step gave None: does a function in the answer return it?"),
)
BY_TYPE = {
    "NameError": "A name is used before it is given a value. Check its spelling, and that the cell "
    "defines everything it uses: only the locked cells above run before it.",
    "UnboundLocalError": "A variable is read inside the function before it is given a value there.",
    "ZeroDivisionError": "Something is divided by zero. Which input makes the denominator zero?",
    "IndexError": "An index reaches past the end. Indices of n elements run from 0 to n - 1.",
    "RecursionError": "The function calls itself too often. Does it come to an end for this call?",
    "OverflowError": "A number grew past what a float holds. Which exponent is large?",
    "FloatingPointError": "A number grew past what a float holds. Which exponential is too large?",
    "NotImplementedError": "This question has no answer yet.",
    "SystemExit": "The answer ends the program. Return a value instead.",
    "KeyError": "A dictionary has no such key. Compare the spelling with the statement.",
    "AttributeError": "The object has no attribute of that name. Check its spelling.",
    "ModuleNotFoundError": "No module of that name is installed here. Check its spelling.",
    "EOFError": "`input()` asks for something to be typed, and nobody is there. Write the value "
    "into the answer.",
    "MemoryError": "The answer asks for more memory than there is. Is a shape too large, or does a "
    "loop append without end?",
    "AssertionError": "An `assert` in the answer does not hold for this call.",
}


SAME = {"StdinNotImplementedError": "EOFError", "_ArrayMemoryError": "MemoryError"}


def ended_hint(error: str) -> str:
    """Return the hint for the error that ended an answer cell, "" where reading it says enough."""
    kinds = re.findall(r"^(?:\w+\.)*(\w+): ", error, re.MULTILINE)
    kind = SAME.get(kinds[-1], kinds[-1]) if kinds else ""
    return BY_TYPE[kind] if kind in ("EOFError", "MemoryError") else ""


def error_hint(value: Value) -> str:
    """Return a hint for an error that the answer raised."""
    kind = SAME.get(str(value["error"]), str(value["error"]))
    message = value["message"]
    used = re.search(r"\bmath\.(\w+)", value["line"])
    if used and kind == "TypeError" and "to Python scalar" in message:
        return f"`math.{used[1]}` takes one number, and this is an array: use `np.{used[1]}`."
    # Only a call with other arguments than the first line takes leaves no line of the answer.
    if kind == "TypeError" and not value["line"] and "argument" in message:
        return "The function takes other arguments than the check gives. Keep its first line."
    for known, words, hint in BY_MESSAGE:
        if known in ("", kind) and words in message:
            return hint
    return BY_TYPE.get(
        kind, f"The answer raised {kind}. Read its message, and run the call yourself."
    )
