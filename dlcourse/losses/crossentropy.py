"""Losses for predicting probabilities: the surprise at what happened."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.activations import log_softmax, sigmoid, softmax
from dlcourse.arrays import as_floats
from dlcourse.losses.base import EPSILON, Array, Loss, check_range, integer_labels, same_shape
from dlcourse.messages import wrong

LOGITS = "Are these logits? Use from_logits=True, or give the last layer the activation {}."
ONE_HOT = "Use to_categorical(y), or sparse_categorical_crossentropy for integer labels."


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0
) -> Array:
    """Return the cross-entropy between yes-or-no labels and probabilities, of each sample.

        p = clip(y_pred, 1e-7, 1 - 1e-7)
        mean(-y_true log(p) - (1 - y_true) log(1 - p))                  # over the last axis
        mean(max(x, 0) - x y_true + log(1 + exp(-|x|)))                 # from logits x = y_pred

    Label smoothing s replaces y_true by (1 - s) y_true + s / 2.

    Keras twin: keras.losses.binary_crossentropy, equal to 1e-12; always over the last axis.
    """
    t, p = _binary(y_true, y_pred, from_logits, label_smoothing)
    if from_logits:
        return (np.maximum(p, 0) - p * t + np.log1p(np.exp(-np.abs(p)))).mean(axis=-1)
    p = _clip(p)
    return (-t * np.log(p) - (1 - t) * np.log(1 - p)).mean(axis=-1)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0
) -> Array:
    """Return the cross-entropy between one-hot labels and class probabilities, of each sample.

        p = clip(y_pred / Σ y_pred, 1e-7, 1 - 1e-7)
        -Σ y_true log(p)                                                # over the last axis
        -Σ y_true log_softmax(y_pred)                                   # from logits

    Label smoothing s replaces y_true by (1 - s) y_true + s / classes.

    Keras twin: keras.losses.categorical_crossentropy, equal to 1e-12; always over the last axis.
    """
    t, p = _categorical(y_true, y_pred, from_logits, label_smoothing)
    if from_logits:
        return -(t * log_softmax(p)).sum(axis=-1)
    p = _clip(p / p.sum(axis=-1, keepdims=True))
    return -(t * np.log(p)).sum(axis=-1)


def sparse_categorical_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False) -> Array:
    """Return the cross-entropy between integer labels and class probabilities, of each sample.

        p = clip(y_pred, 1e-7, 1 - 1e-7)
        -log(p[y_true] / Σ p)
        -log_softmax(y_pred)[y_true]                                    # from logits

    Shapes: y_true (batch, ...) or (batch, ..., 1) of integers 0 … classes - 1;
    y_pred (batch, ..., classes).

    Keras twin: keras.losses.sparse_categorical_crossentropy, equal to 1e-12; without ignore_class.
    Keras clips first and divides by the sum then; for one-hot labels it does the opposite.
    """
    labels, p = _sparse(y_true, y_pred, from_logits, "sparse_categorical_crossentropy")
    scores = p if from_logits else np.log(_clip(p))
    return -log_softmax(scores)[_at(labels)]


def kl_divergence(y_true: Any, y_pred: Any) -> Array:
    """Return the Kullback-Leibler divergence of predicted from true probabilities, of each sample.

        t, p = clip(y_true, 1e-7, 1), clip(y_pred, 1e-7, 1)
        Σ t log(t / p)                                                  # over the last axis

    Source: Kullback and Leibler (1951), https://doi.org/10.1214/aoms/1177729694.

    Keras twin: keras.losses.kl_divergence, equal to 1e-12.
    """
    y_true, y_pred = _probabilities(y_true, y_pred, "kl_divergence")
    t, p = np.clip(y_true, EPSILON, 1), np.clip(y_pred, EPSILON, 1)
    return (t * np.log(t / p)).sum(axis=-1)


class BinaryCrossentropy(Loss):
    """The cross-entropy of yes-or-no questions: one output for each question, after a sigmoid.

        gradient = (p - y_true) / (p (1 - p)) / (samples × outputs)     # 0 where p was clipped
        gradient = (sigmoid(x) - y_true) / (samples × outputs)          # from logits x

    Errors: ValueError for labels or probabilities outside [0, 1].

    Keras twin: keras.losses.BinaryCrossentropy, equal to 1e-12; always over the last axis.
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "binary_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = from_logits
        self.label_smoothing = _smoothing(label_smoothing, type(self).__name__)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return binary_crossentropy(y_true, y_pred)."""
        return binary_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing)

    def call_gradient(self, y_true: Array, y_pred: Array) -> Array:
        """Return the derivative of binary_crossentropy with respect to y_pred."""
        t, p = _binary(y_true, y_pred, self.from_logits, self.label_smoothing)
        if self.from_logits:
            return (sigmoid(p) - t) / p.shape[-1]
        c = _clip(p)
        return ((1 - t) / (1 - c) - t / c) * _inside(p) / p.shape[-1]


class CategoricalCrossentropy(Loss):
    """The cross-entropy of one choice among several classes: one-hot labels, after a softmax.

        q        = y_pred / Σ y_pred
        g        = -y_true / q                                          # 0 where q was clipped
        gradient = (g - Σ g q) / Σ y_pred / samples
        gradient = (softmax(x) Σ y_true - y_true) / samples             # from logits x

    Errors: ValueError for labels outside [0, 1], or negative probabilities.

    Keras twin: keras.losses.CategoricalCrossentropy, equal to 1e-12 for labels that sum to 1;
    always over the last axis. For other labels TensorFlow leaves out Σ y_true from logits, so that
    its gradient is not the one of its loss.
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = from_logits
        self.label_smoothing = _smoothing(label_smoothing, type(self).__name__)

    def align(self, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
        """Return both as arrays of one float type and shape."""
        return same_shape(y_true, y_pred, self.name, self.dtype, ONE_HOT)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return categorical_crossentropy(y_true, y_pred)."""
        return categorical_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing)

    def call_gradient(self, y_true: Array, y_pred: Array) -> Array:
        """Return the derivative of categorical_crossentropy with respect to y_pred."""
        t, p = _categorical(y_true, y_pred, self.from_logits, self.label_smoothing)
        if self.from_logits:
            return softmax(p) * t.sum(axis=-1, keepdims=True) - t
        total = p.sum(axis=-1, keepdims=True)
        q = p / total
        g = -t / _clip(q) * _inside(q)
        return (g - (g * q).sum(axis=-1, keepdims=True)) / total


class SparseCategoricalCrossentropy(Loss):
    """The cross-entropy of one choice among several classes, for integer labels.

        p        = clip(y_pred, 1e-7, 1 - 1e-7)
        gradient = (1 / Σ p - one_hot(y_true) / p) / samples            # 0 where p was clipped
        gradient = (softmax(x) - one_hot(y_true)) / samples             # from logits x

    Shapes: y_true (batch, ...) or (batch, ..., 1); y_pred (batch, ..., classes).

    Errors: ValueError for labels that are no integers in 0 … classes - 1, or probabilities outside
    [0, 1].

    Keras twin: keras.losses.SparseCategoricalCrossentropy, equal to 1e-12; without ignore_class.
    """

    def __init__(
        self,
        from_logits: bool = False,
        reduction: str | None = "sum_over_batch_size",
        name: str = "sparse_categorical_crossentropy",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.from_logits = from_logits

    def align(self, y_true: Any, y_pred: Any) -> tuple[Array, Array]:
        """Return labels as they are, and predictions as an array of floats."""
        return np.asarray(y_true), as_floats(y_pred, f"{self.name}: y_pred", self.dtype)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return sparse_categorical_crossentropy(y_true, y_pred)."""
        return sparse_categorical_crossentropy(y_true, y_pred, self.from_logits)

    def call_gradient(self, y_true: Array, y_pred: Array) -> Array:
        """Return the derivative of sparse_categorical_crossentropy with respect to y_pred."""
        labels, p = _sparse(y_true, y_pred, self.from_logits, self.name)
        if self.from_logits:
            gradient = softmax(p)
            gradient[_at(labels)] -= 1
            return gradient
        c = _clip(p)
        gradient = np.broadcast_to(1 / c.sum(axis=-1, keepdims=True), p.shape).copy()
        gradient[_at(labels)] -= 1 / c[_at(labels)]
        return gradient * _inside(p)


class KLDivergence(Loss):
    """The Kullback-Leibler divergence: the surprise beyond what the true probabilities cause.

        gradient = -t / p / samples                                     # 0 where p was clipped

    Errors: ValueError for probabilities outside [0, 1].

    Keras twin: keras.losses.KLDivergence, equal to 1e-12.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str = "kl_divergence",
        dtype: str | None = None,
    ) -> None:
        super().__init__(name, reduction, dtype)

    def call(self, y_true: Array, y_pred: Array) -> Array:
        """Return kl_divergence(y_true, y_pred)."""
        return kl_divergence(y_true, y_pred)

    def call_gradient(self, y_true: Array, y_pred: Array) -> Array:
        """Return -t / p where p was not clipped."""
        t, p = _probabilities(y_true, y_pred, self.name)
        inside = (p >= EPSILON) & (p <= 1)
        return -np.clip(t, EPSILON, 1) / np.clip(p, EPSILON, 1) * inside


def on_logits(loss: Loss) -> Loss | None:
    """Return the same loss for logits, or None if it is no cross-entropy of probabilities.

    When predictions come straight out of a sigmoid or softmax, Keras computes a cross-entropy from
    what went into it: log(softmax(x)) then keeps all digits, and the gradient is p - y.
    """
    if getattr(loss, "from_logits", True):
        return None
    return type(loss).from_config({**loss.get_config(), "from_logits": True})


def _at(labels: Array) -> tuple[Any, ...]:
    """Return the index of the right class in each row of scores: p[_at(labels)]."""
    if labels.ndim == 1:
        return np.arange(len(labels)), labels
    return (*np.indices(labels.shape, sparse=True), labels)


def _clip(p: Array) -> Array:
    return np.clip(p, EPSILON, 1 - EPSILON)


def _inside(p: Array) -> Array:
    """Return where clipping changed nothing: elsewhere the loss is flat."""
    return (p >= EPSILON) & (p <= 1 - EPSILON)


def _smoothing(value: float, name: str) -> float:
    if not 0 <= value <= 1:
        raise ValueError(wrong(f"{name}: label_smoothing", "a number between 0 and 1", value))
    return value


def _binary(
    y_true: Any, y_pred: Any, from_logits: bool, label_smoothing: float
) -> tuple[Array, Array]:
    """Return smoothed labels and predictions, after a look at their ranges."""
    name = "binary_crossentropy"
    t, p = same_shape(y_true, y_pred, name)
    check_range(t, 0, 1, f"{name}: y_true", "Labels are 0 and 1; (y + 1) / 2 turns -1 into 0.")
    if not from_logits:
        check_range(p, 0, 1, f"{name}: y_pred", LOGITS.format('"sigmoid"'))
    return (t * (1 - label_smoothing) + 0.5 * label_smoothing if label_smoothing else t), p


def _categorical(
    y_true: Any, y_pred: Any, from_logits: bool, label_smoothing: float
) -> tuple[Array, Array]:
    """Return smoothed labels and predictions, after a look at their shapes and ranges."""
    name = "categorical_crossentropy"
    t, p = same_shape(y_true, y_pred, name, advice=ONE_HOT)
    classes = p.shape[-1]
    if classes < 2:
        advice = "Use binary_crossentropy for a single yes-or-no output."
        raise ValueError(wrong(f"{name}: y_pred", "at least two classes", p, advice))
    check_range(t, 0, 1, f"{name}: y_true", ONE_HOT)
    if not from_logits:
        check_range(p, 0, np.inf, f"{name}: y_pred", LOGITS.format('"softmax"'))
    return (t * (1 - label_smoothing) + label_smoothing / classes if label_smoothing else t), p


def _sparse(y_true: Any, y_pred: Any, from_logits: bool, name: str) -> tuple[Array, Array]:
    """Return integer labels and predictions."""
    p = as_floats(y_pred, f"{name}: y_pred")
    labels = integer_labels(y_true, p, name)
    if not from_logits:
        check_range(p, 0, 1, f"{name}: y_pred", LOGITS.format('"softmax"'))
    return labels, p


def _probabilities(y_true: Any, y_pred: Any, name: str) -> tuple[Array, Array]:
    """Return labels and predictions, both of which must lie in [0, 1]."""
    t, p = same_shape(y_true, y_pred, name)
    check_range(t, 0, 1, f"{name}: y_true")
    check_range(p, 0, 1, f"{name}: y_pred", 'Give the last layer the activation "softmax".')
    return t, p
