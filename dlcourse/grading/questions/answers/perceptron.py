"""Right answers to the questions of chapter 2, and wrong ones that are known."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.values import Values, array

Array = np.ndarray


def sigmoid(z: float) -> float:
    """Return the sigmoid of a number."""
    return 1 / (1 + np.exp(-z))


def neuron(x: Array, weights: Array, bias: float) -> float:
    """Return the sigmoid of the weighted sum of the inputs plus the bias."""
    return sigmoid(x @ weights + bias)


def perceptron_update(w: Array, b: float, x: Array, target: int, rate: float) -> tuple:
    """Rosenblatt's rule: add rate (target - prediction) times the input; the bias has input 1."""
    error = target - (1 if x @ w + b > 0 else 0)
    return w + rate * error * x, b + rate * error


def update_variant(
    sign: int = 1,
    bias: bool = True,
    always: bool = False,
    rated: bool = True,
    uses_sum: bool = False,
) -> Any:
    """Return an update with a mistake in it."""

    def variant(w: Array, b: float, x: Array, target: int, rate: float) -> tuple:
        z = x @ w + b
        error = target - (z if uses_sum else float(z > 0))
        if always:
            error = 1 if target == 1 else -1
        step = sign * (rate if rated else 1.0) * error
        return w + step * x, b + (step if bias else 0.0)

    return variant


def ignores_bias(w: Array, b: float, x: Array, target: int, rate: float) -> tuple:
    """Predict from the weighted sum alone."""
    step = rate * (target - float(x @ w > 0))
    return w + step * x, b + step


def bias_like_weight(w: Array, b: float, x: Array, target: int, rate: float) -> tuple:
    """Move the bias by the bias itself instead of by its input, 1."""
    step = rate * (target - float(x @ w + b > 0))
    return w + step * x, b + step * b


def updates_by_weight(w: Array, b: float, x: Array, target: int, rate: float) -> tuple:
    """Add a multiple of the weights instead of the inputs."""
    step = rate * (target - float(x @ w + b > 0))
    return w + step * w, b + step


def train_perceptron(X: Array, y: Array, epochs: int) -> tuple[Array, float]:
    """Go through the points in order, epoch by epoch, and correct after each mistake."""
    return train_variant()(X, y, epochs)


def train_variant(
    batch: bool = False, bias: bool = True, early: bool = False, sign: int = 1
) -> Any:
    """Return a training loop, right as it stands, or with a mistake."""

    def variant(X: Array, y: Array, epochs: int) -> tuple[Array, float]:
        w, b = np.zeros(X.shape[1]), 0.0
        for _ in range(epochs):
            frozen = w.copy(), b
            mistakes = 0
            for x, target in zip(X, y, strict=True):
                used = frozen if batch else (w, b)
                error = sign * (target - float(x @ used[0] + used[1] > 0))
                w = w + error * x
                b = b + (error if bias else 0.0)
                mistakes += error != 0
                if early and error == 0:
                    break
        return w, b

    return variant


def one_epoch(X: Array, y: Array, epochs: int) -> tuple[Array, float]:
    """Return inside the loop, after the first epoch."""
    return train_perceptron(X, y, 1)


def network_of(received: Values) -> list[Array] | None:
    """Return the received weights and biases if their shapes make a 2-2-1 network."""
    parts = [array(received.get(name)) for name in ("w1", "b1", "w2", "b2")]
    if any(part is None for part in parts):
        return None
    shapes = [part.shape for part in parts if part is not None]
    if shapes[:3] != [(2, 2), (2,), (2,)] or shapes[3] not in ((), (1,)):
        return None
    return [part for part in parts if part is not None]


def xor_accept(received: Values) -> str | None:
    """Return None when the network computes XOR, else the mistake."""
    network = network_of(received)
    if network is None:
        return "shapes"
    w1, b1, w2, b2 = network
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    hidden = (corners @ w1 + b1 > 0).astype(float)
    outputs = tuple(int(out) for out in (hidden @ w2 + b2 > 0).ravel())
    named: dict[tuple[int, ...], str | None] = {
        (0, 1, 1, 0): None,
        (0, 1, 1, 1): "computes_or",
        (0, 0, 0, 1): "computes_and",
        (1, 1, 1, 0): "computes_nand",
        (1, 0, 0, 1): "computes_xnor",
        (0, 0, 0, 0): "constant",
        (1, 1, 1, 1): "constant",
    }
    return named.get(outputs, "other_function")
