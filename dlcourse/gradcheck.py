"""Checking gradients: compare what `backward` says with what a small step does.

    check_layer(Dense(3), x)                      # every parameter and every input
    check_loss(MeanSquaredError(), y_true, y_pred)
    check_function(np.tanh, lambda x, dy: dy * (1 - np.tanh(x) ** 2), x)

Each returns a Report, and raises GradientError, with numbers, when a gradient is wrong. All sums
run in float64. The gradient that comes from above is random: with ones, errors that cancel in a sum
(softmax, batch normalisation) stay hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse.messages import wrong

Array = np.ndarray

EPSILON = 1e-6  # the step: curvature costs about 1e-12, rounding 1e-10; both grow with the function
TOLERANCE = 1e-6


class GradientError(AssertionError):
    """A gradient differs from the measured slope."""


@dataclass(frozen=True)
class Report:
    """What a check has found: the largest scaled error, where, and how many entries it compared.

    `kinks` counts the entries that were left out because the function has a corner there.
    """

    error: float
    where: str
    entries: int
    kinks: int


def scaled_error(actual: Any, expected: Any, floor: float = 1.0) -> float:
    """Return the largest difference, relative to the largest expected number (at least `floor`).

        max|actual - expected| / max(floor, max|expected|)

    NaN or infinity that only one of the two has counts as infinite.

    Errors: ValueError if the shapes differ.
    """
    actual, expected = np.asarray(actual, np.float64), np.asarray(expected, np.float64)
    if actual.shape != expected.shape:
        raise ValueError(wrong("scaled_error", f"the shape {expected.shape}", actual))
    if actual.size == 0:
        return 0.0
    same = (actual == expected) | (np.isnan(actual) & np.isnan(expected))
    with np.errstate(invalid="ignore"):
        difference = np.where(same, 0.0, np.abs(actual - expected))
    finite = np.abs(expected[np.isfinite(expected)])
    error = difference.max() / max(floor, finite.max(initial=0.0))
    return float("inf") if np.isnan(error) else float(error)


def numerical_gradient(f: Callable[[Array], Any], x: Any, eps: float = EPSILON) -> Array:
    """Return the gradient of a function with one number as its value, measured entry by entry.

        gradient[i] = (f(x + eps e_i) - f(x - eps e_i)) / (2 eps)

    Centred: the error falls with eps², where a one-sided difference has eps.

    Shapes: x and the gradient are alike; x is float64 while f is called.

    Errors: ValueError if f(x) is not a single number.
    """
    x = _float64(x, "numerical_gradient: x").copy()
    backward, forward = _slopes(f, x, eps, np.ndindex(x.shape))
    return (backward + forward) / 2


def check_function(
    f: Callable[[Array], Any],
    vjp: Callable[[Array, Array], Array],
    x: Any,
    *,
    tolerance: float = TOLERANCE,
    eps: float = EPSILON,
    seed: int = 0,
) -> Report:
    """Check that `vjp(x, dy)` is ∂L/∂x for ∂L/∂y = dy, where y = f(x).

    Errors: GradientError if it is not.
    """
    x = _float64(x, "check_function: x")
    dy = _random_like(f(x), seed)
    analytic = np.array(vjp(x, dy))
    return _compare("x", analytic, lambda v: np.sum(dy * f(v)), x, tolerance, eps)


def check_loss(
    loss: Any,
    y_true: Any,
    y_pred: Any,
    sample_weight: Any = None,
    *,
    tolerance: float = TOLERANCE,
    eps: float = EPSILON,
) -> Report:
    """Check `loss.gradient` against the slope of the loss in every prediction.

    Errors: GradientError if they differ.
    """
    y_pred = _float64(y_pred, "check_loss: y_pred")
    analytic = loss.gradient(y_true, y_pred, sample_weight)

    def total(predictions: Array) -> Any:
        return np.sum(loss(y_true, predictions, sample_weight))

    return _compare("y_pred", analytic, total, y_pred, tolerance, eps)


def check_layer(
    layer: Any,
    x: Any,
    *,
    tolerance: float = TOLERANCE,
    eps: float = EPSILON,
    seed: int = 0,
    **call_arguments: Any,
) -> Report:
    """Check `layer.backward` in every input and every trainable weight.

        L = Σ dy * layer(x),  dy random;  compares ∂L/∂x and ∂L/∂weight with measured slopes

    A model is a layer too. `x` is an array, or a list of arrays for a layer that merges. Further
    arguments, such as `training=True` or a dropout mask, go to each call. The layer needs
    dtype="float64"; its weights have their old values afterwards.

    Errors: GradientError naming the worst entry; ValueError if the layer is not float64.
    """
    several = isinstance(x, list | tuple)
    inputs = [_float64(part, "check_layer: x") for part in (x if several else [x])]

    def forward() -> Array:
        return layer(list(inputs) if several else inputs[0], **call_arguments)

    y = forward()
    if np.asarray(y).dtype != np.float64:
        advice = 'Make the layer with dtype="float64": float32 is too coarse for small steps.'
        raise ValueError(wrong("check_layer: output", "float64", y, advice))
    dy = _random_like(y, seed)
    saved = [weight.copy() for weight in layer.weights]

    def total(_: Array) -> Any:
        # Regularizers are part of the loss, and their gradients part of layer.grads.
        return np.sum(dy * forward()) + sum(layer.losses)

    forward()
    # A layer that a model's inputs feed may save the gradient of its input; here it counts.
    needed, layer.needs_input_gradient = layer.needs_input_gradient, True
    try:
        dx = layer.backward(dy)
    finally:
        layer.needs_input_gradient = needed
    gradients = list(dx) if several else [dx]
    if len(gradients) != len(inputs):
        expected = f"{len(inputs)} gradients, one for each input"
        raise GradientError(wrong(f"{layer.name}: backward", expected, f"{len(gradients)}"))
    # Copies, since a layer may use its arrays again in the next call.
    parts = [
        (f"input {i}" if several else "input", None if g is None else np.array(g), v)
        for i, (g, v) in enumerate(zip(gradients, inputs, strict=True))
    ]
    trainable = {id(w) for w in layer.trainable_weights}
    for name, weight in zip(layer.weight_names(), layer.weights, strict=True):
        if id(weight) in trainable:
            if name not in layer.grads:
                raise GradientError(f"{layer.name}: backward stored no gradient for {name!r}.")
            parts.append((name, np.array(layer.grads[name]), weight))
    reports = []
    for name, gradient, value in parts:
        where = f"{layer.name}, {name}"
        reports.append(_compare(where, gradient, total, value, tolerance, eps))
        for weight, old in zip(layer.weights, saved, strict=True):
            weight[...] = old
    return _worst(reports)


def _compare(
    where: str,
    analytic: Any,
    f: Callable[[Array], Any],
    x: Array,
    tolerance: float,
    eps: float,
) -> Report:
    """Compare one gradient with the slopes of f, leaving out entries where f has a corner."""
    if analytic is None or np.shape(analytic) != x.shape:
        received = "None" if analytic is None else f"shape {np.shape(analytic)}"
        raise GradientError(
            f"{where}: expected a gradient of shape {x.shape}, received {received}."
        )
    if x.size == 0:
        raise ValueError(wrong(where, "at least one number to check", x))
    analytic = np.asarray(analytic, np.float64)
    numeric, corner = _measure(f, x, eps)
    if corner.sum() > x.size / 2:
        raise ValueError(
            f"{where}: {corner.sum()} of {x.size} entries lie on a corner of the function, so "
            "there is no gradient to compare with. Choose other values, e.g. random ones."
        )
    steepest = _steepest(numeric)
    difference = np.where(corner, 0.0, np.abs(analytic - numeric))
    difference[np.isnan(difference)] = np.inf
    worst = np.unravel_index(np.argmax(difference), x.shape)
    error = float(difference[worst] / steepest)
    place = f"{where}[{', '.join(str(int(i)) for i in worst)}]"
    if error > tolerance:
        wrong_entries = int((difference > tolerance * steepest).sum())
        raise GradientError(
            f"{place}: the gradient is {analytic[worst]:.9g}, a small step measures "
            f"{numeric[worst]:.9g}. Scaled error {error:.3g}, allowed {tolerance:g}; "
            f"{wrong_entries} of {x.size} entries are wrong."
        )
    return Report(error, place, x.size - int(corner.sum()), int(corner.sum()))


def _measure(f: Callable[[Array], Any], x: Array, eps: float) -> tuple[Array, Array]:
    """Return the gradient by small steps, and where f has a corner, so that it has none.

    At a corner the slopes to the left and to the right differ, however small the step. Where they
    differ, a step ten times smaller looks closer: a corner stays, while a curve straightens.
    This looks at f alone, so it cannot hide a wrong analytic gradient.
    """
    backward, forward = _slopes(f, x, eps, np.ndindex(x.shape))
    gap = np.abs(forward - backward)
    suspects = gap > 1e-3 * _steepest((backward + forward) / 2)
    closer = _slopes(f, x, eps / 10, map(tuple, np.argwhere(suspects)))
    corner = suspects & (np.abs(closer[1] - closer[0]) > gap / 3)
    numeric = np.where(suspects, closer[0] + closer[1], backward + forward) / 2
    return numeric, corner


def _steepest(gradient: Array) -> float:
    """Return the size that errors are measured by; where all slopes are about 0, rounding rules."""
    return max(1e-2, float(np.abs(gradient).max(initial=0.0)))


def _slopes(
    f: Callable[[Array], Any], x: Array, eps: float, entries: Iterable[tuple[int, ...]]
) -> tuple[Array, Array]:
    """Return the slopes to the left and to the right of these entries of x, 0 elsewhere.

    f may ignore its argument and read x elsewhere, such as in a layer: x itself is changed, and
    changed back.
    """

    def value() -> float:
        y = _float64(f(x), "numerical_gradient: f")
        if y.size != 1:
            expected = "a function whose value is one number"
            raise ValueError(wrong("numerical_gradient: f", expected, y, "Use e.g. its sum."))
        return y.item()  # a number of its own: f may return a view of x, which is about to change

    middle = value()
    backward, forward = np.zeros(x.shape), np.zeros(x.shape)
    for index in entries:
        kept = x[index]
        # Divide by the step after rounding, not by the one that was meant.
        x[index] = kept + eps
        forward[index] = (value() - middle) / (x[index] - kept)
        x[index] = kept - eps
        backward[index] = (middle - value()) / (kept - x[index])
        x[index] = kept
    return backward, forward


def _worst(reports: list[Report]) -> Report:
    worst = max(reports, key=lambda report: report.error)
    entries, kinks = sum(r.entries for r in reports), sum(r.kinks for r in reports)
    return Report(worst.error, worst.where, entries, kinks)


def _float64(x: Any, what: str) -> Array:
    x = np.asarray(x)
    if x.dtype.kind not in "fiub":
        raise ValueError(wrong(what, "an array of real numbers", x))
    return x.astype(np.float64)


def _random_like(y: Any, seed: int) -> Array:
    """Return a random upstream gradient of the shape of y, with no entry near 0."""
    generator = np.random.default_rng(seed)
    size = generator.uniform(0.5, 1.5, np.shape(y))
    return size * generator.choice([-1.0, 1.0], np.shape(y))
