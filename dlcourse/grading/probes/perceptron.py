"""How the answers of chapter 2 are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.trial import Trial, keep_value


def neuron(answer: Any, trial: Trial) -> None:
    """Try the example of the chapter, then drawn inputs of several lengths."""
    trial.call("the chapter's neuron", answer, np.array([2.0, 3.0]), np.array([0.0, 1.0]), 4.0)
    for n in (3, 5):
        x, weights = trial.rng.normal(size=n), trial.rng.normal(size=n)
        trial.call(f"{n} inputs", answer, x, weights, trial.rng.normal())


def perceptron_update(answer: Any, trial: Trial) -> None:
    """Try the four cases: wrong with target 1, wrong with target 0, and both right ones."""
    rng = trial.rng
    x, rate = rng.uniform(0.5, 2, size=3), rng.uniform(0.2, 0.7)
    up, down = rng.uniform(0.5, 1.5, size=3), -rng.uniform(0.5, 1.5, size=3)
    parts = ("weights", "bias")
    trial.call("predicts 0, target 1", answer, down, -0.25, x, 1, rate, names=parts)
    trial.call("predicts 1, target 0", answer, up, 0.25, x, 0, rate, names=parts)
    trial.call("predicts 1, target 1", answer, up, 0.25, x, 1, rate, names=parts)
    trial.call("predicts 0, target 0", answer, down, -0.25, x, 0, rate, names=parts)
    trial.call("only the bias decides", answer, 0 * up, 0.5, x, 0, rate, names=parts)


def train_perceptron(answer: Any, trial: Trial) -> None:
    """Try AND and OR from zero weights, then drawn separable points with more features."""
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    parts = ("weights", "bias")
    trial.call("AND", answer, corners, np.array([0, 0, 0, 1]), 20, names=parts)
    trial.call("OR", answer, corners, np.array([0, 1, 1, 1]), 20, names=parts)
    X = trial.rng.normal(size=(12, 3))
    y = (X @ trial.rng.normal(size=3) + 0.5 > 0).astype(int)
    trial.call("12 points, 3 features", answer, X, y, 3, names=parts)


def xor_weights(answer: Any, trial: Trial) -> None:
    """Keep the four arrays that make up the network."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 4:
        trial.keep("your answer", answer)
        return
    for name, part in zip(("w1", "b1", "w2", "b2"), answer, strict=True):
        trial.keep(name, part)


PROBES = {
    "neuron": neuron,
    "boundary_point": keep_value,
    "perceptron_update": perceptron_update,
    "train_perceptron": train_perceptron,
    "xor_weights": xor_weights,
}
