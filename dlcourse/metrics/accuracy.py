"""Accuracies: how often a prediction is right, for each kind of label."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.arrays import as_floats
from dlcourse.losses.base import integer_labels, same_shape
from dlcourse.messages import wrong
from dlcourse.metrics.base import Array, MeanMetricWrapper


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Array:
    """Return 1 where a yes-or-no prediction is right, and 0 elsewhere.

        y_true == (y_pred > threshold)          # exactly 0.5 counts as no

    Shapes: all alike.

    Keras twin: keras.metrics.binary_accuracy, equal.
    """
    y_true, y_pred = same_shape(y_true, y_pred, "binary_accuracy")
    return (y_true == (y_pred > threshold)).astype(np.float64)


def categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """Return 1 for each sample whose highest score belongs to the right class, else 0.

        argmax(y_true) == argmax(y_pred)        # one-hot labels; the first of equal scores wins

    Shapes: y_true and y_pred (batch, ..., classes), the result without the last axis.

    Keras twin: keras.metrics.categorical_accuracy, equal.
    """
    y_true, y_pred = _one_hot(y_true, y_pred, "categorical_accuracy")
    return (y_true.argmax(axis=-1) == y_pred.argmax(axis=-1)).astype(np.float64)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """Return 1 for each sample whose highest score belongs to the right class, else 0.

        y_true == argmax(y_pred)                # integer labels; the first of equal scores wins

    Shapes: y_true (batch, ...) or (batch, ..., 1), y_pred (batch, ..., classes).

    Keras twin: keras.metrics.sparse_categorical_accuracy, equal.
    """
    y_pred = as_floats(y_pred, "sparse_categorical_accuracy: y_pred")
    labels = integer_labels(y_true, y_pred, "sparse_categorical_accuracy")
    return (labels == y_pred.argmax(axis=-1)).astype(np.float64)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Array:
    """Return 1 for each sample whose right class is among the k highest scores, else 0.

    Labels are one-hot. A score that equals the k-th highest is among them.

    Keras twin: keras.metrics.top_k_categorical_accuracy, equal.
    """
    y_true, y_pred = _one_hot(y_true, y_pred, "top_k_categorical_accuracy")
    return sparse_top_k_categorical_accuracy(y_true.argmax(axis=-1), y_pred, k)


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Array:
    """Return 1 for each sample whose right class is among the k highest scores, else 0.

        number of scores above that of the right class < k

    Labels are integers. A score that equals the k-th highest is among them.

    Keras twin: keras.metrics.sparse_top_k_categorical_accuracy, equal; without `from_sorted_ids`.
    """
    _check_k(k)
    y_pred = as_floats(y_pred, "sparse_top_k_categorical_accuracy: y_pred")
    labels = integer_labels(y_true, y_pred, "sparse_top_k_categorical_accuracy")
    right = np.take_along_axis(y_pred, labels[..., None], axis=-1)
    return ((y_pred > right).sum(axis=-1) < k).astype(np.float64)


class BinaryAccuracy(MeanMetricWrapper):
    """The share of right yes-or-no predictions.

        mean(y_true == (y_pred > threshold))

    Keras twin: keras.metrics.BinaryAccuracy, equal to 1e-12.
    """

    def __init__(self, name: str = "binary_accuracy", threshold: float = 0.5) -> None:
        super().__init__(binary_accuracy, name, threshold=threshold)
        self.threshold = threshold


class CategoricalAccuracy(MeanMetricWrapper):
    """The share of samples whose highest score belongs to the right class; one-hot labels.

    Keras twin: keras.metrics.CategoricalAccuracy, equal to 1e-12.
    """

    def __init__(self, name: str = "categorical_accuracy") -> None:
        super().__init__(categorical_accuracy, name)


class SparseCategoricalAccuracy(MeanMetricWrapper):
    """The share of samples whose highest score belongs to the right class; integer labels.

    Keras twin: keras.metrics.SparseCategoricalAccuracy, equal to 1e-12.
    """

    def __init__(self, name: str = "sparse_categorical_accuracy") -> None:
        super().__init__(sparse_categorical_accuracy, name)


class TopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of samples whose right class is among the k highest scores; one-hot labels.

    Keras twin: keras.metrics.TopKCategoricalAccuracy, equal to 1e-12.
    """

    def __init__(self, k: int = 5, name: str = "top_k_categorical_accuracy") -> None:
        _check_k(k)
        super().__init__(top_k_categorical_accuracy, name, k=k)
        self.k = k


class SparseTopKCategoricalAccuracy(MeanMetricWrapper):
    """The share of samples whose right class is among the k highest scores; integer labels.

    Keras twin: keras.metrics.SparseTopKCategoricalAccuracy, equal to 1e-12; without
    `from_sorted_ids`.
    """

    def __init__(self, k: int = 5, name: str = "sparse_top_k_categorical_accuracy") -> None:
        _check_k(k)
        super().__init__(sparse_top_k_categorical_accuracy, name, k=k)
        self.k = k


def _one_hot(y_true: Any, y_pred: Any, name: str) -> tuple[Array, Array]:
    advice = f"Use to_categorical(y), or sparse_{name} for integer labels."
    return same_shape(y_true, y_pred, name, advice=advice)


def _check_k(k: int) -> None:
    if not isinstance(k, int | np.integer) or k < 1:
        raise ValueError(wrong("top-k accuracy: k", "a positive integer", k))
