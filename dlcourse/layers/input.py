"""Input and the symbolic tensor: how the functional API writes down which layer feeds which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcourse import config
from dlcourse.messages import wrong

if TYPE_CHECKING:
    from dlcourse.layers.base import Layer

Shape = tuple[Any, ...]  # of integers, None where a length is unknown


class SymbolicTensor:
    """The promise of an array: its shape is known, its values are not.

    `Input` makes the first one. Calling a layer on a symbolic tensor computes nothing; it returns
    another symbolic tensor that remembers the layer and the tensors that went in. A `Model` walks
    these memories back from its outputs to its inputs to find its layers.

    Attributes:
        shape: the shape with `None` for the batch axis.
        layer: the layer that makes this tensor, `None` for an input.
        inputs: the symbolic tensors that feed the layer.

    Keras twin: keras.KerasTensor.
    """

    def __init__(
        self,
        shape: Shape,
        dtype: str | None = None,
        name: str | None = None,
        layer: Layer | None = None,
        inputs: Sequence[SymbolicTensor] = (),
    ) -> None:
        self.shape = shape
        self.dtype = dtype or config.floatx()
        self.name = name or (layer.name if layer else "input")
        self.layer = layer
        self.inputs = list(inputs)

    def __repr__(self) -> str:
        return f"<SymbolicTensor {self.name!r}, shape={self.shape}>"

    def __array__(self, *args: Any, **kwargs: Any) -> None:
        raise TypeError(
            f"{self!r} holds no numbers yet: it describes a tensor of a model that is being built. "
            "Use layers to combine symbolic tensors, e.g. layers.Add()([a, b])."
        )


def Input(  # noqa: N802 - Keras's name
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    name: str | None = None,
) -> SymbolicTensor:
    """Return the symbolic tensor that stands for a batch of samples of this shape.

    Shapes: `Input((28, 28, 1))` stands for arrays of shape (batch, 28, 28, 1).

    Errors: ValueError if the shape is missing or is not a sequence of positive integers, or for an
    unknown dtype.

    Keras twin: keras.Input.
    """
    if not isinstance(shape, tuple | list) or not all(
        n is None or (isinstance(n, int | np.integer) and n > 0) for n in shape
    ):
        advice = "Give the shape of one sample, without the batch axis, e.g. Input((28, 28, 1))."
        raise ValueError(wrong("Input: shape", "a tuple of positive integers", shape, advice))
    try:
        dtype = None if dtype is None else np.dtype(dtype).name
    except TypeError:
        raise ValueError(wrong("Input: dtype", 'a type such as "float32"', dtype)) from None
    return SymbolicTensor((batch_size, *shape), dtype=dtype, name=name)
