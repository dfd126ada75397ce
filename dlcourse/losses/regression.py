"""Losses for predicting numbers: squared, absolute, and Huber's compromise between them."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.losses.base import Array, Loss, same_shape
from dlcourse.messages import wrong


def mean_squared_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean squared error of each sample.

        mean((y_pred - y_true)²)        # over the last axis

    Keras twin: keras.losses.mean_squared_error, equal to 1e-12.
    """
    y_true, y_pred = same_shape(y_true, y_pred, "mean_squared_error")
    return np.square(y_pred - y_true).mean(axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Array:
    """Return the mean absolute error of each sample.

        mean(|y_pred - y_true|)         # over the last axis

    Keras twin: keras.losses.mean_absolute_error, equal to 1e-12.
    """
    y_true, y_pred = same_shape(y_true, y_pred, "mean_absolute_error")
    return np.abs(y_pred - y_true).mean(axis=-1)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Array:
    """Return Huber's loss of each sample: squares for small errors, absolute values for large ones.

        e = y_pred - y_true
        mean(e² / 2 if |e| <= delta else delta |e| - delta² / 2)        # over the last axis

    Source: Huber (1964), https://doi.org/10.1214/aoms/1177703732.

    Keras twin: keras.losses.huber, equal to 1e-12.
    """
    y_true, y_pred = same_shape(y_true, y_pred, "huber")
    error = np.abs(y_pred - y_true)
    return np.where(error <= delta, error**2 / 2, delta * error - delta**2 / 2).mean(axis=-1)


class MeanSquaredError(Loss):
    """The mean squared error: the loss of regression, if errors are normally distributed.

        loss     = mean((y_pred - y_true)²)
        gradient = 2 (y_pred - y_true) / (samples × outputs)

    Keras twin: keras.losses.MeanSquaredError, equal to 1e-12.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_squared_error",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return mean_squared_error(y_true, y_pred)."""
        return mean_squared_error(y_true, y_pred)

    def call_gradient(self, y_true: Array, y_pred: Array) -> Array:
        """Return 2 (y_pred - y_true) / outputs."""
        return 2 * (y_pred - y_true) / y_pred.shape[-1]


class MeanAbsoluteError(Loss):
    """The mean absolute error: outliers weigh less than in the squared error.

        loss     = mean(|y_pred - y_true|)
        gradient = sign(y_pred - y_true) / (samples × outputs)      # sign(0) = 0

    Keras twin: keras.losses.MeanAbsoluteError, equal to 1e-12.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "mean_absolute_error",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return mean_absolute_error(y_true, y_pred)."""
        return mean_absolute_error(y_true, y_pred)

    def call_gradient(self, y_true: Array, y_pred: Array) -> Array:
        """Return sign(y_pred - y_true) / outputs."""
        return np.sign(y_pred - y_true) / y_pred.shape[-1]


class Huber(Loss):
    """Huber's loss: smooth at 0 as the squared error is, lenient to outliers as the absolute is.

        e        = y_pred - y_true
        loss     = mean(e² / 2 if |e| <= delta else delta |e| - delta² / 2)
        gradient = clip(e, -delta, delta) / (samples × outputs)

    Errors: ValueError if delta is not positive.

    Source: Huber (1964), https://doi.org/10.1214/aoms/1177703732.

    Keras twin: keras.losses.Huber, equal to 1e-12.
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "huber_loss",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        if not delta > 0:
            raise ValueError(wrong("Huber: delta", "a positive number", delta))
        self.delta = float(delta)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return huber(y_true, y_pred, delta)."""
        return huber(y_true, y_pred, self.delta)

    def call_gradient(self, y_true: Array, y_pred: Array) -> Array:
        """Return clip(y_pred - y_true, -delta, delta) / outputs."""
        return np.clip(y_pred - y_true, -self.delta, self.delta) / y_pred.shape[-1]
