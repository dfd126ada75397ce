"""Curves over all thresholds, and the exact areas under them, equal to scikit-learn's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from dlcourse.arrays import as_floats
from dlcourse.losses.base import check_range
from dlcourse.messages import unknown_name, wrong
from dlcourse.metrics.counting import check_zero_one

Array = np.ndarray


def roc_curve(
    y_true: Any, y_score: Any, drop_intermediate: bool = True
) -> tuple[Array, Array, Array]:
    """Return false positive rates, true positive rates and thresholds, from strict to lenient.

        yes = y_score >= threshold
        fpr = false positives / negatives;  tpr = true positives / positives

    The first threshold is infinite: no alarm at all. `drop_intermediate` leaves out points on a
    straight line between their neighbours.

    Shapes: y_true and y_score (samples,), labels 0 and 1; three arrays (points,).

    Errors: ValueError for other shapes or labels; a warning, and nan, if one class is missing.

    scikit-learn twin: sklearn.metrics.roc_curve, equal.
    """
    false, true, thresholds = _counts(y_true, y_score, "roc_curve")
    if drop_intermediate and len(false) > 2:
        corner = np.diff(false, 2).astype(bool) | np.diff(true, 2).astype(bool)
        keep = np.concatenate([[True], corner, [True]])
        false, true, thresholds = false[keep], true[keep], thresholds[keep]
    false, true = np.append(0, false), np.append(0, true)
    thresholds = np.append(np.inf, thresholds)
    return (
        _rate(false, "roc_curve", "negatives", "false positive rate"),
        _rate(true, "roc_curve", "positives", "true positive rate"),
        thresholds,
    )


def precision_recall_curve(
    y_true: Any, y_score: Any, drop_intermediate: bool = False
) -> tuple[Array, Array, Array]:
    """Return precisions, recalls and thresholds, from lenient to strict.

        yes = y_score >= threshold
        precision = true positives / alarms;  recall = true positives / positives

    A last point (1, 0) without a threshold stands for no alarm at all.

    Shapes: y_true and y_score (samples,), labels 0 and 1; precision and recall (points + 1,),
    thresholds (points,).

    Errors: ValueError for other shapes or labels; a warning if there are no positives: recall is 1.

    scikit-learn twin: sklearn.metrics.precision_recall_curve, equal.
    """
    false, true, thresholds = _counts(y_true, y_score, "precision_recall_curve")
    if drop_intermediate and len(false) > 2:
        corner = np.concatenate([[True], np.diff(true[:-1]) | np.diff(true[1:]), [True]])
        keep = corner.astype(bool)
        false, true, thresholds = false[keep], true[keep], thresholds[keep]
    precision = true / (true + false)
    if true[-1] == 0:
        _warn("precision_recall_curve: y_true has no positives, so recall is set to 1.")
        recall = np.ones_like(precision)
    else:
        recall = true / true[-1]
    return np.append(precision[::-1], 1.0), np.append(recall[::-1], 0.0), thresholds[::-1]


def auc(x: Any, y: Any) -> float:
    """Return the area under a curve through points, by the trapezium rule.

        Σ (x_{i+1} - x_i) (y_i + y_{i+1}) / 2           # x rising or falling

    Errors: ValueError for fewer than two points, or an x that goes back and forth.

    scikit-learn twin: sklearn.metrics.auc, equal to 1e-15.
    """
    x, y = as_floats(x, "auc: x"), as_floats(y, "auc: y")
    if x.ndim != 1 or x.shape != y.shape or len(x) < 2:
        raise ValueError(wrong("auc: x and y", "at least two points", (x.shape, y.shape)))
    steps = np.diff(x)
    if (steps < 0).any() and (steps > 0).any():
        raise ValueError(wrong("auc: x", "numbers that only rise or only fall", x.tolist()))
    return abs(float((steps * (y[:-1] + y[1:]) / 2).sum()))


def roc_auc_score(y_true: Any, y_score: Any) -> float:
    """Return the exact area under the ROC curve.

    It is the probability that a random positive has a higher score than a random negative, where
    equal scores count one half.

    Errors: ValueError for other shapes or labels; a warning, and nan, if one class is missing.

    scikit-learn twin: sklearn.metrics.roc_auc_score, equal to 1e-15. Keras's AUC approximates it.
    """
    fpr, tpr, _ = roc_curve(y_true, y_score)
    return auc(fpr, tpr)


def average_precision_score(y_true: Any, y_score: Any) -> float:
    """Return the mean precision over all steps of recall: the area under the PR curve.

        Σ (recall_i - recall_{i+1}) precision_i         # steps, no straight lines between points

    Errors: ValueError for other shapes or labels; a warning, and 0, if there are no positives.

    scikit-learn twin: sklearn.metrics.average_precision_score, equal to 1e-15.
    """
    precision, recall, _ = precision_recall_curve(y_true, y_score)
    return max(0.0, -float((np.diff(recall) * precision[:-1]).sum()))


def calibration_curve(
    y_true: Any, y_prob: Any, n_bins: int = 5, strategy: str = "uniform"
) -> tuple[Array, Array]:
    """Return how often it happened, and how probable it was said to be, bin by bin.

        prob_true = mean(y_true), prob_pred = mean(y_prob), of the samples of each bin

    A calibrated model has both equal. Bins are equally wide ("uniform") or hold equally many
    samples ("quantile"); empty bins are left out.

    Shapes: y_true and y_prob (samples,), labels 0 and 1; two arrays (bins that are not empty,).

    Errors: ValueError for probabilities outside [0, 1], other shapes or labels, or an unknown
    strategy.

    scikit-learn twin: sklearn.calibration.calibration_curve, equal to 1e-15.
    """
    y_true, y_prob = _pair(y_true, y_prob, "calibration_curve")
    check_range(
        y_prob, 0, 1, "calibration_curve: y_prob", "Use a sigmoid to turn scores into them."
    )
    if not isinstance(n_bins, int | np.integer) or n_bins < 1:
        raise ValueError(wrong("calibration_curve: n_bins", "a positive integer", n_bins))
    if strategy == "uniform":
        edges = np.linspace(0, 1, n_bins + 1)
    elif strategy == "quantile":
        edges = np.percentile(y_prob, np.linspace(0, 1, n_bins + 1) * 100)
    else:
        kind = "strategy of calibration_curve:"
        raise ValueError(unknown_name(kind, strategy, ("uniform", "quantile")))
    bins = np.searchsorted(edges[1:-1], y_prob)
    size = np.bincount(bins, minlength=n_bins)
    filled = size > 0
    prob_true = np.bincount(bins, weights=y_true, minlength=n_bins)[filled] / size[filled]
    prob_pred = np.bincount(bins, weights=y_prob, minlength=n_bins)[filled] / size[filled]
    return prob_true, prob_pred


def _counts(y_true: Any, y_score: Any, name: str) -> tuple[Array, Array, Array]:
    """Return false and true positives at each distinct score, from the highest to the lowest."""
    y_true, y_score = _pair(y_true, y_score, name)
    order = np.argsort(-y_score, kind="stable")
    y_true, y_score = y_true[order].astype(np.int64), y_score[order]
    last = np.append(np.flatnonzero(np.diff(y_score)), len(y_score) - 1)  # of each equal score
    true = y_true.cumsum()[last]
    return 1 + last - true, true, y_score[last]


def _rate(counts: Array, name: str, what: str, rate: str) -> Array:
    if counts[-1] == 0:
        _warn(f"{name}: y_true has no {what}, so the {rate} is undefined (nan).")
        return np.full(counts.shape, np.nan)
    return counts / counts[-1]


def _pair(y_true: Any, y_score: Any, name: str) -> tuple[Array, Array]:
    """Return labels 0 and 1, and scores, as vectors of one length."""
    y_true = as_floats(y_true, f"{name}: y_true", np.float64)
    y_score = as_floats(y_score, f"{name}: scores")
    for what, y in (("y_true", y_true), ("scores", y_score)):
        if y.ndim != 1 and y.shape != (y.size, 1):
            advice = "Take one class at a time: y[:, k]."
            raise ValueError(wrong(f"{name}: {what}", "one number for each sample", y, advice))
    y_true, y_score = y_true.reshape(-1), y_score.reshape(-1)
    if len(y_true) == 0:
        raise ValueError(wrong(f"{name}: y_true", "at least one sample", y_true))
    if len(y_true) != len(y_score):
        expected = f"{len(y_true)} numbers, as y_true has"
        raise ValueError(wrong(f"{name}: scores", expected, y_score))
    check_zero_one(y_true, name)
    if np.isnan(y_score).any():
        raise ValueError(f"{name}: scores: expected numbers, received nan.")
    return y_true, y_score


def _warn(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=4)
