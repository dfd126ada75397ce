"""The example of the chapter on gradient descent: a line fitted to the lengths of a loaded spring.

Its loss, the mean squared error, is a bowl over two weights, whose curvature is known exactly.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dlcourse.optimizers import SGD

Array = np.ndarray

TRUTH = (0.5, 0.2)  # what the spring really does: metres for each kilogram, metres without load


def descend(gradient: Callable[[Array], Array], start: Array, rate: float, steps: int) -> Array:
    """Return the points that gradient descent visits, the start first: (steps + 1, weights)."""
    w = np.array(start, dtype=np.float64)
    optimizer = SGD(learning_rate=rate)
    path = [w.copy()]
    for _ in range(steps):
        optimizer.apply([gradient(w)], [w])
        path.append(w.copy())
    return np.array(path)


@dataclass(frozen=True)
class LineFit:
    """The mean squared error of a line, as a function of its weights w = (slope, intercept)."""

    x: Array
    y: Array

    @property
    def inputs(self) -> Array:
        """Return a column for the slope, and a column of ones for the intercept."""
        return np.column_stack([self.x, np.ones_like(self.x)])

    def loss(self, w: Array) -> float:
        """Return mean((slope x + intercept - y)²)."""
        return float(np.mean((self.inputs @ w - self.y) ** 2))

    def gradient(self, w: Array) -> Array:
        """Return the two slopes of the loss."""
        return 2 / len(self.y) * self.inputs.T @ (self.inputs @ w - self.y)

    def curvature(self) -> Array:
        """Return the Hessian, a (2, 2) matrix: it is the same everywhere."""
        return 2 / len(self.y) * self.inputs.T @ self.inputs

    def best(self) -> Array:
        """Return the weights of least loss."""
        return np.linalg.solve(self.curvature(), 2 / len(self.y) * self.inputs.T @ self.y)

    def threshold(self) -> float:
        """Return 2 / λ_max, the learning rate at which descent begins to diverge."""
        return float(2 / np.linalg.eigvalsh(self.curvature())[-1])

    def height(self, slope: Array, intercept: Array) -> Array:
        """Return the loss for arrays of slopes and intercepts, above the lowest possible loss."""
        distance = np.stack([slope, intercept], axis=-1) - self.best()
        return np.einsum("...i,ij,...j->...", distance, self.curvature(), distance) / 2


@functools.cache
def spring(standardised: bool = False) -> LineFit:
    """Return 40 loads in kilograms and the lengths in metres that were measured under them.

    The loads are between 0.5 and 2.5; standardised, they have mean 0 and spread 1.
    """
    rng = np.random.default_rng(3)
    load = rng.uniform(0.5, 2.5, 40)
    length = TRUTH[0] * load + TRUTH[1] + 0.12 * rng.standard_normal(40)
    return LineFit((load - load.mean()) / load.std() if standardised else load, length)
