"""Right answers to the questions of chapter 11, and wrong ones that are known."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray


def confusion_matrix(y_true: Array, y_pred: Array, classes: int) -> Array:
    """Count the samples of each true class (row) and predicted class (column)."""
    matrix = np.zeros((classes, classes), dtype=int)
    np.add.at(matrix, (y_true, y_pred), 1)
    return matrix


def counted_once(y_true: Array, y_pred: Array, classes: int) -> Array:
    """Count each pair once at most."""
    matrix = np.zeros((classes, classes), dtype=int)
    matrix[y_true, y_pred] += 1
    return matrix


def shares(y_true: Array, y_pred: Array, classes: int) -> Array:
    """Divide each row by its sum."""
    matrix = confusion_matrix(y_true, y_pred, classes)
    return matrix / matrix.sum(axis=1, keepdims=True)


def balanced_accuracy(matrix: Array) -> float:
    """Return the mean over the classes of the share that was recognised."""
    return (np.diag(matrix) / matrix.sum(axis=1)).mean()


def counts(y_true: Array, y_pred: Array) -> tuple[int, int, int]:
    """Return the hits, what was called positive, and what is positive."""
    hits = int(((y_true == 1) & (y_pred == 1)).sum())
    return hits, int((y_pred == 1).sum()), int((y_true == 1).sum())


def f1_score(y_true: Array, y_pred: Array) -> float:
    """Return the harmonic mean of precision and recall, 0 where nothing is found."""
    hits, said, there = counts(y_true, y_pred)
    return 2 * hits / (said + there) if hits else 0.0


def precision(y_true: Array, y_pred: Array) -> float:
    """Return the share of the alarms that are right."""
    hits, said, _ = counts(y_true, y_pred)
    return hits / said if said else 0.0


def recall(y_true: Array, y_pred: Array) -> float:
    """Return the share of the positives that are found."""
    hits, _, there = counts(y_true, y_pred)
    return hits / there


def f1_unguarded(y_true: Array, y_pred: Array) -> float:
    """Divide 0 by 0 with NumPy, which gives nan."""
    hits, said, there = (np.float64(count) for count in counts(y_true, y_pred))
    precision, recall = hits / said, hits / there
    return 2 * precision * recall / (precision + recall)


def f1_plain_python(y_true: Array, y_pred: Array) -> float:
    """Divide 0 by 0 with Python, which raises an error."""
    hits, said, there = counts(y_true, y_pred)
    precision, recall = hits / said, hits / there
    return 2 * precision * recall / (precision + recall)


def roc_auc(y_true: Array, scores: Array) -> float:
    """Return the share of pairs in which the positive has the higher score, ties as half."""
    return pairs(0.5)(y_true, scores)


def pairs(tie: float) -> Any:
    """Return the share of pairs in the right order, with another value of a tie."""

    def variant(y_true: Array, scores: Array) -> float:
        gap = scores[y_true == 1][:, None] - scores[y_true == 0][None, :]
        return float((gap > 0).mean() + tie * (gap == 0).mean())

    return variant


def threshold_for_recall(y_true: Array, scores: Array, recall: float) -> float:
    """Return the score of the last positive that is needed."""
    positives = np.sort(scores[y_true == 1])[::-1]
    return float(positives[int(np.ceil(recall * len(positives) - 1e-9)) - 1])


def threshold_where(shift: int = 0, order: int = -1, pool: str = "positives") -> Any:
    """Return a threshold with a mistake."""

    def variant(y_true: Array, scores: Array, recall: float) -> float:
        chosen = {"positives": scores[y_true == 1], "all": scores, "negatives": scores[y_true == 0]}
        values = np.sort(chosen[pool])[::order]
        needed = int(np.ceil(recall * len(values) - 1e-9)) - 1 + shift
        return float(values[min(max(needed, 0), len(values) - 1)])

    return variant
