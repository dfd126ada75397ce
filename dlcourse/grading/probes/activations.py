"""How the answers of chapter 3 are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlcourse.grading.trial import Trial, keep_value


def stable_sigmoid(answer: Any, trial: Trial) -> None:
    """Try ordinary values first, then values whose exponential overflows, then a matrix."""
    rng = trial.rng
    trial.call("five ordinary values", answer, rng.normal(size=5))
    trial.call("zero", answer, np.array([0.0]))
    small = np.array([-rng.uniform(33, 36)])
    trial.call("a small value, times 1e15", answer, small, then=lambda s: np.asarray(s) * 1e15)
    far = rng.uniform(720, 2000)
    trial.call("far to the left", answer, np.array([-far]), strict=True)
    trial.call("far to the right", answer, np.array([far]), strict=True)
    trial.call("both ends at once", answer, np.array([-far, -1.0, 1.0, far]), strict=True)
    trial.call("a matrix", answer, 3 * rng.normal(size=(2, 3)))


def softmax_with_temperature(answer: Any, trial: Trial) -> None:
    """Try one temperature, then others, then logits whose exponential overflows."""
    trial.call("temperature 1", answer, trial.rng.normal(size=(2, 3)), 1.0)
    trial.call("three classes, five rows", answer, trial.rng.normal(size=(5, 3)), 2.5)
    trial.call("a cold one", answer, trial.rng.normal(size=(2, 4)), 0.3)
    # Multiples of 1/64, which float32 holds as exactly as float64.
    trial.call("large logits", answer, 1000 + trial.rng.integers(-99, 99, size=(2, 4)) / 64, 1.0)
    trial.call("very different rows", answer, np.array([[0.0, 1.0], [-2000.0, -2001.5]]), 1.0)


def tanh_slope(answer: Any, trial: Trial) -> None:
    """Try the middle, ordinary values, the saturated ends and a matrix."""
    trial.call("ordinary values", answer, trial.rng.normal(size=5))
    trial.call("zero", answer, np.array([0.0]))
    trial.call("a matrix", answer, trial.rng.normal(size=(2, 3)))
    trial.call("far out", answer, np.array([-900.0, 900.0]))


def leaky_relu_backward(answer: Any, trial: Trial) -> None:
    """Try inputs of both signs, an upstream gradient of both signs, and the kink."""
    x = np.array([-1.0, 1.0, -1.0, 1.0]) * trial.rng.uniform(0.5, 2, size=4)
    dy = np.array([1.0, 1.0, -1.0, -1.0]) * trial.rng.uniform(0.5, 2, size=4)
    trial.call("both signs", answer, x, dy, 0.1)
    trial.call("another slope", answer, x, dy, 0.3)
    trial.call(
        "a matrix", answer, trial.rng.normal(size=(2, 3)), trial.rng.normal(size=(2, 3)), 0.2
    )
    trial.call("at the kink", answer, np.array([0.0]), np.array([1.0]), 0.2)


def collapse(answer: Any, trial: Trial) -> None:
    """Try square layers, where a wrong order still multiplies, then different widths."""
    for label, (a, b, c) in {"widths 3, 3, 3": (3, 3, 3), "widths 2, 3, 4": (2, 3, 4)}.items():
        rng = trial.rng
        w1, b1 = rng.normal(size=(a, b)), rng.normal(size=b)
        w2, b2 = rng.normal(size=(b, c)), rng.normal(size=c)
        trial.call(label, answer, w1, b1, w2, b2, names=("kernel", "bias"))


PROBES = {
    "stable_sigmoid": stable_sigmoid,
    "softmax_with_temperature": softmax_with_temperature,
    "tanh_slope": tanh_slope,
    "surviving_gradient": keep_value,
    "leaky_relu_backward": leaky_relu_backward,
    "collapse": collapse,
}
