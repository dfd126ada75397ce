"""Precision, recall and F1, counted batch by batch: of what kind the mistakes are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dlcourse.arrays import as_floats
from dlcourse.losses.base import EPSILON, same_shape
from dlcourse.messages import unknown_name, wrong
from dlcourse.metrics.base import Array, Metric, ratio


class _Counter(Metric):
    """What Precision and Recall share: hits and mistakes at one or more thresholds."""

    def __init__(
        self,
        thresholds: float | Sequence[float] | None = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
    ) -> None:
        kind = type(self).__name__
        # With top_k the k highest scores count as yes, however low they are.
        default = 0.5 if top_k is None else -np.inf
        self.thresholds = thresholds
        self._thresholds = (
            np.array([default]) if thresholds is None else check_thresholds(thresholds, kind)
        )
        if top_k is not None and (not isinstance(top_k, int | np.integer) or top_k < 1):
            raise ValueError(wrong(f"{kind}: top_k", "a positive integer", top_k))
        self.top_k = top_k
        self.class_id = class_id
        super().__init__(name)

    def reset_state(self) -> None:
        """Forget all batches."""
        self.true_positives = np.zeros(len(self._thresholds))
        self.false_positives = np.zeros(len(self._thresholds))
        self.false_negatives = np.zeros(len(self._thresholds))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch of labels 0 and 1 (or one-hot) and probabilities."""
        y_true, y_pred = same_shape(y_true, y_pred, self.name)
        weights = element_weights(sample_weight, y_pred, self.name)
        if self.top_k is not None:
            y_pred = _keep_top_k(y_pred, self.top_k, self.name)
        if self.class_id is not None:
            y_true, y_pred, weights = (
                _one_class(a, self.class_id, self.name) for a in (y_true, y_pred, weights)
            )
        positives, _, hits, alarms = count_above(
            y_true, y_pred, weights, self._thresholds, self.name
        )
        self.true_positives += hits
        self.false_positives += alarms
        self.false_negatives += positives - hits

    def _ratio(self, mistakes: Array) -> Any:
        shares = ratio(self.true_positives, self.true_positives + mistakes)
        return float(shares[0]) if len(shares) == 1 else shares


class Precision(_Counter):
    """The share of alarms that are right.

        true positives / (true positives + false positives)         # 0 if there is no alarm

    Yes means y_pred > threshold (0.5). Several thresholds give several results. With `top_k` the k
    highest scores of each sample count as yes; with `class_id` one column counts alone.

    Shapes: y_true and y_pred alike, labels 0 and 1 (one-hot for several classes).

    Errors: ValueError for thresholds outside [0, 1], or other labels. With a NaN among the
    predictions the result is nan; Keras returns a number even then.

    Keras twin: keras.metrics.Precision, equal to 1e-12.
    """

    def result(self) -> Any:
        """Return the precision, one number for each threshold."""
        return self._ratio(self.false_positives)


class Recall(_Counter):
    """The share of positives that are found.

        true positives / (true positives + false negatives)         # 0 if there is no positive

    Arguments, shapes and errors: as for Precision.

    Keras twin: keras.metrics.Recall, equal to 1e-12.
    """

    def result(self) -> Any:
        """Return the recall, one number for each threshold."""
        return self._ratio(self.false_negatives)


