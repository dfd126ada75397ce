"""Right answers to the questions of chapter 3, and wrong ones that are known."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.values import Values, array, same

Array = np.ndarray


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x)), from exp(-|x|), which never overflows."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def softmax(logits: Array, temperature: float) -> Array:
    """exp(logits / T) over its sum, row by row."""
    z = logits / temperature
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_variant(
    axis: int | None = -1, shift: int | str | None = -1, cold: bool = False, scaled: bool = True
) -> Any:
    """Return a softmax with mistakes: another axis, another shift, T multiplied or left out."""

    def variant(logits: Array, temperature: float) -> Array:
        z = logits * temperature if cold else logits / temperature if scaled else logits
        if shift != "none":
            z = z - z.max(axis=shift, keepdims=True)  # type: ignore[arg-type]
        e = np.exp(z)
        return e / e.sum(axis=axis, keepdims=True)

    return variant


def tanh_slope(x: Array) -> Array:
    """Return the slope of tanh at the pre-activation x."""
    return 1 - np.tanh(x) ** 2


def leaky_relu_backward(x: Array, dy: Array, slope: float) -> Array:
    """Dy where x > 0, slope times dy elsewhere."""
    return np.where(x > 0, dy, slope * dy)


def collapse(w1: Array, b1: Array, w2: Array, b2: Array) -> tuple[Array, Array]:
    """(x w1 + b1) w2 + b2 = x (w1 w2) + (b1 w2 + b2)."""
    return w1 @ w2, b1 @ w2 + b2


def overflows(received: Values, label: str) -> bool:
    """Whether a call raised NumPy's overflow error."""
    return received.get(label, {}).get("error") == "FloatingPointError"


def only_wrong(received: Values, truth: Values, label: str) -> bool:
    """Whether all values agree except those from this label on, and nothing was raised there."""
    before = list(truth)[: list(truth).index(label)]
    return (
        all(same(truth[name], received.get(name)) for name in before)
        and "shape" in received.get(label, {})
        and not same(truth[label], received[label])
    )


def clipped(received: Values, truth: Values) -> bool:
    """Whether ordinary values are right and a small one is several times too large."""
    label = "a small value, times 1e15"
    small, wanted = array(received.get(label)), array(truth[label])
    return only_wrong(received, truth, label) and bool((small > 3 * wanted).all())  # type: ignore


def large_logits_fail(received: Values, truth: Values) -> bool:
    """Whether the ordinary logits come out right and the large ones as no numbers."""
    large = array(received.get("large logits"))
    return (
        large is not None
        and not np.isfinite(large).all()
        and same(truth["temperature 1"], received.get("temperature 1"))
    )
