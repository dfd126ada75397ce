"""Margin losses: a prediction must be right by a margin of 1 before its loss is 0."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.losses.base import Array, Loss, check_range, same_shape


def hinge(y_true: Any, y_pred: Any) -> Array:
    """Return the hinge loss of each sample.

        mean(max(1 - y_true y_pred, 0))         # over the last axis; labels -1 and +1

    Labels 0 and 1 become -1 and +1.

    Source: Cortes and Vapnik (1995), https://doi.org/10.1007/BF00994018.

    Keras twin: keras.losses.hinge, equal to 1e-12.
    """
    signs, y_pred = _signs(y_true, y_pred, "hinge")
    return np.maximum(1 - signs * y_pred, 0).mean(axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> Array:
    """Return the squared hinge loss of each sample: smooth where the hinge has its kink.

        mean(max(1 - y_true y_pred, 0)²)        # over the last axis; labels -1 and +1

    Labels 0 and 1 become -1 and +1.

    Keras twin: keras.losses.squared_hinge, equal to 1e-12.
    """
    signs, y_pred = _signs(y_true, y_pred, "squared_hinge")
    return np.square(np.maximum(1 - signs * y_pred, 0)).mean(axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> Array:
    """Return the hinge loss for several classes, of each sample.

        right = Σ y_true y_pred                 # the score of the right class
        wrong = max((1 - y_true) y_pred)        # the best score of a wrong class, but at least 0
        max(wrong - right + 1, 0)

    Labels are one-hot.

    Source: Weston and Watkins (1999), in the form with one maximum.

    Keras twin: keras.losses.categorical_hinge, equal to 1e-12.
    """
    y_true, y_pred = _one_hot(y_true, y_pred)
    right = (y_true * y_pred).sum(axis=-1)
    wrong = ((1 - y_true) * y_pred).max(axis=-1)
    return np.maximum(wrong - right + 1, 0)


class Hinge(Loss):
    """The hinge loss: the margin loss of support vector machines.

        loss     = mean(max(1 - y_true y_pred, 0))
        gradient = -y_true / (samples × outputs) where y_true y_pred <= 1, else 0

    At the kink the gradient is that of the slope, as in Keras. Labels 0 and 1 become -1 and +1.

    Keras twin: keras.losses.Hinge, equal to 1e-12. Keras takes other labels silently.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "hinge",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return hinge(y_true, y_pred)."""
        return hinge(y_true, y_pred)

    def call_gradient(self, y_true: Array, y_pred: Array) -> Array:
        """Return -y_true / outputs where the margin is too small."""
        signs, y_pred = _signs(y_true, y_pred, self.name)
        return -signs * (signs * y_pred <= 1) / y_pred.shape[-1]


class SquaredHinge(Loss):
    """The squared hinge loss: it punishes large violations of the margin more than small ones.

        loss     = mean(max(1 - y_true y_pred, 0)²)
        gradient = -2 y_true max(1 - y_true y_pred, 0) / (samples × outputs)

    Labels 0 and 1 become -1 and +1.

    Keras twin: keras.losses.SquaredHinge, equal to 1e-12. Keras takes other labels silently.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "squared_hinge",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return squared_hinge(y_true, y_pred)."""
        return squared_hinge(y_true, y_pred)

    def call_gradient(self, y_true: Array, y_pred: Array) -> Array:
        """Return -2 y_true max(1 - y_true y_pred, 0) / outputs."""
        signs, y_pred = _signs(y_true, y_pred, self.name)
        return -2 * signs * np.maximum(1 - signs * y_pred, 0) / y_pred.shape[-1]


class CategoricalHinge(Loss):
    """The hinge loss for several classes: the right score must beat the best wrong one by 1.

        loss     = mean(max(wrong - right + 1, 0))
        gradient = (the best wrong class - y_true) / samples where wrong - right + 1 >= 0, else 0

    Wrong classes that tie for the best share the gradient evenly, as in Keras.

    Keras twin: keras.losses.CategoricalHinge, equal to 1e-12.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_hinge",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return categorical_hinge(y_true, y_pred)."""
        return categorical_hinge(y_true, y_pred)

    def call_gradient(self, y_true: Array, y_pred: Array) -> Array:
        """Return the best wrong class minus y_true where the margin is too small."""
        y_true, y_pred = _one_hot(y_true, y_pred)
        right = (y_true * y_pred).sum(axis=-1, keepdims=True)
        scores = (1 - y_true) * y_pred
        wrong = scores.max(axis=-1, keepdims=True)
        best = (scores == wrong).astype(y_pred.dtype)
        best /= best.sum(axis=-1, keepdims=True)
        return (best * (1 - y_true) - y_true) * (wrong - right + 1 >= 0)


def _signs(y_true: Any, y_pred: Any, name: str) -> tuple[Array, Array]:
    """Return labels as -1 and +1, and the predictions."""
    y_true, y_pred = same_shape(y_true, y_pred, name)
    if ((y_true == 0) | (y_true == 1)).all():
        return 2 * y_true - 1, y_pred
    if (np.abs(y_true) == 1).all():
        return y_true, y_pred
    seen = ", ".join(f"{value:g}" for value in np.unique(y_true)[:6])
    raise ValueError(
        f"{name}: y_true: expected labels -1 and 1 (or 0 and 1), received {seen}. "
        "Use np.where(y > 0, 1, -1), or categorical_hinge for several classes."
    )


def _one_hot(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    """Return labels and predictions; labels must lie in 0 … 1."""
    advice = "Labels are one-hot: use to_categorical(y)."
    y_true, y_pred = same_shape(y_true, y_pred, "categorical_hinge", advice=advice)
    check_range(y_true, 0, 1, "categorical_hinge: y_true", advice)
    return y_true, y_pred
