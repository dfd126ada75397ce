"""Regularizers: what large weights add to the loss, and its gradient.

    penalty  = regularizers.L2(0.01)
    loss    += penalty(layer.kernel)
    grads   += penalty.gradient(layer.kernel)

Layers do both when they are given a `kernel_regularizer`.
"""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np

from dlcourse.arguments import CheckedArguments
from dlcourse.arrays import as_floats
from dlcourse.messages import unknown_name, wrong

Array = np.ndarray


class Regularizer(CheckedArguments):
    """A penalty on the size of weights: `penalty(w) -> number`, `penalty.gradient(w) -> like w`."""

    def __call__(self, x: Array) -> float:
        """Return the penalty, one number."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__ method.")

    def gradient(self, x: Array) -> Array:
        """Return the gradient of the penalty, an array like x."""
        raise NotImplementedError(f"{type(self).__name__} has no gradient method.")

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal regularizer."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Regularizer:
        """Return a new regularizer from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


class L1L2(Regularizer):
    """Add the absolute values and the squares of the weights to the loss.

        penalty(w)  = l1 Σ |w| + l2 Σ w²
        gradient(w) = l1 sign(w) + 2 l2 w           # sign(0) = 0

    Errors: ValueError if l1 or l2 is negative or not a finite number.

    Keras twin: keras.regularizers.L1L2, equal to 1e-12 for strengths that float32 holds exactly,
    such as 1/128: Keras rounds them to float32, even for float64 weights. There is no 1/2 before
    the squares, as in Keras; many textbooks have one.
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = _strength(l1, f"{type(self).__name__}: l1")
        self.l2 = _strength(l2, f"{type(self).__name__}: l2")

    def __call__(self, x: Array) -> float:
        """Return l1 Σ |x| + l2 Σ x²."""
        x = _weights(x)
        # Summing |x| costs time, so a strength of 0 skips it.
        penalty = x.dtype.type(0)
        if self.l1:
            penalty = penalty + self.l1 * np.abs(x).sum()
        if self.l2:
            penalty = penalty + self.l2 * np.square(x).sum()
        return penalty

    def gradient(self, x: Array) -> Array:
        """Return l1 sign(x) + 2 l2 x."""
        x = _weights(x)
        if not self.l1:
            return 2 * self.l2 * x
        return self.l1 * np.sign(x) + 2 * self.l2 * x


class L1(L1L2):
    """Add the absolute values of the weights to the loss, which drives many weights to exactly 0.

        penalty(w)  = l1 Σ |w|
        gradient(w) = l1 sign(w)

    Source: Tibshirani (1996), https://doi.org/10.1111/j.2517-6161.1996.tb02080.x.

    Keras twin: keras.regularizers.L1, equal as L1L2 is.
    """

    def __init__(self, l1: float = 0.01) -> None:
        super().__init__(l1=l1)


class L2(L1L2):
    """Add the squares of the weights to the loss, which keeps all of them small.

        penalty(w)  = l2 Σ w²
        gradient(w) = 2 l2 w

    Source: Hoerl and Kennard (1970), https://doi.org/10.1080/00401706.1970.10488634.

    Keras twin: keras.regularizers.L2, equal as L1L2 is.
    """

    def __init__(self, l2: float = 0.01) -> None:
        super().__init__(l2=l2)


_CLASSES = (L1, L2, L1L2)
_BY_NAME = {name: c for c in _CLASSES for name in (c.__name__, c.__name__.lower())}
_BY_NAME["l1_l2"] = L1L2


def get(identifier: Any) -> Any:
    """Return a regularizer by name or config; an object as it is; None for None.

    `get("l2")` has the strength 0.01; `get("l1l2")` has none at all, as in Keras.

    Errors: ValueError for an unknown name, with the nearest known one.
    """
    if inspect.isclass(identifier) and issubclass(identifier, Regularizer):
        return identifier()
    if identifier is None or hasattr(identifier, "gradient"):
        return identifier
    if isinstance(identifier, dict) and set(identifier) >= {"class_name", "config"}:
        return type(get(identifier["class_name"])).from_config(identifier["config"])
    if isinstance(identifier, str) and identifier in _BY_NAME:
        return _BY_NAME[identifier]()
    if isinstance(identifier, str):
        raise ValueError(unknown_name("regularizer", identifier, _BY_NAME))
    expected = "a name, a Regularizer (with a gradient method) or None"
    raise ValueError(wrong("regularizer", expected, identifier, "Use e.g. L2(0.01)."))


def _strength(value: float, what: str) -> float:
    if not isinstance(value, int | float | np.number) or not math.isfinite(value) or value < 0:
        raise ValueError(wrong(what, "a finite number that is not negative", value))
    return float(value)


def _weights(x: Any) -> Array:
    return as_floats(x, "Regularizer: weights")