class F1Score(Metric):
    """The harmonic mean of precision and recall, for each class, or averaged.

        f1 = 2 precision recall / (precision + recall)
        average=None        one number for each class
        average="macro"     their mean: each class counts the same
        average="weighted"  their mean, weighted by the size of each class
        average="micro"     one F1 of all decisions together: each decision counts the same

    Yes means the highest score of a sample, or y_pred > threshold if one is given.

    Shapes: y_true and y_pred (batch, classes), labels one-hot (or several 1s if a threshold is
    given); sample_weight (batch,).

    Errors: ValueError for other shapes or labels, an unknown average, or a threshold that is not in
    (0, 1]. With a NaN among the predictions the result is nan; Keras returns a number even then.

    Keras twin: keras.metrics.F1Score, equal to 1e-12. Like Keras it adds 1e-7 to each denominator;
    `f1_score` does not, and equals scikit-learn's.
    """

    def __init__(
        self, average: str | None = None, threshold: float | None = None, name: str = "f1_score"
    ) -> None:
        averages = ("micro", "macro", "weighted")
        if average is not None and average not in averages:
            raise ValueError(unknown_name("average of F1Score:", average, averages))
        if threshold is not None and not 0 < threshold <= 1:
            expected = "a number above 0 and at most 1"
            raise ValueError(wrong("F1Score: threshold", expected, threshold))
        self.average = average
        self.threshold = threshold
        super().__init__(name)

    def reset_state(self) -> None:
        """Forget all batches."""
        self.true_positives: Array | None = None
        self.false_positives = self.false_negatives = self.support = np.zeros(())

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch."""
        advice = "Use to_categorical(y) for integer labels."
        y_true, y_pred = same_shape(y_true, y_pred, self.name, advice=advice)
        if y_pred.ndim != 2:
            raise ValueError(wrong(f"{self.name}: y_pred", "the shape (batch, classes)", y_pred))
        check_zero_one(y_true, self.name)
        if self.threshold is None:
            # Scores that are all 0 choose nothing, as in Keras.
            chosen = (y_pred >= y_pred.max(axis=-1, keepdims=True)) & (np.abs(y_pred) > 1e-9)
        else:
            chosen = y_pred > self.threshold
        if self.true_positives is None:
            self.true_positives = np.zeros(y_pred.shape[1])
        elif len(self.true_positives) != y_pred.shape[1]:
            expected = f"{len(self.true_positives)} classes, as in the batches before"
            raise ValueError(wrong(f"{self.name}: y_pred", expected, y_pred, "Call reset_state()."))
        w = element_weights(sample_weight, y_pred, self.name)
        self.true_positives += (w * chosen * y_true).sum(axis=0)
        self.false_positives = self.false_positives + (w * chosen * (1 - y_true)).sum(axis=0)
        self.false_negatives = self.false_negatives + (w * ~chosen * y_true).sum(axis=0)
        self.support = self.support + (w * y_true).sum(axis=0)

    def result(self) -> Any:
        """Return the F1 score, one number for each class if the average is None."""
        if self.true_positives is None:
            return 0.0
        counts = [self.true_positives, self.false_positives, self.false_negatives]
        hits, alarms, misses = [np.sum(c) if self.average == "micro" else c for c in counts]
        precision = hits / (hits + alarms + EPSILON)
        recall = hits / (hits + misses + EPSILON)
        f1 = 2 * precision * recall / (precision + recall + EPSILON)
        if self.average is None:
            return f1
        if self.average == "weighted":
            return float((f1 * self.support).sum() / (self.support.sum() + EPSILON))
        return float(np.mean(f1))


def count_above(
    y_true: Array, y_pred: Array, weights: Array, thresholds: Array, name: str
) -> tuple[float, float, Array, Array]:
    """Return the weight of positives and negatives, in all and with y_pred above each threshold.

    One pass for all thresholds: a prediction is above as many thresholds as lie below it.
    """
    check_zero_one(y_true, name)
    y_true, y_pred, weights = y_true.ravel() != 0, y_pred.ravel(), weights.ravel()
    ordered = np.sort(thresholds)
    rank = np.empty(len(thresholds), np.intp)
    rank[np.argsort(thresholds, kind="stable")] = np.arange(len(thresholds))
    passed = passed_thresholds(y_pred, ordered)
    above = []
    for w in (weights * y_true, weights * ~y_true):
        histogram = np.bincount(passed, weights=w, minlength=len(thresholds) + 1)
        # Above threshold i are all that passed more than i thresholds.
        above.append(histogram[::-1].cumsum()[::-1][1:][rank])
    return float((weights * y_true).sum()), float((weights * ~y_true).sum()), above[0], above[1]


def passed_thresholds(y_pred: Array, thresholds: Array) -> Array:
    """Return how many of the (rising) thresholds are below each prediction.

    Evenly spaced thresholds 0, …, 1 are counted by a multiplication, as in Keras: where y_pred
    equals a threshold, rounding may decide otherwise than a comparison would.
    """
    n = len(thresholds)
    even = np.arange(n) / max(1, n - 1)
    if n < 3 or not np.allclose(thresholds, even, rtol=1e-5, atol=2 * EPSILON):
        return np.searchsorted(thresholds.astype(y_pred.dtype), y_pred, side="left")
    inside = np.nan_to_num(np.clip(y_pred, 0, 1))  # a NaN has the weight nan wherever it counts
    passed = np.ceil(inside * y_pred.dtype.type(n - 1)).astype(np.intp)
    return np.maximum(passed, 1) if thresholds[0] < 0 else passed


def element_weights(sample_weight: Any, y_pred: Array, name: str) -> Array:
    """Return a weight for each prediction: 1, or that of its sample.

    A NaN among the predictions makes all weights nan, and so the score: there is no telling what
    it stands for, and `fit`, which shows where it came from, must not be stopped here.
    """
    shape = y_pred.shape
    if np.isnan(y_pred).any():
        return np.full(shape, np.nan)
    if sample_weight is None:
        return np.ones(shape)
    weights = as_floats(sample_weight, f"{name}: sample_weight", np.float64)
    columns: Array = weights.reshape(weights.shape + (1,) * (len(shape) - weights.ndim))
    if columns.ndim != len(shape) or any(
        n not in (1, m) for n, m in zip(columns.shape, shape, strict=True)
    ):
        raise ValueError(
            wrong(f"{name}: sample_weight", f"one weight for each of {shape[0]} samples", weights)
        )
    return np.broadcast_to(columns, shape)


def check_zero_one(y_true: Array, name: str) -> None:
    """Raise ValueError unless all labels are 0 or 1."""
    if not ((y_true == 0) | (y_true == 1)).all():
        seen = ", ".join(f"{value:g}" for value in np.unique(y_true)[:6])
        raise ValueError(
            f"{name}: y_true: expected labels 0 and 1, received {seen}. "
            "Use to_categorical(y) for several classes."
        )


def check_thresholds(thresholds: Any, name: str) -> Array:
    """Return the thresholds as an array; raise ValueError unless all of them lie in [0, 1]."""
    found = np.atleast_1d(np.asarray(thresholds))
    numbers = found.dtype.kind in "fiu" and found.ndim == 1 and found.size > 0
    if not numbers or not ((found >= 0) & (found <= 1)).all():
        received = thresholds.tolist() if isinstance(thresholds, np.ndarray) else thresholds
        raise ValueError(wrong(f"{name}: thresholds", "numbers between 0 and 1", received))
    return found


def _keep_top_k(y_pred: Array, k: int, name: str) -> Array:
    """Return the scores with all but the k highest of each row replaced by -inf."""
    if k > y_pred.shape[-1]:
        expected = f"at most {y_pred.shape[-1]}, the number of classes"
        raise ValueError(wrong(f"{name}: top_k", expected, k))
    # A stable sort of -y_pred lets the first of equal scores win, as in Keras.
    best = np.argsort(-y_pred, axis=-1, kind="stable")[..., :k]
    kept = np.full_like(y_pred, -np.inf)
    np.put_along_axis(kept, best, np.take_along_axis(y_pred, best, axis=-1), axis=-1)
    return kept


def _one_class(values: Array, class_id: int, name: str) -> Array:
    if values.ndim < 2 or not -values.shape[-1] <= class_id < values.shape[-1]:
        expected = f"predictions of shape (batch, classes) with a class {class_id}"
        raise ValueError(wrong(f"{name}: class_id", expected, values))
    return values[..., class_id]
