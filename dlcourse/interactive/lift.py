"""Figure of the perceptron chapter: a third input lifts one corner, and a plane separates XOR."""

from __future__ import annotations

import functools

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.perceptron import Perceptron
from dlcourse.plots import COLOURS, INK, canvas, drawing
from dlcourse.plots.perceptron import CORNERS
from dlcourse.plots.plane import classes
from dlcourse.plots.text import number

Array = np.ndarray

XOR = np.array([0, 1, 1, 0])
HEIGHTS = [0, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0]
PROJECTION = np.array([[0.95, -0.3], [0.75, 0.42], [0.0, 0.9]])  # where each unit step goes


def lifted(height: float) -> Array:
    """Return the four corners with a third input, height · x₁ x₂."""
    return np.column_stack([CORNERS, height * CORNERS[:, 0] * CORNERS[:, 1]])


def plane_height(x: Array, height: float) -> Array:
    """Return the third coordinate of the plane as far above two corners as below the other two.

    Shapes: x (points, 2) -> (points,).
    """
    return height * (x.sum(axis=1) / 2 - 1 / 4)


@functools.cache
def corrections(height: float) -> int | None:
    """Return how many corrections a perceptron with three inputs makes, None if it never ends."""
    model = Perceptron(epochs=10_000 if height else 100).fit(lifted(height), XOR)
    return len(model.updates) if model.converged else None


@drawing
def draw_lift(height: float) -> tuple[Figure, str]:
    """Draw the corners of the square, one of them lifted, and the plane in between."""
    figure, axes = canvas(width=4.6, height=3.4, margins=(0.1, 0.1, 0.1, 0.1))
    axes.set(xlim=(-0.5, 2.2), ylim=(-0.62, 1.4), aspect="equal")
    axes.axis("off")
    square = CORNERS[[0, 2, 3, 1]]
    floor = np.column_stack([square, np.zeros(4)]) @ PROJECTION
    axes.fill(*floor.T, facecolor="none", edgecolor=INK, linewidth=1)
    if height:
        cut = np.column_stack([square, plane_height(square, height)]) @ PROJECTION
        axes.fill(*cut.T, color=COLOURS.prediction, alpha=0.35, linewidth=0)
        axes.fill(*cut.T, facecolor="none", edgecolor=COLOURS.prediction, linewidth=2)
    points = lifted(height) @ PROJECTION
    feet = np.column_stack([CORNERS, plane_height(CORNERS, height)]) @ PROJECTION
    for point, foot in zip(points, feet, strict=True):
        axes.plot(*np.array([point, foot]).T, color=COLOURS.prediction, linewidth=2)
    axes.plot(*np.array([floor[2], points[3]]).T, color=INK, linestyle=":", linewidth=1.5)
    classes(axes, points, XOR, size=130)
    _name_corners(axes, floor)
    needed = corrections(height)
    if needed is None:
        return figure, "All four corners lie flat, and the perceptron never comes to rest."
    return figure, (
        f"Corner (1, 1) lifted by {number(height)}: the plane passes above the squares and below "
        f"the circles. The perceptron needed {needed} corrections."
    )


def _name_corners(axes: Axes, floor: Array) -> None:
    for corner, place, shift in zip(
        ("(0, 0)", "(1, 0)", "(1, 1)", "(0, 1)"),
        floor,
        ((-12, 0), (0, -15), (12, 0), (-12, 4)),
        strict=True,
    ):
        side = {-12: "right", 0: "center", 12: "left"}[shift[0]]
        axes.annotate(
            corner, place, shift, textcoords="offset points", ha=side, va="center", fontsize=10.5
        )


def explorer() -> Explorer:
    """Return the figure in which a third input makes XOR separable."""
    return Explorer(
        draw_lift, height=Slider(HEIGHTS, label="height of corner (1, 1)", start=0, form=number)
    )
