"""How the answers of chapter 4 are tried."""

from __future__ import annotations

import itertools
from typing import Any

import dlcourse
from dlcourse.grading.probes.architecture import keep_layers
from dlcourse.grading.trial import Probe, Trial, keep_value


def count_parameters(answer: Any, trial: Trial) -> None:
    """Try the book's small network, then drawn ones of several depths."""
    trial.call("3 inputs, layers of 5 and 2", answer, [3, 5, 2])
    for depth in (2, 5):
        trial.call(f"{depth} sizes", answer, trial.rng.integers(2, 40, size=depth).tolist())


def dense_relu(answer: Any, trial: Trial) -> None:
    """Try a square kernel, where a transpose still multiplies, then other widths and one row."""
    rng = trial.rng
    for label, (rows, inputs, units) in {
        "as many units as inputs": (4, 3, 3),
        "more units than inputs": (2, 3, 5),
        "a batch of one": (1, 4, 2),
    }.items():
        x, kernel = rng.normal(size=(rows, inputs)), rng.normal(size=(inputs, units))
        trial.call(label, answer, x, kernel, rng.normal(size=units))


def forward(answer: Any, trial: Trial) -> None:
    """Try one layer, then two, then three, all of the same width, then different widths."""
    rng = trial.rng
    for label, sizes in {
        "one layer": (3, 3),
        "two layers": (3, 3, 3),
        "three layers": (3, 3, 3, 3),
        "layers of different widths": (4, 6, 2),
    }.items():
        pairs = itertools.pairwise(sizes)
        layers = [(rng.normal(size=pair), rng.normal(size=pair[1])) for pair in pairs]
        trial.call(label, answer, rng.normal(size=(5, sizes[0])), layers)


def flatten(answer: Any, trial: Trial) -> None:
    """Try square images, as many as they have pixels, then others."""
    trial.call("four images of 2 x 2", answer, trial.rng.random((4, 2, 2)))
    trial.call("three images of 2 x 4", answer, trial.rng.random((3, 2, 4)))
    trial.call("images in colour", answer, trial.rng.random((2, 2, 3, 3)))


def flower_network(answer: Any, trial: Trial) -> None:
    """Describe the model that the answer builds, with this package's layers."""
    model = trial.call("the model", answer, dlcourse, then=lambda model: "built")
    keep_layers(trial, model)


PROBES: dict[str, Probe] = {
    "dense_parameters": keep_value,
    "count_parameters": count_parameters,
    "flatten": flatten,
    "dense_relu": dense_relu,
    "flower_network": flower_network,
    "forward": forward,
}
