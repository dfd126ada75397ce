"""Right answers to the questions of chapter 6, and wrong ones that are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlcourse.grading.values import Values, array

Array = np.ndarray
Gradient = Callable[[Array], Array]

CURVATURES = np.array([10.0, 0.5])
ALLOWED = 1e-4


def descend(gradient: Gradient, start: Array, rate: float, steps: int) -> Array:
    """Return the start and the point after each step, one row each."""
    return descent_variant()(gradient, start, rate, steps)


def descent_variant(
    sign: int = -1,
    extra: int = 0,
    with_start: bool = True,
    frozen: bool = False,
    unit: bool = False,
) -> Any:
    """Return a descent, right as it stands, or with a mistake."""

    def variant(gradient: Gradient, start: Array, rate: float, steps: int) -> Array:
        w, path = start, [start] if with_start else []
        for _ in range(steps + extra):
            slope = gradient(start if frozen else w)
            slope = slope / np.linalg.norm(slope) if unit else slope
            w = w + sign * rate * slope
            path.append(w)
        return np.array(path).reshape(-1, len(start))

    return variant


def repeats_last(gradient: Gradient, start: Array, rate: float, steps: int) -> Array:
    """Fill the path with one and the same array."""
    path = descend(gradient, start, rate, steps)
    return np.repeat(path[-1:], len(path), axis=0)


def repeats_last_after_start(received: Values, truth: Values) -> bool:
    """Whether the first path begins at the start, and then stays at its end."""
    path, wanted = _first_path(received, truth)
    return same_rows(path[:1], wanted[:1]) and same_rows(path[1:], wanted[1:] * 0 + wanted[-1])


def without_start(received: Values, truth: Values) -> bool:
    """Whether the first path is right but for its start, which is missing."""
    path, wanted = _first_path(received, truth)
    return same_rows(path, wanted[1:])


def same_rows(path: Array, wanted: Array) -> bool:
    """Whether two paths agree."""
    return path.shape == wanted.shape and np.allclose(path, wanted, rtol=3e-5)


def _first_path(received: Values, truth: Values) -> tuple[Array, Array]:
    first = next(iter(truth))
    path, wanted = array(received.get(first)), array(truth[first])
    assert path is not None  # the judge takes an error here for another mistake
    assert wanted is not None
    return path, wanted


def line_gradient(slope: float, intercept: float, x: Array, y: Array) -> tuple[float, float]:
    """Return the derivatives of the mean of (slope x + intercept - y)²."""
    miss = slope * x + intercept - y
    return 2 * (miss * x).mean(), 2 * miss.mean()


def minibatches(x: Array, y: Array, size: int, order: Array) -> list[tuple[Array, Array]]:
    """Cut the shuffled samples into batches; the last may be smaller."""
    starts = range(0, len(x), size)
    return [(x[order[i : i + size]], y[order[i : i + size]]) for i in starts]


def batches_where(drop: bool = False, shuffle: str = "xy", gap: int = 0) -> Any:
    """Return a way of cutting batches with a mistake."""

    def variant(x: Array, y: Array, size: int, order: Array) -> list[tuple[Array, Array]]:
        n = len(x)
        xs = x[order] if "x" in shuffle else x
        ys = y[order] if "y" in shuffle else y
        stop = n - n % size if drop else n
        cuts = [*range(0, stop, size), None]
        ends = [end - gap if end is not None else (stop if drop else n) for end in cuts[1:]]
        return [(xs[a:b], ys[a:b]) for a, b in zip(cuts[:-1], ends, strict=True)]

    return variant


def bowl_loss(rate: float, steps: int = 60) -> float:
    """Return the loss after some steps down the bowl of the question, from (1, 1)."""
    w = np.array([1.0, 1.0])
    with np.errstate(all="ignore"):
        for _ in range(steps):
            w = w - rate * CURVATURES * w
        return float((CURVATURES * w**2).sum() / 2)


def rate_accept(received: Values) -> str | None:
    """Return None when the rate reaches the loss, else the mistake."""
    rate = array(received.get("your answer"))
    if rate is None or rate.shape != () or not np.isfinite(rate):
        return "no_number"
    if rate <= 0:
        return "not_positive"
    loss = bowl_loss(float(rate))
    if loss <= ALLOWED:
        return None
    threshold = 2 / CURVATURES.max()
    if rate > threshold:
        return "diverges"
    return "at_the_edge" if rate > 0.95 * threshold else "too_slow"
