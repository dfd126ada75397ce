"""The figure of the chapter on backpropagation in which Hebb's rule and the gradient part ways."""

from __future__ import annotations

import functools

import numpy as np

from dlcourse.activations import sigmoid
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, INK, canvas, drawing

Array = np.ndarray

SAMPLES = 500
START = (0.6, 0.8)
SEEN = [0, 3, 10, 30, 100, 200, 500]


def clouds(seed: int = 0) -> tuple[Array, Array]:
    """Return 500 points (500, 2) and their classes, -1 or +1.

    The points spread widely along the first feature, which says nothing about the class, and
    narrowly along the second, which says nearly everything.
    """
    rng = np.random.default_rng(seed)
    sign = rng.choice([-1, 1], SAMPLES)
    return np.column_stack([rng.normal(0, 3, SAMPLES), rng.normal(1.5 * sign, 0.5)]), sign


def hebb(points: Array, rate: float = 0.01) -> Array:
    """Return the weights after each point: Hebb's rule, with Oja's term that keeps them short."""
    w, path = np.array(START), [np.array(START)]
    for x in points:
        y = w @ x
        w = w + rate * y * (x - y * w)
        path.append(w)
    return np.array(path)


def descent(points: Array, sign: Array, rate: float = 0.1) -> Array:
    """Return the weights after each point: a step against the gradient of the cross-entropy."""
    w, path = np.array(START), [np.array(START)]
    for x, target in zip(points, sign > 0, strict=True):
        w = w - rate * (sigmoid(w @ x) - target) * x
        path.append(w)
    return np.array(path)


def right(w: Array, points: Array, sign: Array) -> float:
    """Return the share of points on the right side of the line w · x = 0, the better way round."""
    share = np.mean(np.sign(points @ w) == sign)
    return float(max(share, 1 - share))


@functools.cache
def _paths() -> tuple[Array, Array]:
    points, sign = clouds()
    return hebb(points), descent(points, sign)


def _draw(seen: int, path: Array, name: str):
    """Draw the points, and what a neuron looks along after it has seen some of them."""
    points, sign = clouds()
    w = path[seen]
    share = right(w, points, sign)
    figure, axes = canvas(width=4.0, height=3.2)
    for which, colour in ((-1, COLOURS.data), (1, COLOURS.other)):
        axes.scatter(*points[sign == which][:120].T, s=9, color=colour, alpha=0.5, linewidth=0)
    unit = w / np.linalg.norm(w)
    across = 12 * np.array([-unit[1], unit[0]])
    axes.plot([-across[0], across[0]], [-across[1], across[1]], color=INK, linewidth=1.6)
    arrow = {"arrowstyle": "-|>", "color": COLOURS.prediction, "linewidth": 2.5, "shrinkA": 0}
    axes.annotate("", 3.2 * unit, (0, 0), arrowprops=arrow, zorder=4)
    axes.set_title(f"{name}: {share:.1%} right")
    axes.set(xlim=(-7, 7), ylim=(-5, 5), xlabel="x₁", ylabel="x₂", aspect="equal")
    return figure, share


@drawing
def draw_hebb(seen: int):
    """Draw the neuron that follows Hebb's rule."""
    figure, share = _draw(seen, _paths()[0], "Hebb")
    return figure, (
        f"After {seen} points, by Hebb's rule: {share:.1%} right. The arrow is the weights; the "
        "boundary stands at a right angle to it."
    )


@drawing
def draw_descent(seen: int):
    """Draw the neuron that follows the gradient of its loss."""
    figure, share = _draw(seen, _paths()[1], "gradient")
    return figure, f"After {seen} points, by the gradient of the loss: {share:.1%} right."


def hebb_explorer() -> Explorer:
    """Return the figure in which one neuron finds the spread and the other the classes."""
    return Explorer(draw_hebb, draw_descent, seen=Slider(SEEN, label="points seen", start=10))
