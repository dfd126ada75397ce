"""How the answers of chapter 14 are tried."""

from __future__ import annotations

from typing import Any

import numpy as np

import dlcourse
from dlcourse.grading.probes.architecture import keep_layers
from dlcourse.grading.trial import Probe, Trial, keep_value


def conv_parameters(answer: Any, trial: Trial) -> None:
    """Try one input channel, then more, then a kernel that is not square."""
    trial.call("one channel", answer, (5, 5), 1, 6)
    a, b, c, d = (int(n) for n in trial.rng.integers(2, 9, size=4))
    trial.call("several channels", answer, (a, a), b + 1, c + 10)
    trial.call("a kernel that is not square", answer, (a, a + d), b, c)


def fast_gradient_sign(answer: Any, trial: Trial) -> None:
    """Try pixels in the middle of the range, then pixels at both ends of it."""
    rng = trial.rng
    gradient = rng.uniform(0.2, 3, size=(4, 4, 1)) * rng.choice([-1.0, 1.0], size=(4, 4, 1))
    trial.call("grey pixels", answer, rng.uniform(0.3, 0.7, size=(4, 4, 1)), gradient, 0.1)
    extreme = rng.choice([0.0, 0.02, 0.98, 1.0], size=(4, 4, 1))
    trial.call("black and white pixels", answer, extreme, gradient, 0.1)
    gradient = gradient * (np.arange(16).reshape(4, 4, 1) % 3 > 0)
    trial.call("a gradient with zeros", answer, np.full((4, 4, 1), 0.5), gradient, 0.25)


def flip_some(answer: Any, trial: Trial) -> None:
    """Try square images, then images that are wider than high, with three channels."""
    for label, shape in {"square": (4, 3, 3, 1), "wide, in colour": (3, 2, 4, 3)}.items():
        flipped = np.arange(shape[0]) % 2 == 0
        trial.call(label, answer, trial.rng.random(shape), flipped)


def occlusion_map(answer: Any, trial: Trial) -> None:
    """Try a linear score, then one that is not; the patches cover the image."""
    image = trial.rng.uniform(0.2, 1, size=(4, 6, 1))
    weights = trial.rng.normal(size=image.shape)

    def linear_score(image: np.ndarray) -> float:
        return float((weights * image).sum())

    def curved_score(image: np.ndarray) -> float:
        return float(np.exp(-np.abs((weights * image).sum())))

    trial.call("a linear score", answer, linear_score, image, 2)
    trial.call("a curved score", answer, curved_score, image, 2)


def residual_backward(answer: Any, trial: Trial) -> None:
    """Try a linear branch, with sums of both signs."""
    kernel = trial.rng.normal(size=(3, 3))

    def branch_backward(dz: np.ndarray) -> np.ndarray:
        return dz @ kernel.T

    z = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, 1.0]]) * trial.rng.uniform(0.5, 2, size=(2, 3))
    dy = trial.rng.normal(size=(2, 3))
    trial.call("a linear branch", answer, z, dy, branch_backward)
    trial.call("a branch that lets nothing through", answer, z, dy, lambda dz: 0 * dz)


def small_lenet(answer: Any, trial: Trial) -> None:
    """Describe the model that the answer builds, with this package's layers."""
    model = trial.call("the model", answer, dlcourse, then=lambda model: "built")
    keep_layers(trial, model)


PROBES: dict[str, Probe] = {
    "flattened_features": keep_value,
    "conv_parameters": conv_parameters,
    "small_lenet": small_lenet,
    "fast_gradient_sign": fast_gradient_sign,
    "flip_some": flip_some,
    "occlusion_map": occlusion_map,
    "residual_backward": residual_backward,
}
