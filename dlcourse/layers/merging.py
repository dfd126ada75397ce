"""Add and Concatenate: several tensors become one, as skip connections and branches need."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.arrays import as_floats
from dlcourse.layers.base import Array, Layer
from dlcourse.layers.input import Shape, SymbolicTensor
from dlcourse.messages import wrong


class Merge(Layer):
    """What the merging layers share: they take a list of inputs and return a list of gradients."""

    def __call__(self, x: Any, training: bool = False, **arguments: Any) -> Any:
        """Check the inputs, and return `call(inputs, training)`."""
        if not isinstance(x, list | tuple) or len(x) == 0:
            advice = f"Use {type(self).__name__}()([a, b])."
            raise ValueError(wrong(f"{self.name}: input", "a list of inputs", x, advice))
        symbolic = isinstance(x[0], SymbolicTensor)
        inputs: list[Any] = (
            list(x) if symbolic else [as_floats(a, f"{self.name}: input", self.dtype) for a in x]
        )
        shapes = [a.shape for a in inputs]
        for shape in shapes:
            self.check_input_shape(shape)
        output_shape = self.compute_output_shape(shapes)
        self.built = True
        if symbolic:
            return SymbolicTensor(output_shape, self.dtype, layer=self, inputs=inputs)
        return self.call(inputs, training=training, **arguments)


class Add(Merge):
    """Add tensors number by number; an axis of length 1 is repeated to match the others.

        y   = x[0] + x[1] + ...
        dx  = [dy, dy, ...]           # summed over the axes that were repeated

    Shapes: x a list of (batch, ...), all equal but for axes of length 1; y their common shape.

    Errors: ValueError if the shapes do not fit together.

    Source: He et al. (2016), https://arxiv.org/abs/1512.03385, for its use as skip connection.

    Keras twin: keras.layers.Add, equal to 1e-12.

    Differs from Keras: all inputs have the same number of axes. Keras 3.15 errs for shapes such as
    (n, n) and (n, 1), where it takes the second input for a bias of the columns.
    """

    def call(self, x: list[Array], training: bool = False) -> Array:
        """Return the sum of the inputs."""
        self._shapes = [a.shape for a in x]
        total = x[0]
        for a in x[1:]:
            total = total + a
        return total

    def backward(self, dy: Array) -> list[Array]:
        """Return dy once for each input."""
        return [_sum_to(dy, shape) for shape in self._shapes]

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        """Return the common shape."""
        lengths = [{n for n in axis if n != 1} - {None} for axis in zip(*input_shape, strict=False)]
        batch_sizes = {shape[0] for shape in input_shape}
        ranks = {len(shape) for shape in input_shape}
        if len(ranks) > 1 or len(batch_sizes) > 1 or any(len(axis) > 1 for axis in lengths):
            expected = "shapes that are equal but for axes of length 1"
            advice = "A Conv2D with a 1x1 kernel can change the number of channels."
            what = f"{self.name}: shapes of the inputs"
            raise ValueError(wrong(what, expected, [tuple(s) for s in input_shape], advice))
        unknown = [None in axis for axis in zip(*input_shape, strict=True)]
        sample = [
            next(iter(axis), None if none else 1)
            for axis, none in zip(lengths[1:], unknown[1:], strict=True)
        ]
        return (input_shape[0][0], *sample)


class Concatenate(Merge):
    """Put tensors side by side along an axis.

        y  = np.concatenate(x, axis)
        dx = dy, cut into pieces along the axis

    Shapes: x a list of tensors, equal but for the length of that axis; in y its lengths add up.

    Errors: ValueError if the other axes differ.

    Source: Szegedy et al. (2015), https://arxiv.org/abs/1409.4842, for its use in branches.

    Keras twin: keras.layers.Concatenate, equal exactly.
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, x: list[Array], training: bool = False) -> Array:
        """Return the inputs side by side."""
        self._ends = np.cumsum([a.shape[self.axis] for a in x])[:-1]
        return np.concatenate(x, axis=self.axis)

    def backward(self, dy: Array) -> list[Array]:
        """Return the piece of dy that belongs to each input."""
        return np.split(dy, self._ends, axis=self.axis)

    def compute_output_shape(self, input_shape: list[Shape]) -> Shape:
        """Return the shape of the first input with the lengths along the axis added up."""
        shapes = [list(shape) for shape in input_shape]
        rank = len(shapes[0])
        others = set()
        lengths = []
        for shape in shapes:
            if len(shape) == rank and -rank <= self.axis < rank:
                lengths.append(shape.pop(self.axis))
            others.add(tuple(shape))
        if len(others) > 1 or len(lengths) < len(shapes):
            expected = f"shapes that are equal but for axis {self.axis}"
            what = f"{self.name}: shapes of the inputs"
            raise ValueError(wrong(what, expected, [tuple(s) for s in input_shape]))
        output = list(input_shape[0])
        output[self.axis] = None if None in lengths else sum(lengths)
        return tuple(output)


def _sum_to(dy: Array, shape: tuple[int, ...]) -> Array:
    """Return dy summed over the axes along which an array of this shape was repeated."""
    axes = tuple(i for i, (n, m) in enumerate(zip(dy.shape, shape, strict=True)) if n != m)
    return dy.sum(axis=axes, keepdims=True) if axes else dy
