"""How the answers of chapter 11 are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.trial import Probe, Trial, keep_value


def confusion_matrix(answer: Any, trial: Trial) -> None:
    """Try labels of which one class is never predicted and one is never there."""
    rng = trial.rng
    y_true = np.concatenate([[0, 0, 1, 2], rng.integers(0, 3, size=8)])
    y_pred = np.concatenate([[1, 0, 1, 0], rng.integers(0, 3, size=8)])
    trial.call("three classes", answer, y_true, y_pred, 3)
    trial.call("a class that never occurs", answer, y_true, y_pred, 4)


def f1_score(answer: Any, trial: Trial) -> None:
    """Try an unbalanced set, a cautious and a rash model, then one that never says yes."""
    rng = trial.rng
    y_true = rng.permutation(np.repeat([0, 1], [12, 5]))
    y_pred = y_true.copy()
    y_pred[np.flatnonzero(y_true == 1)[:2]] = 0
    y_pred[np.flatnonzero(y_true == 0)[:1]] = 1
    trial.call("two misses, one false alarm", answer, y_true, y_pred)
    rash = np.where(y_true == 1, 1, rng.permutation(17) < 9)
    trial.call("no miss, many false alarms", answer, y_true, rash.astype(int))
    trial.call("never yes", answer, y_true, np.zeros(17, dtype=int))


def roc_auc(answer: Any, trial: Trial) -> None:
    """Try scores without ties, with ties, and scores that are all the same."""
    rng = trial.rng
    y_true = rng.permutation(np.repeat([0, 1], [6, 4]))
    trial.call("no ties", answer, y_true, rng.permutation(10) / 10 + 0.3 * y_true + 0.01)
    ties = rng.integers(1, 4, size=10) / 4 + 0.25 * y_true
    trial.call("ties", answer, y_true, ties)
    trial.call("all the same", answer, y_true, np.full(10, 0.7))


def balanced_accuracy(answer: Any, trial: Trial) -> None:
    """Try matrices of classes of very different size."""
    rng = trial.rng
    for classes in (2, 4):
        matrix = rng.integers(1, 9, size=(classes, classes)) + np.diag(
            rng.integers(5, 90, size=classes)
        )
        trial.call(f"{classes} classes", answer, matrix)


def threshold_for_recall(answer: Any, trial: Trial) -> None:
    """Try a recall that is met exactly, one between two steps, and all positives."""
    rng = trial.rng
    y_true = rng.permutation(np.repeat([0, 1], [7, 5]))
    scores = rng.permutation(np.arange(1, 13)) / 13
    for label, recall in (("exactly 3 of 5", 0.6), ("at least half", 0.5), ("all of them", 1.0)):
        trial.call(label, answer, y_true, scores, recall)


PROBES: dict[str, Probe] = {
    "precision_by_hand": keep_value,
    "confusion_matrix": confusion_matrix,
    "balanced_accuracy": balanced_accuracy,
    "f1_score": f1_score,
    "threshold_for_recall": threshold_for_recall,
    "roc_auc": roc_auc,
}
