"""ReLU, LeakyReLU and Softmax: activations with settings, as layers."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from dlcourse import activations
from dlcourse.layers.base import Array, Layer
from dlcourse.layers.core import Activation
from dlcourse.messages import wrong


class ReLU(Layer):
    """Let positive numbers pass; scale or cut off the others.

        y = x                                  where x > threshold
        y = negative_slope * (x - threshold)   elsewhere
        y = min(y, max_value)                  if there is a max_value

        dx = dy * (1, negative_slope, or 0 where max_value cuts)

    Shapes: any; y has the shape of x.

    Errors: ValueError if an argument is negative.

    Source: Fukushima (1969), https://doi.org/10.1109/TSSC.1969.300225; Nair and Hinton (2010).

    Keras twin: keras.layers.ReLU, equal to 1e-12.
    """

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        kind = type(self).__name__
        self.max_value = (
            None if max_value is None else not_negative(max_value, f"{kind}: max_value")
        )
        self.negative_slope = not_negative(negative_slope, f"{kind}: negative_slope")
        self.threshold = not_negative(threshold, f"{kind}: threshold")

    def call(self, x: Array, training: bool = False) -> Array:
        """Return the rectified x."""
        self._below = x <= self.threshold
        self._passes = ~self._below
        y = np.where(self._below, x.dtype.type(0), x) if self.threshold else np.maximum(x, 0)
        if self.negative_slope:
            y += self.negative_slope * np.minimum(x - self.threshold, 0)
        if self.max_value is not None:
            self._passes &= x < self.max_value
            y = np.minimum(y, self.max_value)
        return y

    def backward(self, dy: Array) -> Array:
        """Return dy times the slope at x."""
        dx = dy * self._passes
        if self.negative_slope:
            dx += self.negative_slope * dy * self._below
        return dx


class LeakyReLU(Layer):
    """Let positive numbers pass, and a small share of the others.

        y  = x  where x > 0,  negative_slope * x   elsewhere
        dx = dy where x > 0,  negative_slope * dy  elsewhere

    Shapes: any; y has the shape of x.

    Errors: ValueError if `negative_slope` is negative.

    Source: Maas, Hannun and Ng (2013).

    Keras twin: keras.layers.LeakyReLU, equal to 1e-12.

    Differs from the paper: its slope is 0.01.
    """

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.negative_slope = not_negative(negative_slope, "LeakyReLU: negative_slope")

    def call(self, x: Array, training: bool = False) -> Array:
        """Return x where it is positive, and negative_slope * x elsewhere."""
        self._positive = x > 0
        return np.maximum(x, 0) + self.negative_slope * np.minimum(x, 0)

    def backward(self, dy: Array) -> Array:
        """Return dy times the slope at x."""
        return dy * self._positive + self.negative_slope * dy * ~self._positive


class Softmax(Activation):
    """Turn numbers into shares that are positive and add up to 1 along an axis.

        y  = exp(x) / exp(x).sum(axis)
        dx = y * (dy - (dy * y).sum(axis))

    Shapes: any; y has the shape of x.

    Source: Bridle (1990), https://doi.org/10.1007/978-3-642-76153-9_28.

    Keras twin: keras.layers.Softmax, equal to 1e-12.
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        softmax = activations.softmax
        super().__init__(softmax if axis == -1 else partial(softmax, axis=axis), **kwargs)
        self.axis = axis


def not_negative(value: float, what: str) -> float:
    """Return `value` as a float; raise ValueError unless it is zero or more."""
    if not isinstance(value, int | float | np.number) or not value >= 0:
        raise ValueError(wrong(what, "a number of at least 0", value))
    return float(value)
