"""Loss: what every loss has in common: alignment of labels, sample weights, reduction."""

from __future__ import annotations

import inspect
import math
from typing import Any

import numpy as np

from dlcourse.arguments import CheckedArguments, check_float_type
from dlcourse.arrays import as_floats
from dlcourse.messages import unknown_name, wrong

Array = np.ndarray

EPSILON = 1e-7  # keras.config.epsilon(): probabilities are kept this far away from 0 and 1
REDUCTIONS = ("sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none")


class Loss(CheckedArguments):
    """How wrong predictions are, as one number, and the gradient of that number.

        values   = call(y_true, y_pred)             # one for each sample: the last axis is gone
        loss     = sum(values * sample_weight) / number of values
        gradient = ∂loss / ∂y_pred

    The reduction "sum" leaves the division out, "mean_with_sample_weight" divides by the sum of the
    weights, and None returns the weighted values (their gradient is that of their sum).

    A subclass writes `call`, and `call_gradient`: the derivative of each value with respect to
    the predictions of its own sample.

    Shapes: y_true and y_pred (batch, ..., outputs), gradient like y_pred; sample_weight (batch,),
    or the shape of y_pred without its last axis. Labels (batch,) go with predictions (batch, 1).

    Errors: ValueError for shapes that do not match, an empty batch, labels out of range, or an
    unknown reduction.

    Keras twin: keras.losses.Loss. `gradient` takes the place of GradientTape. Without a `dtype`
    the loss has the float type of y_pred, where Keras has `floatx`.
    """

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: str | None = None,
    ) -> None:
        if reduction is not None and reduction not in REDUCTIONS:
            raise ValueError(unknown_name("reduction", reduction, REDUCTIONS))
        self.name = name or type(self).__name__
        self.reduction = reduction
        what = f"{type(self).__name__}: dtype"
        self.dtype = None if dtype is None else check_float_type(dtype, what)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return the loss of each sample."""
        raise NotImplementedError(f"{type(self).__name__} has no call method.")

    def call_gradient(self, y_true: Array, y_pred: Array) -> Array:
        """Return the derivative of each sample's loss with respect to its own predictions."""
        raise NotImplementedError(f"{type(self).__name__} has no call_gradient method.")

    def align(self, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
        """Return both as arrays of one float type and shape."""
        return same_shape(y_true, y_pred, self.name, self.dtype)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the loss, one number (or the loss of each sample if the reduction is None)."""
        y_true, y_pred = self.align(y_true, y_pred)
        values = self.call(y_true, y_pred)
        weights = self._weights(sample_weight, values.shape, values.dtype)
        if weights is not None:
            values = values * weights
        if self.reduction in (None, "none"):
            return values
        return values.sum() * values.dtype.type(self._scale(values.size, weights))

    def gradient(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Array:
        """Return the gradient of the loss with respect to y_pred, an array like y_pred."""
        shape = np.shape(y_pred)
        y_true, y_pred = self.align(y_true, y_pred)
        gradient = self.call_gradient(y_true, y_pred)
        values_shape = y_pred.shape[:-1]
        weights = self._weights(sample_weight, values_shape, gradient.dtype)
        scale = self._scale(math.prod(values_shape), weights)
        if weights is not None:
            gradient = gradient * weights[..., None]
        return (gradient * gradient.dtype.type(scale)).reshape(shape)

    def _scale(self, size: int, weights: Array | None) -> float:
        """Return the factor that turns the sum of the weighted values into the loss."""
        if self.reduction in (None, "none", "sum"):
            return 1.0
        if self.reduction == "mean_with_sample_weight" and weights is not None:
            total = float(weights.sum())
            return 1 / total if total else 0.0
        return 1 / size

    def _weights(self, sample_weight: Any, shape: tuple[int, ...], dtype: Any) -> Array | None:
        """Return the weights with the axes of the values; each axis may have size 1 instead."""
        if sample_weight is None:
            return None
        weights = as_floats(sample_weight, f"{self.name}: sample_weight", dtype)
        if weights.ndim == 0:
            weights = weights.reshape((1,) * len(shape))
        elif weights.ndim == len(shape) + 1 and weights.shape[-1] == 1:
            weights = weights[..., 0]
        if weights.ndim != len(shape) or any(
            n not in (1, m) for n, m in zip(weights.shape, shape, strict=True)
        ):
            advice = "There is one weight for each sample."
            if not shape:
                advice = "Predictions of shape (n,) are one sample; y_pred.reshape(-1, 1) makes n."
            elif weights.shape == shape[:1]:
                advice = f"Use sample_weight.reshape({(-1, *[1] * (len(shape) - 1))})."
            expected = f"the shape {shape}"
            raise ValueError(wrong(f"{self.name}: sample_weight", expected, weights, advice))
        return weights

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal loss."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        """Return a new loss from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


def same_shape(
    y_true: Any, y_pred: Any, name: str, dtype: Any = None, advice: str = ""
) -> tuple[Array, Array]:
    """Return labels and predictions as arrays of one float type and shape.

    A last axis of size 1 that only one of them has is added or removed, as in Keras.
    """
    y_pred = as_floats(y_pred, f"{name}: y_pred", dtype)
    y_true = as_floats(y_true, f"{name}: y_true", y_pred.dtype)
    if y_pred.ndim == y_true.ndim + 1 and y_pred.shape[-1] == 1:
        if y_true.ndim == 1:
            y_true = y_true[:, None]
        else:
            y_pred = y_pred[..., 0]
    elif y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
        if y_pred.ndim == 1:
            y_pred = y_pred[:, None]
        else:
            y_true = y_true[..., 0]
    if y_true.shape != y_pred.shape:
        expected = f"the shape of y_pred, {y_pred.shape}"
        raise ValueError(wrong(f"{name}: y_true", expected, y_true, advice))
    check_not_empty(y_pred, name)
    return y_true, y_pred


def check_not_empty(y_pred: Array, name: str) -> None:
    """Raise ValueError unless there is at least one sample with at least one output."""
    if y_pred.ndim == 0:
        advice = "Put single numbers into lists: loss([1.0], [0.5])."
        raise ValueError(wrong(f"{name}: y_pred", "an array with a last axis", y_pred, advice))
    if y_pred.size == 0:
        raise ValueError(wrong(f"{name}: y_pred", "at least one sample", y_pred))


def check_range(values: Array, low: float, high: float, what: str, advice: str = "") -> None:
    """Raise ValueError unless low <= values <= high; NaN passes: what made it is a clearer story.

    Rounding may leave a probability a little above 1, so the bounds have 1e-6 of room.
    """
    if values.min() < low - 1e-6 or values.max() > high + 1e-6:
        bounds = f"between {low:g} and {high:g}" if high < np.inf else f"from {low:g} up"
        raise ValueError(
            f"{what}: expected numbers {bounds}, received numbers from {np.nanmin(values):g} to "
            f"{np.nanmax(values):g}. {advice}".rstrip()
        )


def integer_labels(y_true: Any, y_pred: Array, name: str) -> Array:
    """Return integer labels, one for each row of scores in y_pred.

    Shapes: y_pred (batch, ..., classes); y_true (batch, ...) or (batch, ..., 1), the result without
    that last axis.

    Errors: ValueError for another shape, or labels that are no integers in 0 … classes - 1.
    """
    check_not_empty(y_pred, name)
    labels = np.asarray(y_true)
    if labels.ndim == y_pred.ndim and labels.shape[-1] == 1:
        labels = labels[..., 0]
    if labels.shape != y_pred.shape[:-1]:
        advice = "There is one integer for each sample."
        if labels.shape == y_pred.shape:
            advice = f"Use {name.replace('sparse_', '')} for one-hot labels."
        expected = f"integers of shape {y_pred.shape[:-1]}"
        raise ValueError(wrong(f"{name}: y_true", expected, labels, advice))
    if labels.dtype.kind not in "iu":
        numbers = as_floats(labels, f"{name}: y_true", np.float64)
        labels = (
            numbers.astype(np.intp, casting="unsafe", copy=False) if _whole(numbers) else numbers
        )
    classes = y_pred.shape[-1]
    if labels.dtype.kind == "f" or labels.min() < 0 or labels.max() >= classes:
        strange = labels[~((labels >= 0) & (labels < classes) & (labels % 1 == 0))]
        raise ValueError(
            f"{name}: y_true: expected integers from 0 to {classes - 1} (y_pred has {classes} "
            f"classes), received {strange[0]:g}."
        )
    return labels


def _whole(numbers: Array) -> bool:
    return bool(np.isfinite(numbers).all() and (numbers % 1 == 0).all())
