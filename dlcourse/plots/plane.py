"""Two classes in the plane: points, a boundary, and the side that each answer gets."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from dlcourse.plots.style import COLOURS, INK

Array = np.ndarray

CLASS_COLOURS = (COLOURS.data, COLOURS.other)
MARKERS = ("o", "s")  # a shape as well as a colour


def plane(axes: Axes, low: float, high: float, names: tuple[str, str] = ("x₁", "x₂")) -> None:
    """Make the axes a square part of the plane."""
    axes.set(xlim=(low, high), ylim=(low, high), aspect="equal", xlabel=names[0], ylabel=names[1])
    ticks = np.arange(2 * np.ceil(low / 2), high + 0.1, 2)
    axes.set(xticks=ticks, yticks=ticks)


def classes(axes: Axes, X: Array, y: Array, size: float = 70) -> None:
    """Draw the points: class 0 as blue circles, class 1 as orange squares."""
    for label, (colour, marker) in enumerate(zip(CLASS_COLOURS, MARKERS, strict=True)):
        across, up = X[y == label].T
        axes.scatter(across, up, s=size, color=colour, marker=marker, zorder=3)


def rings(axes: Axes, X: Array, colour: str = COLOURS.loss, size: float = 260) -> None:
    """Draw a ring around each of these points."""
    if len(X):
        axes.scatter(
            X[:, 0], X[:, 1], s=size, facecolor="none", edgecolor=colour, linewidth=2, zorder=4
        )


def half_planes(axes: Axes, weights: Array, bias: float, alpha: float = 0.13) -> None:
    """Tint the side where weights · x + bias >= 0 in the colour of class 1, the other side too."""
    for sign, colour in ((-1, CLASS_COLOURS[0]), (1, CLASS_COLOURS[1])):
        if not np.any(weights) and (1 if bias >= 0 else -1) != sign:
            continue
        corners = _clip(_corners(axes), sign * np.asarray(weights), sign * bias)
        if len(corners):
            axes.fill(*np.transpose(corners), color=colour, alpha=alpha, linewidth=0, zorder=0)


def boundary_line(axes: Axes, weights: Array, bias: float, **style: Any) -> Array | None:
    """Draw weights · x + bias = 0 across the axes; return its two ends, or None if outside."""
    ends = boundary_ends(_corners(axes), weights, bias)
    if ends is not None:
        axes.plot(*ends.T, **{"color": COLOURS.prediction, "linewidth": 2.6, "zorder": 2} | style)
    return ends


def boundary_ends(corners: Array, weights: Array, bias: float) -> Array | None:
    """Return the two points at which a line crosses the edges of a square, or None."""
    if not np.any(weights):
        return None
    values = corners @ weights + bias
    ends: list[Array] = []
    for i, j in zip(range(4), (1, 2, 3, 0), strict=True):
        if values[i] == 0:
            ends.append(corners[i])
        elif values[i] * values[j] < 0:
            share = values[i] / (values[i] - values[j])
            ends.append(corners[i] + share * (corners[j] - corners[i]))
    return np.array(ends[:2]) if len(ends) >= 2 else None


def arrow(
    axes: Axes, start: Any, end: Any, colour: str, width: float = 2.2, **options: Any
) -> None:
    """Draw an arrow from one point to another."""
    properties = {"arrowstyle": "-|>", "color": colour, "linewidth": width, "mutation_scale": 14}
    axes.annotate(
        "", xy=end, xytext=start, arrowprops=properties | {"shrinkA": 0, "shrinkB": 0}, **options
    )


def weight_arrow(axes: Axes, weights: Array, bias: float) -> None:
    """Draw the weights as an arrow that starts on the boundary, at the point nearest to 0."""
    weights = np.asarray(weights, float)
    if np.any(weights):
        foot = -bias * weights / (weights @ weights)
        arrow(axes, foot, foot + weights, COLOURS.accent, zorder=5, annotation_clip=False)


def dashed(axes: Axes, weights: Array, bias: float) -> None:
    """Draw a boundary that is there for comparison only."""
    dashes = (0, (4, 3))
    boundary_line(axes, weights, bias, color=INK, linewidth=1.2, linestyle=dashes, alpha=0.6)


def _corners(axes: Axes) -> Array:
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top]])


def _clip(corners: Array, weights: Array, bias: float) -> list[Array]:
    """Return the corners of the part of a polygon where weights · x + bias >= 0."""
    values = corners @ weights + bias
    kept: list[Array] = []
    for i in range(len(corners)):
        j = (i + 1) % len(corners)
        if values[i] >= 0:
            kept.append(corners[i])
        if values[i] * values[j] < 0:
            share = values[i] / (values[i] - values[j])
            kept.append(corners[i] + share * (corners[j] - corners[i]))
    return kept
