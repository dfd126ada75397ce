"""Figure of the chapter on layers: a curve as a sum of bumps, each made of three ReLU units."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from dlcourse.activations import relu
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.interactive.network import target
from dlcourse.plots import COLOURS, canvas, drawing

Array = np.ndarray

BUMPS = [2, 3, 5, 7, 9, 13, 17, 33]
LOW, HIGH = -2.0, 2.0


def places(count: int) -> tuple[Array, float]:
    """Return where the bumps have their tops, from end to end, and the distance between two."""
    tops = np.linspace(LOW, HIGH, count)
    return tops, float(tops[1] - tops[0])


def bump(x: Array, top: float, width: float) -> Array:
    """Return a tent of height 1: three ReLU units that rise, turn down, and stop.

    bump(x) = (relu(x - top + width) - 2 relu(x - top) + relu(x - top - width)) / width
    """
    return (relu(x - top + width) - 2 * relu(x - top) + relu(x - top - width)) / width


def parts(count: int, x: Array) -> Array:
    """Return the bumps, each as high as the curve is at its top.

    Shapes: x (points,) -> (bumps, points).
    """
    tops, width = places(count)
    return np.stack([target(top) * bump(x, top, width) for top in tops])


def error_bound(count: int) -> float:
    """Return M d² / 8, where M is the largest second derivative and d the width of a bump.

    For the curve of this figure, sin(3x) + 0.4 cos(7x), M is at most 9 + 0.4 · 49.
    """
    return (9 + 0.4 * 49) * places(count)[1] ** 2 / 8


@drawing
def draw_bumps(count: int) -> tuple[Figure, str]:
    """Draw the bumps in grey, their sum in green, and the curve that they follow in blue."""
    x = np.linspace(LOW, HIGH, 385)  # every top is one of these points
    each = parts(count, x)
    figure, axes = canvas(width=5.0, height=3.6)
    axes.axhline(0, color=COLOURS.muted, linewidth=0.6)
    tops, width = places(count)
    for top in tops:
        corners = np.clip([top - width, top, top + width], LOW, HIGH)
        heights = target(top) * bump(corners, top, width)
        axes.fill_between(corners, heights, color=COLOURS.muted, alpha=0.3, linewidth=0)
        axes.plot(corners, heights, color=COLOURS.muted, linewidth=1)
    axes.plot(x, target(x), color=COLOURS.data, linewidth=5, alpha=0.35)
    axes.plot(x, each.sum(axis=0), color=COLOURS.prediction)
    axes.scatter(tops, target(tops), color=COLOURS.prediction, s=24, zorder=3)
    axes.set(xlim=(LOW, HIGH), ylim=(-1.9, 1.9), xlabel="input x", ylabel="output")
    axes.set(xticks=[-2, -1, 0, 1, 2], yticks=[-1, 0, 1])
    error = float(np.abs(each.sum(axis=0) - target(x)).max())
    return figure, (
        f"{count} bumps (grey) add up to the green line. It is at most {error:.2f} away from the "
        "blue curve."
    )


def explorer() -> Explorer:
    """Return the figure in which bumps, side by side, add up to a curve."""
    return Explorer(draw_bumps, count=Slider(BUMPS, label="bumps", start=5))
