"""The sentences of error messages: what, expected, received, and what to do.

raise ValueError(wrong("Dense: units", "a positive integer", -3, "Use e.g. Dense(16)."))
raise ValueError(unknown_name("activation", "rellu", ["relu", "tanh"]))
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import numpy as np


def describe(value: object) -> str:
    """Return a short description of a value: an array by shape and dtype, the rest by its repr."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def wrong(what: str, expected: str, received: object, advice: str = "") -> str:
    """Return "what: expected ..., received .... advice" as one message."""
    message = f"{what}: expected {expected}, received {describe(received)}."
    return f"{message} {advice}".rstrip()


def unknown_name(kind: str, received: object, known: Iterable[str]) -> str:
    """Return a message for a name that is not known, with the nearest known one."""
    names = sorted(known)
    nearest = get_close_matches(str(received), names, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return f"Unknown {kind} {received!r}.{hint} Known names: {', '.join(names)}."
