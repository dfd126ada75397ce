"""Sequential: layers one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dlcourse.layers import Input, Layer, SymbolicTensor
from dlcourse.layers.input import Shape
from dlcourse.messages import wrong
from dlcourse.models.model import Model
from dlcourse.models.training import Training


class Sequential(Model):
    """A model whose layers follow each other: the output of one is the input of the next.

        model = Sequential([Input((64,)), layers.Dense(128, activation="relu"), layers.Dense(10)])

    Without an `Input` the model is built, and its weights made, when it first sees data.

    Errors: ValueError for something that is not a layer, and for an Input that is not the first.

    Keras twin: keras.Sequential, with equal outputs, gradients and histories.
    """

    def __init__(self, layers: Sequence[Any] | None = None, name: str | None = None) -> None:
        Training.__init__(self, name)
        self._input: SymbolicTensor | None = None
        if layers is not None and not isinstance(layers, list | tuple):
            advice = "Write e.g. Sequential([Input((4,)), layers.Dense(3)])."
            raise ValueError(wrong("Sequential: layers", "a list of layers", layers, advice))
        for layer in layers or []:
            self._append(layer)
        self._rebuild(self._input)

    def add(self, layer: Layer | SymbolicTensor) -> None:
        """Put a layer at the end. In a frozen model it is frozen too."""
        self._append(layer)
        self._rebuild(self._input)

    def pop(self) -> Layer:
        """Take the last layer away and return it."""
        if not self.layers:
            raise ValueError(f"{self.name}: there is no layer to take away.")
        layer = self.layers.pop()
        self._rebuild(self._input)
        return layer

    def build(self, input_shape: Shape) -> None:
        """Connect the layers, and make their weights, for inputs of this shape."""
        self._rebuild(Input(input_shape[1:], dtype=self.dtype))

    def _append(self, layer: Any) -> None:
        if isinstance(layer, SymbolicTensor) and layer.layer is None:
            if self._input is not None or self.layers:
                raise ValueError(f"{self.name}: Input comes first, and once.")
            self._input = layer
        elif isinstance(layer, Layer):
            self.layers.append(layer)
            if not self.trainable:
                layer.trainable = False
        else:
            advice = "Write e.g. Sequential([Input((4,)), layers.Dense(3)])."
            if isinstance(layer, type):
                advice = f"Write {layer.__name__}(...), with brackets, to make the layer."
            raise ValueError(wrong(f"{self.name}: layers", "layers", layer, advice))

    def _rebuild(self, start: SymbolicTensor | None) -> None:
        """Connect the layers again, from this input on, if its shape is known."""
        self.objective = None  # it was made for the layers as they were
        if start is None or not self.layers:
            self._input = start
            self.built = False
            return
        tensor = start
        for layer in self.layers:
            tensor = layer(tensor)
        self._connect([start], [tensor])
        self._input = start

    def _prepare(self, shape: Shape) -> None:
        if not self.layers:
            raise ValueError(f"{self.name}: the model has no layers yet. Use add(layer) first.")
        super()._prepare(shape)

    def __repr__(self) -> str:
        return f"<Sequential name={self.name!r} of {len(self.layers)} layers>"
