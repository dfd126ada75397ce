"""Flatten, Reshape, ZeroPadding2D, Rescaling: the same numbers in another shape or unit."""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.layers.base import Array, Layer
from dlcourse.layers.input import Shape
from dlcourse.layers.windows import crop, pad
from dlcourse.messages import wrong


class Flatten(Layer):
    """Turn each sample into one long vector.

        y  = x.reshape(batch, -1)
        dx = dy.reshape(x.shape)

    Shapes: x (batch, ...), y (batch, product of the other axes).

    Keras twin: keras.layers.Flatten, equal exactly.
    """

    def call(self, x: Array, training: bool = False) -> Array:
        """Return x.reshape(batch, -1)."""
        self._shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy: Array) -> Array:
        """Return dy in the shape of the input."""
        return dy.reshape(self._shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (batch, product of the other axes)."""
        sample = input_shape[1:]
        return (input_shape[0], None if None in sample else math.prod(sample))


class Reshape(Layer):
    """Give each sample another shape; one axis may be -1 and is worked out.

        y  = x.reshape(batch, *target_shape)
        dx = dy.reshape(x.shape)

    Shapes: x (batch, ...), y (batch, *target_shape).

    Errors: ValueError if the target shape has another number of cells than the input.

    Keras twin: keras.layers.Reshape, equal exactly.
    """

    def __init__(self, target_shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(target_shape, list | tuple) or not all(
            isinstance(n, int | np.integer) for n in target_shape
        ):
            expected = "the shape of one sample, e.g. (28, 28, 1)"
            raise ValueError(wrong("Reshape: target_shape", expected, target_shape))
        self.target_shape = tuple(target_shape)

    def call(self, x: Array, training: bool = False) -> Array:
        """Return x.reshape(batch, *target_shape)."""
        self._shape = x.shape
        return x.reshape(self.compute_output_shape(x.shape))

    def backward(self, dy: Array) -> Array:
        """Return dy in the shape of the input."""
        return dy.reshape(self._shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (batch, *target_shape) with -1 worked out."""
        if None in input_shape[1:]:
            return (input_shape[0], *(None if n == -1 else n for n in self.target_shape))
        size = math.prod(input_shape[1:])
        known = math.prod(n for n in self.target_shape if n != -1)
        free = self.target_shape.count(-1)
        if free > 1 or known < 1 or size % known or (free == 0 and size != known):
            expected = f"{size} cells, as in the input shape {tuple(input_shape[1:])}"
            advice = "At most one axis may be -1."
            what = f"{self.name}: target_shape"
            raise ValueError(wrong(what, expected, self.target_shape, advice))
        return (input_shape[0], *(size // known if n == -1 else n for n in self.target_shape))


class ZeroPadding2D(Layer):
    """Put rows and columns of zeros around each image.

        y  = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
        dx = dy[:, top : top + height, left : left + width]

    `padding` is one number for all four sides, (rows, columns), or ((top, bottom), (left, right)).

    Shapes: x (batch, height, width, channels),
    y (batch, top + height + bottom, left + width + right, channels).

    Errors: ValueError if `padding` is not of one of these three forms.

    Keras twin: keras.layers.ZeroPadding2D, equal exactly.
    """

    input_rank = 4
    input_axes = "(batch, height, width, channels)"

    def __init__(self, padding: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = _sides(padding)

    def call(self, x: Array, training: bool = False) -> Array:
        """Return x with zeros around it."""
        return pad(x, self.padding)

    def backward(self, dy: Array) -> Array:
        """Return the middle of dy."""
        return crop(dy, self.padding)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input shape with the padding added."""
        batch, height, width, channels = input_shape
        rows, columns = (sum(pair) for pair in self.padding)
        return (
            batch,
            None if height is None else height + rows,
            None if width is None else width + columns,
            channels,
        )


class Rescaling(Layer):
    """Change the unit of the input, for instance from 0…255 to 0…1.

        y  = x * scale + offset
        dx = dy * scale

    Shapes: any; y has the shape of x.

    Keras twin: keras.layers.Rescaling, equal to 1e-12.

    Differs from Keras: scale and offset are single numbers, not lists with one for each channel.
    """

    def __init__(self, scale: float, offset: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = float(scale)
        self.offset = float(offset)

    def call(self, x: Array, training: bool = False) -> Array:
        """Return x * scale + offset."""
        return x * self.scale + self.offset

    def backward(self, dy: Array) -> Array:
        """Return dy * scale."""
        return dy * self.scale


def _sides(padding: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return ((top, bottom), (left, right)) for any of the three forms of `padding`."""
    whole = (int, np.integer)
    axes = (padding, padding) if isinstance(padding, whole) else padding
    try:
        pairs = [(side, side) if isinstance(side, whole) else side for side in axes]
        (top, bottom), (left, right) = [map(operator.index, pair) for pair in pairs]
        if min(top, bottom, left, right) >= 0:
            return (top, bottom), (left, right)
    except (TypeError, ValueError):
        pass
    expected = "an integer, (rows, columns) or ((top, bottom), (left, right)), none negative"
    raise ValueError(wrong("ZeroPadding2D: padding", expected, padding))
