"""Data sets that are computed: points in the plane to tell apart, and curves to fit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dlcourse import config
from dlcourse.arguments import checked
from dlcourse.messages import unknown_name, wrong

Seed = int | np.random.Generator | None
Points = tuple[np.ndarray, np.ndarray]


@checked
def moons(samples: int = 200, noise: float = 0.1, seed: Seed = None) -> Points:
    """Return two half circles that reach into each other: no straight line parts them.

    Shapes: x (samples, 2), y (samples,) of 0 (upper) and 1 (lower); half of each, shuffled.
    `noise` is the standard deviation of what is added to each coordinate; the radius is 1.

    Errors: ValueError for fewer than two samples or a negative noise.
    """
    rng, y = _labels(samples, 2, noise, seed)
    angle = np.pi * rng.random(samples)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    return _points(np.where(y[:, None] == 0, upper, lower), y, noise, rng)


@checked
def circles(
    samples: int = 200, noise: float = 0.05, factor: float = 0.5, seed: Seed = None
) -> Points:
    """Return a small circle inside a large one: the distance from the centre parts them.

    Shapes: x (samples, 2), y (samples,) of 0 (outer, radius 1) and 1 (inner, radius `factor`).

    Errors: ValueError for fewer than two samples, a negative noise, or a factor outside (0, 1).
    """
    if not 0 < factor < 1:
        raise ValueError(wrong("circles: factor", "a number between 0 and 1", factor))
    rng, y = _labels(samples, 2, noise, seed)
    angle = 2 * np.pi * rng.random(samples)
    radius = np.where(y == 0, 1.0, factor)
    circle = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return _points(circle, y, noise, rng)


@checked
def spirals(
    samples: int = 300,
    noise: float = 0.02,
    classes: int = 2,
    turns: float = 1.0,
    seed: Seed = None,
) -> Points:
    """Return arms that wind around the origin, one for each class: a hard case for small networks.

    Shapes: x (samples, 2) with radii up to 1, y (samples,) from 0 to classes - 1.

    Errors: ValueError for fewer samples than classes or a negative noise.
    """
    rng, y = _labels(samples, classes, noise, seed)
    radius = np.sqrt(rng.uniform(0.01, 1.0, samples))  # as dense outside as near the centre
    angle = 2 * np.pi * (turns * radius + y / classes)
    arms = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return _points(arms, y, noise, rng)


@checked
def blobs(
    samples: int = 200,
    noise: float = 0.5,
    classes: int = 3,
    features: int = 2,
    seed: Seed = None,
) -> Points:
    """Return round clouds of points, one for each class, around random centres.

    Shapes: x (samples, features), y (samples,) from 0 to classes - 1. `noise` is the standard
    deviation of a cloud; the centres lie within 3 of the origin along each axis.

    Errors: ValueError for fewer samples than classes or a negative noise.
    """
    rng, y = _labels(samples, classes, noise, seed)
    centres = rng.uniform(-3, 3, (classes, features))
    return _points(centres[y], y, noise, rng)


@checked
def xor(samples: int = 200, noise: float = 0.15, seed: Seed = None) -> Points:
    """Return four clouds at the corners of a square; opposite corners have the same label.

    Shapes: x (samples, 2) around the corners (0 or 1, 0 or 1), y (samples,): 1 where exactly one
    coordinate of the corner is 1. `samples=4, noise=0` gives the four corners alone.

    Errors: ValueError for fewer than four samples or a negative noise.
    """
    rng, corner = _labels(samples, 4, noise, seed)
    square = np.stack([corner // 2, corner % 2], axis=1)
    return _points(square.astype(float), square[:, 0] ^ square[:, 1], noise, rng)


CURVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "line": lambda x: 0.5 * x + 0.2,
    "sine": lambda x: np.sin(np.pi * x),
    "cubic": lambda x: 2 * x**3 - x,
    "step": lambda x: np.where(x < 0, -0.5, 0.5),
    "bump": lambda x: np.exp(-8 * x**2),
    "runge": lambda x: 1 / (1 + 25 * x**2),
}


@checked
def curve(kind: str = "sine", samples: int = 100, noise: float = 0.1, seed: Seed = None) -> Points:
    """Return noisy points on a known curve, for regression; `CURVES[kind]` is the curve itself.

    Shapes: x (samples, 1) between -1 and 1, in random order, y (samples, 1).
    `noise` is the standard deviation of what is added to y.

    Errors: ValueError for an unknown kind, fewer than one sample or a negative noise.
    """
    if kind not in CURVES:
        raise ValueError(unknown_name("curve", kind, CURVES))
    rng, _ = _labels(samples, 1, noise, seed)
    x = rng.uniform(-1, 1, (samples, 1))
    y = CURVES[kind](x) + noise * rng.standard_normal((samples, 1))
    return x.astype(config.floatx()), y.astype(config.floatx())


def _labels(
    samples: int, classes: int, noise: float, seed: Seed
) -> tuple[np.random.Generator, np.ndarray]:
    """Return the generator, and as many labels of each class as of any other, shuffled."""
    if samples < classes or classes < 1:
        raise ValueError(wrong("samples", f"at least one for each of {classes} classes", samples))
    if not noise >= 0:
        raise ValueError(wrong("noise", "zero or a positive number", noise))
    rng = np.random.default_rng(seed)
    return rng, rng.permutation(np.arange(samples) % classes)


def _points(x: np.ndarray, y: np.ndarray, noise: float, rng: np.random.Generator) -> Points:
    """Return the points with noise added, in the default float type, and their labels."""
    return (x + noise * rng.standard_normal(x.shape)).astype(config.floatx()), y.astype(np.int64)
