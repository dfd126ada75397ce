"""How the answers of chapter 5 are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.trial import Probe, Trial, keep_choice, keep_value


def mse_gradient(answer: Any, trial: Trial) -> None:
    """Try a vector, then matrices whose rows and columns differ in number."""
    rng = trial.rng
    for label, shape in {
        "four predictions": (4,),
        "3 samples of 2 outputs": (3, 2),
        "2 samples of 5 outputs": (2, 5),
    }.items():
        trial.call(label, answer, rng.normal(size=shape), rng.normal(size=shape))


def cross_entropy_from_logits(answer: Any, trial: Trial) -> None:
    """Try ordinary logits, single labels, then logits whose exponential overflows."""
    rng = trial.rng
    labels = np.array([0.0, 1.0, 1.0, 0.0, 1.0])
    trial.call("ordinary logits", answer, labels, rng.normal(size=5) * 2)
    trial.call("one positive sample", answer, np.array([1.0]), rng.normal(size=1))
    trial.call("one negative sample", answer, np.array([0.0]), rng.normal(size=1))
    far = rng.uniform(800, 900)
    trial.call("sure and right", answer, np.array([1.0, 0.0]), np.array([far, -far]))
    trial.call("sure and wrong", answer, np.array([0.0, 1.0]), np.array([far, -far]))
    trial.call("a very small loss, times 1e15", answer, np.array([1.0]), np.array([36.0]), then=_up)


def _up(loss: Any) -> Any:
    return np.asarray(loss) * 1e15


def sparse_cross_entropy(answer: Any, trial: Trial) -> None:
    """Try as many samples as classes, then more."""
    for rows, classes in ((3, 3), (6, 4)):
        p = trial.rng.dirichlet(np.ones(classes), size=rows)
        labels = trial.rng.permutation(np.arange(rows) % classes)
        trial.call(f"{rows} samples, {classes} classes", answer, labels, p)


def huber(answer: Any, trial: Trial) -> None:
    """Try small errors, large ones of both signs, then a mixture with another delta."""
    rng = trial.rng
    zeros = np.zeros(4)
    trial.call("small errors", answer, zeros, rng.uniform(-0.9, 0.9, size=4), 1.0)
    signs = np.array([1.0, -1.0, 1.0, -1.0])
    trial.call("large errors", answer, zeros, signs * rng.uniform(2, 5, size=4), 1.0)
    mixed = np.array([0.3, -0.4, 3.0, -6.0]) * rng.uniform(0.8, 1.2, size=4)
    y = rng.normal(size=4)
    trial.call("both, delta 2.5", answer, y, y + mixed, 2.5)


PROBES: dict[str, Probe] = {
    "loss_for_tags": keep_choice,
    "loss_of_guessing": keep_value,
    "mse_gradient": mse_gradient,
    "huber": huber,
    "sparse_cross_entropy": sparse_cross_entropy,
    "cross_entropy_from_logits": cross_entropy_from_logits,
}
