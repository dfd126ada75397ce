"""The tape: it records each operation as it happens, and runs backwards for the gradients.

    tape = Tape()
    w = tape.watch([[1.0], [2.0]], name="w")
    loss = ((x @ w - y) ** 2).mean()
    tape.gradient(loss, w)              # what tf.GradientTape would say

An operation knows two things: how to compute its value, and how to turn the gradient of its value
into the gradients of its inputs (its vector-Jacobian products). The chain rule is the loop in
`Tape.gradient`, and nothing else.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.arrays import as_floats
from dlcourse.autodiff.node import Array, Node, sum_to_shape
from dlcourse.messages import wrong


class Tape:
    """A list of operations in the order in which they happened.

        dy = ∂target/∂target = 1
        for each node, from the last to the first:
            for each of its inputs:  ∂target/∂input += vjp(∂target/∂node)

    Every node comes after its inputs, so that one pass backwards is enough, with no recursion.

    Keras twin: tf.GradientTape(persistent=True), equal to 1e-12. Sources that the target does not
    depend on get zeros, where TensorFlow gives None unless asked.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []

    def watch(self, value: Any, name: str = "") -> Node:
        """Return a node for an array whose gradient is wanted.

        Errors: ValueError if the value does not hold real numbers.
        """
        return Node(self, as_floats(value, f"watch: {name or 'value'}"), "watch", (), (), name)

    def gradient(self, target: Node, sources: Any, output_gradient: Any = None) -> Any:
        """Return ∂target/∂source for a node, or a list of them for a list of nodes.

        A target that is not a single number counts as the sum of its entries, or, with an
        `output_gradient` of its shape, as the sum of its entries times those. Afterwards each node
        on the way has its own `gradient`; what is returned are copies.

        Errors: ValueError for a target or source from elsewhere, or a wrong output gradient.
        """
        for node in [target, *_as_list(sources)]:
            if not isinstance(node, Node) or node.tape is not self:
                advice = "Nodes come from tape.watch and from operations on them."
                raise ValueError(wrong("Tape.gradient", "nodes of this tape", node, advice))
        for node in self.nodes:
            node.gradient = None
        target.gradient = _first_gradient(target.value, output_gradient)
        for node in reversed(self.nodes[: target.index + 1]):
            if node.gradient is None:
                continue  # the target does not depend on it
            for source, vjp in zip(node.inputs, node.vjps, strict=True):
                if source.constant:
                    continue
                share = sum_to_shape(vjp(node.gradient), source.shape)
                source.gradient = share if source.gradient is None else source.gradient + share
        found = [
            np.zeros_like(node.value) if node.gradient is None else node.gradient.copy()
            for node in _as_list(sources)
        ]
        return found[0] if isinstance(sources, Node) else found


def _first_gradient(value: Array, output_gradient: Any) -> Array:
    if output_gradient is None:
        return np.ones_like(value)
    gradient = as_floats(output_gradient, "Tape.gradient: output_gradient", value.dtype)
    if gradient.shape != value.shape:
        expected = f"the shape of the target, {value.shape}"
        raise ValueError(wrong("Tape.gradient: output_gradient", expected, gradient))
    return gradient


def _as_list(sources: Any) -> list[Any]:
    return list(sources) if isinstance(sources, list | tuple) else [sources]
