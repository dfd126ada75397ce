"""Turning what a learner passes in, such as a list, into an array of floats, or into a sentence."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.messages import wrong


def as_floats(x: Any, what: str, dtype: Any = None) -> np.ndarray:
    """Return x as an array of floats: of the given dtype, else of its own, else float64.

    Errors: ValueError if x does not hold real numbers; `what` says in the sentence what x is.
    """
    try:
        x = np.asarray(x)
    except ValueError:  # rows of different lengths, for instance
        raise ValueError(wrong(what, "numbers that form one array", x)) from None
    if x.dtype.kind not in "fiub":
        advice = "Turn it into numbers first, e.g. with x.astype(float)."
        raise ValueError(wrong(what, "an array of real numbers", x, advice))
    if dtype is None:
        dtype = x.dtype if x.dtype.kind == "f" else np.float64
    return x.astype(dtype, copy=False)
