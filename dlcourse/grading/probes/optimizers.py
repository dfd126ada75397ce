"""How the answers of chapter 8 are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.trial import Probe, Stop, Trial, keep_value


def momentum_step(answer: Any, trial: Trial) -> None:
    """Try one step from rest, then three in a row with the arrays it returned."""
    rng = trial.rng
    w, velocity = rng.normal(size=3), np.zeros(3)
    rate, momentum = 0.1, rng.uniform(0.7, 0.95)
    parts = ("w", "velocity")
    for step in range(1, 4):
        gradient = rng.normal(size=3)
        label = f"step {step}"
        result = trial.call(label, answer, w, gradient, velocity, rate, momentum, names=parts)
        w, velocity = (np.asarray(part, dtype=float) for part in result)
        _must_fit(trial, label, w, velocity)


def adam_step(answer: Any, trial: Trial) -> None:
    """Try three steps in a row, then a late one with tiny gradients, where epsilon shows."""
    rng = trial.rng
    parts = ("w", "m", "v")
    w, m, v = rng.normal(size=3), np.zeros(3), np.zeros(3)
    for t in range(1, 4):
        gradient = rng.normal(size=3)
        label = f"step {t}"
        result = trial.call(label, answer, w, gradient, m, v, t, 0.01, 0.8, 0.95, 1e-7, names=parts)
        w, m, v = (np.asarray(part, dtype=float) for part in result)
        _must_fit(trial, label, w, m, v)
    small = rng.uniform(0.5, 2, size=3) * 1e-3
    late = (np.zeros(3), small, small / 2, small**2, 5, 1.0, 0.8, 0.95, 1e-3)
    trial.call("small gradients, a large epsilon", answer, *late, names=parts)


def _must_fit(trial: Trial, label: str, *arrays: np.ndarray) -> None:
    """End the trial when what came back cannot be given to the next step."""
    if any(array.shape != (3,) for array in arrays):
        raise Stop


def rmsprop_step(answer: Any, trial: Trial) -> None:
    """Try two steps in a row, then gradients so small that the place of epsilon shows."""
    rng = trial.rng
    parts = ("w", "mean_square")
    w, mean_square = rng.normal(size=3), np.zeros(3)
    for step in (1, 2):
        gradient = rng.normal(size=3)
        label = f"step {step}"
        result = trial.call(label, answer, w, gradient, mean_square, 0.01, 0.9, 1e-7, names=parts)
        w, mean_square = (np.asarray(part, dtype=float) for part in result)
        _must_fit(trial, label, w, mean_square)
    small = rng.uniform(0.5, 2, size=3) * 1e-3
    tiny = (np.zeros(3), small, np.zeros(3), 0.01, 0.9, 1e-5)
    trial.call("small gradients, a large epsilon", answer, *tiny, names=parts)


def cosine_rate(answer: Any, trial: Trial) -> None:
    """Try start, middle, end, a drawn step, and steps past the end."""
    first = trial.rng.uniform(0.1, 0.5)
    last = first * trial.rng.uniform(0.05, 0.2)
    drawn = int(trial.rng.integers(10, 40))
    for label, step in {
        "at the start": 0,
        "on the way": drawn,
        "half way": 50,
        "at the end": 100,
        "past the end": 150,
    }.items():
        trial.call(label, answer, step, 100, first, last)


def rate_and_momentum(answer: Any, trial: Trial) -> None:
    """Keep the two numbers."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        trial.keep("your answer", answer)
        return
    for name, part in zip(("rate", "momentum"), answer, strict=True):
        trial.keep(name, part)


PROBES: dict[str, Probe] = {
    "first_adam_step": keep_value,
    "momentum_step": momentum_step,
    "rmsprop_step": rmsprop_step,
    "cosine_rate": cosine_rate,
    "adam_step": adam_step,
    "rate_and_momentum": rate_and_momentum,
}
