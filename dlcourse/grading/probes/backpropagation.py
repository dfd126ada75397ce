"""How the answers of chapter 7 are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.trial import Probe, Trial, keep_value


def shared_input(answer: Any, trial: Trial) -> None:
    """Try numbers of both signs, then arrays, element by element."""
    rng = trial.rng
    a, b, dy = rng.uniform(1.1, 2, size=3) * rng.choice([-1, 1], size=3)
    trial.call("three numbers", answer, a, b, dy, names=("da", "db"))
    a, b, dy = rng.normal(size=(3, 4))
    trial.call("arrays", answer, a, b, dy, names=("da", "db"))


def dense_backward(answer: Any, trial: Trial) -> None:
    """Try a square kernel and batch, where a transpose still multiplies, then other sizes."""
    rng = trial.rng
    for label, (rows, inputs, units) in {
        "3 samples, 3 inputs, 3 units": (3, 3, 3),
        "5 samples, 2 inputs, 4 units": (5, 2, 4),
    }.items():
        x, kernel = rng.normal(size=(rows, inputs)), rng.normal(size=(inputs, units))
        dy = rng.normal(size=(rows, units))
        trial.call(label, answer, x, kernel, dy, names=("dx", "dkernel", "dbias"))


def softmax_gradient(answer: Any, trial: Trial) -> None:
    """Try as many samples as classes, then more, then large logits."""
    rng = trial.rng
    for rows, classes in ((3, 3), (5, 4)):
        labels = rng.permutation(np.arange(rows) % classes)
        label = f"{rows} samples, {classes} classes"
        trial.call(label, answer, 2 * rng.normal(size=(rows, classes)), labels)
    # Multiples of 1/64, which float32 holds as exactly as float64.
    large = 900 + rng.integers(-99, 99, size=(2, 3)) / 64
    trial.call("large logits", answer, large, np.array([2, 0]))


def numerical_gradient(answer: Any, trial: Trial) -> None:
    """Try a cubic function with a coarse step, where one-sided differences show, then a matrix."""
    rng = trial.rng
    c = rng.uniform(0.5, 2, size=3)

    def cubic(w: np.ndarray) -> float:
        return float((c * w**3).sum())

    def wave(w: np.ndarray) -> float:
        return float(np.sin(w).sum() * w[0, 0])

    trial.call("a cubic function", answer, cubic, rng.uniform(0.5, 2, size=3), 0.1)
    trial.call("a matrix", answer, wave, rng.normal(size=(2, 2)), 0.01)


def network_gradients(answer: Any, trial: Trial) -> None:
    """Try a network of one width everywhere, then other widths."""
    rng = trial.rng
    parts = ("dw1", "db1", "dw2", "db2")
    for label, (rows, inputs, hidden, outputs) in {
        "sizes 3, 3, 3": (3, 3, 3, 3),
        "sizes 2, 4, 1": (6, 2, 4, 1),
    }.items():
        x, y = rng.normal(size=(rows, inputs)), rng.normal(size=(rows, outputs))
        w1, b1 = rng.normal(size=(inputs, hidden)), rng.normal(size=hidden)
        w2, b2 = rng.normal(size=(hidden, outputs)), rng.normal(size=outputs)
        trial.call(label, answer, x, y, w1, b1, w2, b2, names=parts)


PROBES: dict[str, Probe] = {
    "slope_of_a_weight": keep_value,
    "shared_input": shared_input,
    "dense_backward": dense_backward,
    "softmax_gradient": softmax_gradient,
    "numerical_gradient": numerical_gradient,
    "network_gradients": network_gradients,
}
