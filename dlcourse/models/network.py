"""Network: layers put together, forward and backward, with any number of branches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.layers import Layer, SymbolicTensor
from dlcourse.messages import unknown_name, wrong
from dlcourse.models.graph import Graph
from dlcourse.models.summary import summary

Array = np.ndarray


class Network(Layer):
    """A layer made of layers: the structure of a Model, without its training.

    Attributes: `layers` in the order in which they run, the symbolic tensors `inputs` and
    `outputs`, and the `graph` between them.
    """

    def __init__(self, name: str | None = None) -> None:
        self.layers: list[Layer] = []
        super().__init__(name=name)

    def _connect(self, inputs: list[SymbolicTensor], outputs: list[SymbolicTensor]) -> None:
        """Take over the graph between these tensors."""
        self.graph = Graph(inputs, outputs)
        self.inputs, self.outputs = inputs, outputs
        self.layers = self.graph.layers
        self.built = True
        for tensor in self.graph.tensors:
            if tensor.layer is not None and not isinstance(tensor.layer, Network):
                tensor.layer.output = tensor  # type: ignore[attr-defined]
        shapes = [tensor.shape for tensor in inputs]
        self.input_shape = shapes[0] if len(shapes) == 1 else shapes  # type: ignore[assignment]

    # ------------------------------------------------------------ forward and backward

    def call(self, x: Any, training: bool = False) -> Any:
        """Return the output for an array, or for a list of arrays if there are several inputs."""
        values = self.graph.forward(x if len(self.inputs) > 1 else [x], training=training)
        results = [values[i] for i in self.graph.outputs]
        return results if len(results) > 1 else results[0]

    def backward(self, dy: Any) -> Any:
        """Return ∂L/∂x for ∂L/∂y, and fill `grads`, for the input of the latest call."""
        self.graph.plan_backward(to_inputs=self.needs_input_gradient)
        dxs = self.graph.backward(dy if len(self.outputs) > 1 else [dy])
        self._collect_gradients()
        return dxs if len(dxs) > 1 else dxs[0]

    def _collect_gradients(self) -> None:
        """Gather the gradients of all layers under one name each."""
        self.grads = {
            f"{layer.name}/{name}": gradient
            for layer in self.layers
            for name, gradient in layer.grads.items()
        }

    def __call__(self, x: Any, training: bool = False, **arguments: Any) -> Any:
        """Check the input and return `call(x, training)`; build the model on first use."""
        parts = x if isinstance(x, list | tuple) else [x]
        if any(isinstance(part, SymbolicTensor) for part in parts):
            self._check_nesting(len(parts))
            return super().__call__(parts[0], training, **arguments)
        several = self.built and len(self.inputs) > 1
        arrays = [np.asarray(a) for a in (x if several else [x])]
        self._prepare(arrays[0].shape)
        self._check_inputs(arrays)
        x = arrays if len(arrays) > 1 else arrays[0]
        return self.call(x, training=training, **arguments)

    def _check_nesting(self, given: int) -> None:
        """Refuse to be part of another model with several inputs or outputs."""
        ours = (len(self.inputs), len(self.outputs)) if self.built else (1, 1)
        received = (max(given, ours[0]), ours[1])
        if received != (1, 1):
            what = f"{self.name}: numbers of inputs and outputs of a model inside a model"
            advice = "Call its layers one by one instead."
            raise ValueError(wrong(what, "(1, 1)", received, advice))

    def _check_inputs(self, arrays: Sequence[Array]) -> None:
        """Refuse another number of inputs, or shapes, than those of the Input tensors."""
        if len(arrays) != len(self.inputs):
            expected = f"{len(self.inputs)} arrays, one for each Input"
            raise ValueError(wrong(f"{self.name}: number of inputs", expected, len(arrays)))
        for array, tensor in zip(arrays, self.inputs, strict=True):
            self.check_shape(array.shape, tensor.shape)

    def check_shape(self, shape: tuple[int, ...], declared: tuple[int | None, ...]) -> None:
        """Refuse an input whose shape is not that of the Input tensor, with the likely remedy."""
        if len(shape) == len(declared) and all(
            d in (None, n) for n, d in zip(shape[1:], declared[1:], strict=True)
        ):
            return
        what = f"{self.name}: shape of the input"
        sample = declared[1:]
        advice = ""
        if shape == sample:
            advice = "One sample needs a batch axis too: x[None]."
        elif (*shape[1:], 1) == sample:
            advice = "Add the channel axis: x[..., None]."
        elif len(sample) == 1 and int(np.prod(shape[1:])) == sample[0]:
            advice = "Flatten the samples: x.reshape(len(x), -1), or begin with a Flatten layer."
        expected = f"(batch, {', '.join('any' if n is None else str(n) for n in sample)})"
        raise ValueError(wrong(what, expected, shape, advice))

    def check_input_shape(self, shape: Any) -> None:
        """Raise ValueError, with a sentence, unless an input of this shape can go in."""
        super().check_input_shape(shape)
        if self.built and len(self.inputs) == 1:
            self.check_shape(tuple(shape), self.inputs[0].shape)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output."""
        return (input_shape[0], *self.outputs[0].shape[1:])

    @property
    def output_shape(self) -> Any:
        """The shape of the output, or the list of shapes of several."""
        shapes = [tensor.shape for tensor in self.outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def input(self) -> Any:
        """The symbolic tensor of the input, or the list of several."""
        return self.inputs if len(self.inputs) > 1 else self.inputs[0]

    @property
    def output(self) -> Any:
        """The symbolic tensor of the output, or the list of several."""
        return self.outputs if len(self.outputs) > 1 else self.outputs[0]

    # ------------------------------------------------------------ layers and weights

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """Return a layer by its name or by its place.

        Errors: ValueError for an unknown name, with the nearest known one.

        Keras twin: keras.Model.get_layer. Place 0 is the first layer that computes something; in
        Keras it is the InputLayer, unless the model is Sequential.
        """
        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                expected = f"a place from 0 to {len(self.layers) - 1}"
                raise ValueError(wrong(f"{self.name}: index of a layer", expected, index))
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(unknown_name("layer", name, [layer.name for layer in self.layers]))

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; setting it sets it for all layers.

        A single layer can be set again afterwards; in Keras a frozen model trains nothing.
        """
        return self._is_trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._is_trainable = value
        for layer in self.layers:
            layer.trainable = value

    def weight_names(self, trainable: bool | None = None) -> list[str]:
        """Return the names of the weights, such as "dense/kernel", in Keras's order."""
        return [
            f"{layer.name}/{name}"
            for layer in self.layers
            for name in layer.weight_names(trainable)
        ]

    def _weights(self, trainable: bool | None) -> list[Array]:
        return [
            weight
            for layer in self.layers
            for weight in (
                layer.weights
                if trainable is None
                else layer.trainable_weights
                if trainable
                else layer.non_trainable_weights
            )
        ]

    @property
    def weights(self) -> list[Array]:
        """All weights of all layers, in Keras's order."""
        return self._weights(None)

    @property
    def trainable_weights(self) -> list[Array]:
        """The weights that an optimizer changes."""
        return self._weights(True)

    @property
    def non_trainable_weights(self) -> list[Array]:
        """The weights that an optimizer leaves alone."""
        return self._weights(False)

    @property
    def losses(self) -> list[float]:
        """What the regularizers of all layers add to the loss."""
        return [loss for layer in self.layers for loss in layer.losses]

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Copy the given arrays into the weights, in Keras's order.

        Errors: ValueError if their number or one of their shapes differs; then nothing is copied.
        """
        names, own = self.weight_names(), self.weights
        if len(weights) != len(own):
            what = f"{self.name}: number of weights given to set_weights"
            advice = "The model is not built yet: put Input(shape) first, or call it on data."
            advice = "" if self.built else advice
            raise ValueError(wrong(what, f"{len(own)} arrays", len(weights), advice))
        values = [np.asarray(value) for value in weights]
        for name, weight, value in zip(names, own, values, strict=True):
            if value.shape != weight.shape:
                layer, _, kind = name.rpartition("/")
                what = f"{layer}: shape of {kind}"
                raise ValueError(wrong(what, str(weight.shape), value.shape))
        for weight, value in zip(own, values, strict=True):
            weight[...] = value

    def summary(self) -> None:
        """Print the layers, the shapes of their outputs and the numbers of their weights."""
        print(summary(self))

    # ------------------------------------------------------------ configuration

    def get_config(self) -> dict[str, Any]:
        """Return the layers and which feeds which, as plain data: `from_config(config)`.

        Errors: ValueError if the model is not built yet.
        """
        if not self.built:
            raise ValueError(
                f"{self.name}: the model is not built yet. "
                "Put Input(shape) first, or call the model on data."
            )
        return {
            "name": self.name,
            "inputs": [
                {"shape": t.shape[1:], "dtype": t.dtype, "name": t.name} for t in self.inputs
            ],
            "layers": [described(s.layer) | {"sources": s.sources} for s in self.graph.steps],
            "outputs": self.graph.outputs,
        }


def described(thing: Any) -> dict[str, Any]:
    """Return the class and the configuration of a layer, an optimizer, a loss or a metric."""
    return {"class_name": type(thing).__name__, "config": thing.get_config()}
