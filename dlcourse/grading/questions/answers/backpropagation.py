"""Right answers to the questions of chapter 7, and wrong ones that are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray


def shared_input(a: Any, b: Any, dy: Any) -> tuple[Any, Any]:
    """Add both ways from a to y = a b + a."""
    return dy * b + dy, dy * a


def dense_backward(x: Array, kernel: Array, dy: Array) -> tuple[Array, Array, Array]:
    """Return the gradients of x @ kernel + bias."""
    return dy @ kernel.T, x.T @ dy, dy.sum(axis=0)


def softmax(logits: Array, axis: int = -1) -> Array:
    """Return the softmax along an axis."""
    e = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def one_hot(labels: Array, logits: Array) -> Array:
    """Return the labels as rows with a single one."""
    return np.eye(logits.shape[1])[labels]


def softmax_gradient(logits: Array, labels: Array) -> Array:
    """Return (softmax - one-hot) / n."""
    return (softmax(logits) - one_hot(labels, logits)) / len(logits)


def every_label(logits: Array, labels: Array) -> Array:
    """Subtract 1 in the columns of all labels, in every row."""
    result = softmax(logits)
    result[:, labels] -= 1
    return result / len(logits)


def unshifted_gradient(logits: Array, labels: Array) -> Array:
    """Overflow for large logits."""
    e = np.exp(logits)
    return (e / e.sum(axis=1, keepdims=True) - one_hot(labels, logits)) / len(logits)


def numerical_gradient(f: Callable[[Array], float], w: Array, h: float) -> Array:
    """Return (f(w + h e) - f(w - h e)) / (2 h) for each element."""
    return quotient(1, 1, 2)(f, w, h)


def quotient(up: float, down: float, by: float) -> Any:
    """Return a difference quotient whose steps and denominator are these multiples of h."""

    def variant(f: Callable[[Array], float], w: Array, h: float) -> Array:
        result = np.zeros_like(w)
        for index in np.ndindex(w.shape):
            above, below = w.copy(), w.copy()
            above[index] += up * h
            below[index] -= down * h
            result[index] = (f(above) - f(below)) / (by * h)
        return result

    return variant


def all_at_once(f: Callable[[Array], float], w: Array, h: float) -> Array:
    """Move all elements together."""
    return np.full_like(w, (f(w + h) - f(w - h)) / (2 * h))


def one_number(f: Callable[[Array], float], w: Array, h: float) -> float:
    """Move all elements together, and return one number."""
    return (f(w + h) - f(w - h)) / (2 * h)


def never_restored(f: Callable[[Array], float], w: Array, h: float) -> Array:
    """Leave each element lower by h after it was moved."""
    result, w = np.zeros_like(w), w.copy()
    for index in np.ndindex(w.shape):
        w[index] += h
        above = f(w)
        w[index] -= 2 * h
        result[index] = (above - f(w)) / (2 * h)
    return result


def network_gradients(
    x: Array, y: Array, w1: Array, b1: Array, w2: Array, b2: Array
) -> tuple[Array, Array, Array, Array]:
    """Return the gradients of the mean squared error of a tanh network."""
    return network_variant()(x, y, w1, b1, w2, b2)


def network_variant(
    mean: str = "size",
    slope: str = "output",
    two: float = 2.0,
    sign: int = 1,
    transpose: bool = True,
    bias: str = "sum",
) -> Any:
    """Return the gradients, right as they stand, or with a mistake."""

    def variant(x: Array, y: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> tuple:
        z = x @ w1 + b1
        h = np.tanh(z)
        dy = sign * two * (h @ w2 + b2 - y) / {"size": y.size, "rows": len(y), "none": 1}[mean]
        dh = dy @ (w2.T if transpose else w2)
        gate = {
            "output": 1 - h**2,
            "none": np.ones_like(h),
            "again": 1 - np.tanh(h) ** 2,
            "relu": (z > 0).astype(float),
        }[slope]
        dz = dh * gate
        total = np.sum if bias == "sum" else np.mean
        return x.T @ dz, total(dz, axis=0), h.T @ dy, total(dy, axis=0)

    return variant


def pre_activation_kernel(x: Array, y: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> tuple:
    """Use the pre-activation where the hidden output belongs."""
    dw1, db1, _, db2 = network_gradients(x, y, w1, b1, w2, b2)
    z = x @ w1 + b1
    return dw1, db1, z.T @ (2 * (np.tanh(z) @ w2 + b2 - y) / y.size), db2
