"""Right answers to the questions of chapter 4, and wrong ones that are known."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

Array = np.ndarray
Layers = list[tuple[Array, Array]]


def count_parameters(units: list[int]) -> int:
    """Count a kernel and a bias for each pair of sizes that follow each other."""
    return sum((a + 1) * b for a, b in itertools.pairwise(units))


def dense_relu(x: Array, kernel: Array, bias: Array) -> Array:
    """relu(x @ kernel + bias)."""
    return np.maximum(x @ kernel + bias, 0)


def forward(x: Array, layers: Layers) -> Array:
    """Pass x through every layer, with a ReLU between them and none at the end."""
    return forward_variant()(x, layers)


def forward_variant(
    last: bool = False, hidden: bool = True, first: bool = False, order: int = 1
) -> Any:
    """Return a forward pass, right as it stands, or with a mistake."""

    def variant(x: Array, layers: Layers) -> Array:
        if first:
            x = np.maximum(x, 0)
        for i, (kernel, bias) in enumerate(layers[::order]):
            x = x @ kernel + bias
            if (i < len(layers) - 1 and hidden) or (i == len(layers) - 1 and last):
                x = np.maximum(x, 0)
        return x

    return variant


def no_bias(x: Array, layers: Layers) -> Array:
    """Leave the biases out."""
    return forward(x, [(kernel, 0 * bias) for kernel, bias in layers])


def skips_last(x: Array, layers: Layers) -> Array:
    """Stop before the last layer."""
    for kernel, bias in layers[:-1]:
        x = np.maximum(x @ kernel + bias, 0)
    return x


def all_from_x(x: Array, layers: Layers) -> Array:
    """Feed every layer with the input of the network."""
    for i, (kernel, bias) in enumerate(layers):
        out = x @ kernel + bias
        out = np.maximum(out, 0) if i < len(layers) - 1 else out
    return out


def network_where(
    units: tuple[int, ...] = (32, 16),
    hidden: str | None = "relu",
    outputs: int = 3,
    last: str | None = "softmax",
    inputs: int | None = 8,
) -> Any:
    """Return a function that builds a stack of Dense layers with the library it is given."""

    def build(k: Any) -> Any:
        layers = [k.layers.Dense(n, activation=hidden) for n in units]
        layers.append(k.layers.Dense(outputs, activation=last))
        return k.Sequential([*([k.Input((inputs,))] if inputs else []), *layers])

    return build


def flatten(images: Array) -> Array:
    """Keep the first axis, join the others."""
    return images.reshape(len(images), -1)
