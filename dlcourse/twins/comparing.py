"""Keras itself, its float type, and how far two sets of numbers are apart."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from dlcourse import config, gradcheck
from dlcourse.messages import wrong


def import_keras() -> Any:
    """Return Keras, without TensorFlow's start-up messages.

    Errors: ImportError with advice if it is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with _silent_start():
            import keras
    except ImportError as error:
        raise ImportError(
            "The twins need Keras, which is not installed here (in the browser it cannot be). "
            "Install it with `pip install tensorflow`."
        ) from error
    return keras


@contextmanager
def _silent_start() -> Iterator[None]:
    """Discard what TensorFlow's libraries write to stderr while they load for the first time.

    They write before any log level is read. What Python raises still arrives.
    """
    if "keras" in sys.modules:
        yield
        return
    sys.stderr.flush()
    before, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)


def import_tensorflow() -> Any:
    """Return TensorFlow, whose operations GradientTape records, without its start-up messages.

    Errors: ImportError with advice if it is not installed.
    """
    import_keras()
    import tensorflow as tf

    return tf


@contextmanager
def float_type(dtype: str = "float64") -> Iterator[Any]:
    """Let both libraries build their layers in this float type for a while; yields Keras.

        with twins.float_type("float64") as keras:
            ...

    Keras remembers the type of its first layer as its policy, whatever set_floatx says later.
    """
    keras = import_keras()
    before = config.floatx(), keras.config.floatx(), keras.config.dtype_policy()
    try:
        config.set_floatx(dtype)
        keras.config.set_floatx(dtype)
        keras.config.set_dtype_policy(dtype)
        yield keras
    finally:
        config.set_floatx(before[0])
        keras.config.set_floatx(before[1])
        keras.config.set_dtype_policy(before[2])


def largest_difference(actual: Any, expected: Any) -> float:
    """Return the largest difference, relative to the largest expected number (at least 1).

        max|actual - expected| / max(1, max|expected|)

    Both are numbers, arrays, or lists or dicts of them; of lists and dicts the largest counts.

    Errors: ValueError if the shapes, the lengths or the names differ.
    """
    if isinstance(expected, Mapping):
        if set(actual) != set(expected):
            names = f"the names {', '.join(map(str, expected))}"
            raise ValueError(wrong("largest_difference", names, ", ".join(map(str, actual))))
        return max(largest_difference(actual[name], expected[name]) for name in expected)
    if isinstance(expected, list | tuple) and any(np.ndim(e) for e in expected):
        if len(actual) != len(expected):
            raise ValueError(wrong("largest_difference", f"{len(expected)} arrays", len(actual)))
        pairs = zip(actual, expected, strict=True)
        return max(largest_difference(a, e) for a, e in pairs)
    return gradcheck.scaled_error(actual, expected)


def copy_weights(source: Any, target: Any) -> None:
    """Copy all weights of a model or layer to its twin, whichever library each is of.

    Errors: ValueError if the number of weights or a shape differs.
    """
    given, wanted = source.get_weights(), target.get_weights()
    if [w.shape for w in given] != [w.shape for w in wanted]:
        expected = f"weights of the shapes {[w.shape for w in wanted]}"
        advice = "Are both models built, from the same layers?"
        raise ValueError(wrong("copy_weights", expected, [w.shape for w in given], advice))
    target.set_weights(given)
