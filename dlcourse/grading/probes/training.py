"""How the answers of chapter 9 are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.trial import Probe, Trial, keep_value


def one_hot(answer: Any, trial: Trial) -> None:
    """Try as many labels as classes, then few labels that leave the last class out."""
    trial.call("each class once", answer, trial.rng.permutation(4), 4)
    trial.call("the last class is missing", answer, np.array([0, 2, 1, 0, 2, 2]), 5)


def standardise(answer: Any, trial: Trial) -> None:
    """Try ordinary columns, then one that never changes in training."""
    rng = trial.rng
    parts = ("train", "test")
    scale, shift = rng.uniform(1, 5, size=3), rng.normal(size=3) * 10
    train, test = rng.normal(size=(5, 3)) * scale + shift, rng.normal(size=(3, 3)) * scale + shift
    trial.call("three columns", answer, train, test, names=parts)
    train, test = train.copy(), test.copy()
    train[:, 1], test[:, 1] = 7.0, 9.0
    trial.call("a column that is constant in training", answer, train, test, names=parts)


def he_normal(answer: Any, trial: Trial) -> None:
    """Try two shapes; keep rounded statistics, which any right way of drawing shares."""
    for fan_in, fan_out in ((150, 400), (400, 150)):
        generator = np.random.default_rng(int(trial.rng.integers(2**31)))
        label = f"{fan_in} inputs, {fan_out} units"
        kernel = trial.call(label, answer, fan_in, fan_out, generator, then=_shape_of)
        kernel = np.asarray(kernel, dtype=float)
        trial.keep(f"{label}: mean / std", abs(round(float(kernel.mean() / kernel.std()), 1)))
        spread = kernel.std() * np.sqrt(fan_in)
        trial.keep(f"{label}: std × √inputs", round(float(spread), 2 if spread < 0.5 else 1))
        centred = kernel - kernel.mean()
        kurtosis = float((centred**4).mean() / (centred**2).mean() ** 2)
        halves = round(2 * kurtosis) / 2 if np.isfinite(kurtosis) else kurtosis
        trial.keep(f"{label}: kurtosis (3 for a normal distribution)", halves)


def _shape_of(kernel: Any) -> str:
    return f"an array of shape {np.asarray(kernel, dtype=float).shape}"


def clip_gradients(answer: Any, trial: Trial) -> None:
    """Try gradients that are too long only together, then long ones, then short ones."""
    rng = trial.rng
    signs = rng.choice([-1.0, 1.0], size=(2, 2))
    short = [0.5 * signs, 0.6 * rng.choice([-1.0, 1.0], size=3)]
    trial.call("each short, too long together", answer, short, 1.2, then=list)
    trial.call(
        "long", answer, [rng.normal(size=(2, 3)) * 5, rng.normal(size=4) * 9], 2.0, then=list
    )
    trial.call("short enough", answer, [rng.uniform(0.01, 0.1, size=3)], 2.0, then=list)
    trial.call("all zero", answer, [np.zeros(2)], 1.0, then=list)


def batch_norm(answer: Any, trial: Trial) -> None:
    """Try as many samples as features, with a large epsilon, then more samples."""
    rng = trial.rng
    for label, (rows, columns), epsilon in (
        ("3 samples, 3 features", (3, 3), 0.5),
        ("8 samples, 2 features", (8, 2), 1e-3),
    ):
        x = 3 * rng.normal(size=(rows, columns)) + rng.normal(size=columns) * 4
        gamma, beta = rng.uniform(0.5, 2, size=columns), rng.normal(size=columns)
        trial.call(label, answer, x, gamma, beta, epsilon)


PROBES: dict[str, Probe] = {
    "epoch_to_keep": keep_value,
    "one_hot": one_hot,
    "standardise": standardise,
    "he_normal": he_normal,
    "batch_norm": batch_norm,
    "clip_gradients": clip_gradients,
}
