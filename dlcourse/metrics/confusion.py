"""The confusion matrix, and the scores that follow from it, equal to scikit-learn's."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.messages import unknown_name, wrong
from dlcourse.metrics.base import Array, ratio


def confusion_matrix(
    y_true: Any, y_pred: Any, labels: Any = None, normalize: str | None = None
) -> Array:
    """Count how often each class (row) was taken for each class (column).

        matrix[i, j] = number of samples of class labels[i] that were predicted as labels[j]

    `normalize` divides by the row sums ("true"), the column sums ("pred") or the total ("all");
    where that sum is 0, the entries are 0.

    Shapes: y_true and y_pred (samples,) of classes, not of scores; the matrix (labels, labels).
    `labels` defaults to all classes that occur, sorted; samples of other classes are left out.

    Errors: ValueError for other shapes, no samples, or labels of which none occurs in y_true.

    scikit-learn twin: sklearn.metrics.confusion_matrix, equal.
    """
    y_true, y_pred = _classes(y_true, y_pred, "confusion_matrix")
    if normalize not in (None, "true", "pred", "all"):
        kind = "normalize of confusion_matrix:"
        raise ValueError(unknown_name(kind, normalize, ("true", "pred", "all")))
    present = np.unique(np.concatenate([y_true, y_pred]))
    labels = present if labels is None else np.asarray(labels)
    if labels.ndim != 1 or not np.isin(labels, y_true).any():
        expected = "a list of classes, at least one of which occurs in y_true"
        raise ValueError(wrong("confusion_matrix: labels", expected, labels.tolist()))
    matches_true = (y_true[:, None] == labels).astype(np.int64)
    matches_pred = (y_pred[:, None] == labels).astype(np.int64)
    matrix = matches_true.T @ matches_pred
    if normalize is None:
        return matrix
    total = {
        "true": matrix.sum(axis=1, keepdims=True),
        "pred": matrix.sum(axis=0, keepdims=True),
        "all": matrix.sum(),
    }[normalize]
    return ratio(matrix, total)


def precision_score(y_true: Any, y_pred: Any, average: str | None = "binary") -> Any:
    """Return the share of samples predicted as a class that belong to it.

        matrix[i, i] / Σ_j matrix[j, i]             # 0 if the class was never predicted

    `average` is "binary" (class 1 of 0 and 1), None (one number a class), "macro", "weighted" or
    "micro", explained at F1Score.

    scikit-learn twin: sklearn.metrics.precision_score, equal to 1e-15.
    """
    hits, predicted, actual = _counts(y_true, y_pred, average, "precision_score")
    return _average(ratio(hits, predicted), actual, average)


def recall_score(y_true: Any, y_pred: Any, average: str | None = "binary") -> Any:
    """Return the share of samples of a class that were predicted as it.

        matrix[i, i] / Σ_j matrix[i, j]             # 0 if no sample belongs to the class

    `average` as for precision_score.

    scikit-learn twin: sklearn.metrics.recall_score, equal to 1e-15.
    """
    hits, _, actual = _counts(y_true, y_pred, average, "recall_score")
    return _average(ratio(hits, actual), actual, average)


def f1_score(y_true: Any, y_pred: Any, average: str | None = "binary") -> Any:
    """Return the harmonic mean of precision and recall.

        2 hits / (predicted + actual)               # 0 if the class neither occurs nor is predicted

    `average` as for precision_score.

    scikit-learn twin: sklearn.metrics.f1_score, equal to 1e-15.
    """
    hits, predicted, actual = _counts(y_true, y_pred, average, "f1_score")
    return _average(ratio(2 * hits, predicted + actual), actual, average)


def _counts(y_true: Any, y_pred: Any, average: str | None, name: str) -> tuple[Array, Array, Array]:
    """Return hits, predictions and samples of each class; in all, for the micro average."""
    averages = ("binary", "micro", "macro", "weighted")
    if average is not None and average not in averages:
        raise ValueError(unknown_name(f"average of {name}:", average, averages))
    y_true, y_pred = _classes(y_true, y_pred, name)
    if average == "binary":
        if not (np.isin(y_true, (0, 1)).all() and np.isin(y_pred, (0, 1)).all()):
            seen = np.unique(np.concatenate([y_true, y_pred])).tolist()
            advice = 'Choose average="macro", "weighted", "micro" or None.'
            raise ValueError(wrong(f"{name}: classes", "0 and 1", seen, advice))
        yes_true, yes_pred = y_true == 1, y_pred == 1
        counts = [(yes_true & yes_pred).sum(), yes_pred.sum(), yes_true.sum()]
    else:
        matrix = confusion_matrix(y_true, y_pred)
        counts = [matrix.diagonal(), matrix.sum(axis=0), matrix.sum(axis=1)]
    if average == "micro":
        counts = [count.sum() for count in counts]
    hits, predicted, actual = (np.atleast_1d(count) for count in counts)
    return hits, predicted, actual


def _average(scores: Array, actual: Array, average: str | None) -> Any:
    if average is None:
        return scores
    if average == "weighted":
        return float((scores * actual).sum() / actual.sum())
    return float(scores.mean())


def _classes(y_true: Any, y_pred: Any, name: str) -> tuple[Array, Array]:
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    for what, y in (("y_true", y_true), ("y_pred", y_pred)):
        if y.ndim != 1 and y.shape != (y.size, 1):
            advice = f"Use {what}.argmax(axis=-1) to turn one-hot labels or scores into classes."
            raise ValueError(wrong(f"{name}: {what}", "one class for each sample", y, advice))
        if y.dtype.kind == "f" and (y % 1 != 0).any():
            advice = "Use (scores > 0.5) to turn probabilities into classes."
            raise ValueError(wrong(f"{name}: {what}", "classes, not scores", y, advice))
    y_true, y_pred = y_true.reshape(-1), y_pred.reshape(-1)
    if len(y_true) == 0:
        raise ValueError(wrong(f"{name}: y_true", "at least one sample", y_true))
    if len(y_true) != len(y_pred):
        raise ValueError(wrong(f"{name}: y_pred", f"{len(y_true)} classes, as y_true has", y_pred))
    return y_true, y_pred
