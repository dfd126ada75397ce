"""How the answers of chapter 10 are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.trial import Probe, Trial, keep_choice


def inverted_dropout(answer: Any, trial: Trial) -> None:
    """Try training with a mask at two rates, then use, where nothing is dropped."""
    rng = trial.rng
    x = rng.uniform(0.5, 2, size=(3, 4)) * rng.choice([-1.0, 1.0], size=(3, 4))
    mask = np.arange(12).reshape(3, 4) % 3 != int(rng.integers(3))
    trial.call("training, rate 0.2", answer, x, 0.2, mask, True)
    trial.call("training, rate 0.6", answer, x, 0.6, mask, True)
    trial.call("in use", answer, x, 0.2, mask, False)


def penalised_gradient(answer: Any, trial: Trial) -> None:
    """Try a matrix of weights of both signs, and a strength of zero."""
    rng = trial.rng
    w, g = rng.normal(size=(2, 3)) * 2, rng.normal(size=(2, 3))
    trial.call("strength 0.3", answer, w, g, 0.3)
    trial.call("no penalty", answer, w, g, 0.0)


def shrink(answer: Any, trial: Trial) -> None:
    """Try weights above and below the threshold, of both signs, and zero."""
    large = trial.rng.uniform(1.2, 3, size=4) * np.array([1, -1, 1, -1])
    small = trial.rng.uniform(0.1, 0.8, size=4) * np.array([1, -1, 1, -1])
    trial.call("weights above the threshold", answer, large, 1.0)
    trial.call("weights below it", answer, small, 1.0)
    trial.call("a matrix", answer, np.stack([large, small, 0 * small]), 0.5)


def stop_early(answer: Any, trial: Trial) -> None:
    """Try curves that stop, one that improves late, one that never stops, a tie, drawn ones."""
    parts = ("last", "best")
    drop = round(trial.rng.uniform(0.5, 1), 2)
    for label, losses, patience in (
        ("one valley", [3.0, 2.0, 1.0, 1.5, 1.6, 1.7, 1.8], 2),
        ("a bump on the way", [3.0, 2.0, 2.5, 2.4, 1.0, 1.2, 1.3, 1.4], 3),
        ("falls to the end", [4.0, 3.0, 2.0, 1.0], 2),
        ("rises, then less high", [2.0, 3.0, 2.8, 2.6, 2.4], 3),
        ("as good is not better", [2.0, 1.0, 1.0, 1.0, 0.5], 2),
        ("drawn", [3.0, *trial.rng.permutation(12).tolist()], 4),
        ("drawn again", [3.0, *trial.rng.permutation(12).tolist()], 4),
    ):
        scaled = [round(drop * loss, 4) for loss in losses]
        trial.call(label, answer, scaled, patience, names=parts)


def k_folds(answer: Any, trial: Trial) -> None:
    """Try a number of samples that divides, and two that do not."""
    for n, k in (
        (6, 3),
        (7, 3),
        (4 * int(trial.rng.integers(3, 20)) + int(trial.rng.integers(1, 4)), 4),
    ):
        trial.call(f"{n} samples, {k} folds", answer, n, k, then=_as_lists)


def _as_lists(folds: Any) -> list[Any]:
    return [np.asarray(fold) for fold in folds]


PROBES: dict[str, Probe] = {
    "model_that_memorises": keep_choice,
    "penalised_gradient": penalised_gradient,
    "inverted_dropout": inverted_dropout,
    "k_folds": k_folds,
    "shrink": shrink,
    "stop_early": stop_early,
}
