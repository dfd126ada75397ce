"""Graph: layers in the order in which they run, forward and backward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from dlcourse.layers import Layer, SymbolicTensor
from dlcourse.layers.merging import Merge

Array = np.ndarray


class Step(NamedTuple):
    """One layer, the numbers of the values it reads and of the value it writes."""

    layer: Layer
    sources: list[int]
    target: int


class Graph:
    """The layers between some inputs and outputs, found by walking back from the outputs.

        values = graph.forward(inputs)       # every value, the outputs under graph.outputs
        graph.backward(dys)                  # layers last to first; gradients of branches add up

    Every symbolic tensor has a number; a list of values under these numbers is all that passes
    between the layers. An input may be the output of a layer: that layer is not part of the graph.

    Errors: ValueError if an output depends on an Input that is not among the inputs, if an input is
    not used, if a layer occurs twice, or if two layers have the same name.
    """

    def __init__(self, inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor]) -> None:
        tensors = _in_running_order(inputs, outputs)
        number = {id(tensor): i for i, tensor in enumerate(tensors)}
        first = [SymbolicTensor(t.shape, t.dtype, t.name) for t in inputs]  # no layer makes these
        self.tensors = first + tensors[len(first) :]
        self.steps = [
            Step(t.layer, [number[id(source)] for source in t.inputs], number[id(t)])
            for t in tensors[len(first) :]
            if t.layer is not None
        ]
        self.inputs = [number[id(tensor)] for tensor in inputs]
        self.outputs = [number[id(tensor)] for tensor in outputs]
        self.layers = [step.layer for step in self.steps]
        self.plan_backward()
        _check_names(self.layers)

    def forward(self, inputs: Sequence[Array], training: bool = False) -> list[Array]:
        """Return all values: the inputs, then the output of each layer."""
        values: list = [None] * len(self.tensors)
        for i, value in zip(self.inputs, inputs, strict=True):
            values[i] = value
        for layer, sources, target in self.steps:
            x = taken_by(layer, [values[i] for i in sources])
            values[target] = layer(x, training=training)
        return values

    def plan_backward(self, to_inputs: bool = False) -> None:
        """Work out which layers need to send a gradient further back.

        A gradient that arrives at no weights is of no use. So the first layer with weights sends
        none to its input, and the layers before it do not run backward at all, unless the gradient
        of the inputs themselves is asked for.
        """
        wanted = [False] * len(self.tensors)  # is there something to train at or before this value?
        for i in self.inputs:
            wanted[i] = to_inputs
        self._backward_steps = []
        for step in self.steps:
            before = any(wanted[i] for i in step.sources)
            step.layer.needs_input_gradient = before
            wanted[step.target] = before or bool(step.layer.weight_names(trainable=True))
            if wanted[step.target]:
                self._backward_steps.append(step)
        self._backward_steps.reverse()

    def backward(self, dys: Sequence[Array]) -> list[Array | None]:
        """Fill the `grads` of the layers for ∂L/∂outputs; return ∂L/∂inputs if that was planned."""
        gradients: list = [None] * len(self.tensors)
        for i, dy in zip(self.outputs, dys, strict=True):
            gradients[i] = dy if gradients[i] is None else gradients[i] + dy
        for layer, sources, target in self._backward_steps:
            dx = layer.backward(gradients[target])
            if not layer.needs_input_gradient:
                continue
            # A value that feeds several layers receives the sum of their gradients.
            parts = dx if isinstance(layer, Merge) else [dx]
            for i, part in zip(sources, parts, strict=True):
                gradients[i] = part if gradients[i] is None else gradients[i] + part
        return [gradients[i] for i in self.inputs]


def taken_by(layer: Layer, values: list) -> Any:
    """Return what the layer is called on: the list of values if it merges them, else the one."""
    return values if isinstance(layer, Merge) else values[0]


def _in_running_order(
    inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor]
) -> list[SymbolicTensor]:
    """Return all tensors such that each comes after those that it is made from."""
    given = {id(tensor) for tensor in inputs}
    order: list[SymbolicTensor] = list(inputs)
    done = set(given)
    stack = list(reversed(outputs))
    while stack:
        tensor = stack[-1]
        missing = [t for t in tensor.inputs if id(t) not in done]
        if id(tensor) in done:
            stack.pop()
        elif tensor.layer is None:
            raise ValueError(
                f"Model: an output depends on {tensor!r}, which is not among the inputs. "
                "Add it: Model(inputs=[...], outputs=...)."
            )
        elif missing:
            stack.extend(reversed(missing))
        else:
            order.append(tensor)
            done.add(id(tensor))
            stack.pop()
    made = order[len(inputs) :]
    used = {id(t) for tensor in made for t in tensor.inputs} | {id(t) for t in outputs}
    for tensor in inputs:
        if id(tensor) not in used:
            raise ValueError(f"Model: no output depends on the input {tensor!r}. Leave it out.")
    return order


def _check_names(layers: Sequence[Layer]) -> None:
    """Refuse a layer that occurs twice, and two layers with one name."""
    seen: dict[str, Layer] = {}
    for layer in layers:
        other = seen.setdefault(layer.name, layer)
        if other is not layer:
            raise ValueError(
                f"Model: two layers are called {layer.name!r}. Names tell weights apart when a "
                "model is saved, so give one of them another name=."
            )
        if layers.count(layer) > 1:
            raise ValueError(
                f"Model: the layer {layer.name!r} is called twice. A layer remembers its latest "
                "input for the way back, so it can have one place only; make a second layer."
            )
