"""Figure of the chapter on losses: a loss is a belief about how the targets scatter."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.figure import Figure

from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, INK, canvas, drawing
from dlcourse.plots.text import number

Array = np.ndarray

TARGETS = np.array([-1.0, -0.5, 0.0, 0.25, 0.75, 3.5])  # mean 0.5, the median between 0 and 0.25
PREDICTIONS = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3]
BELIEFS = ("bell", "peak")
LOSS = {"bell": "half the squared error", "peak": "the absolute error"}


def density(belief: str, distance: Array) -> Array:
    """Return how probable a target is at this distance from the prediction.

    bell = exp(-d² / 2) / √(2π)
    peak = exp(-|d|) / 2
    """
    if belief == "bell":
        return np.exp(-(distance**2) / 2) / math.sqrt(2 * math.pi)
    return np.exp(-np.abs(distance)) / 2


def mean_surprise(belief: str, prediction: float) -> float:
    """Return the mean of -ln(density) over the targets."""
    return float(-np.log(density(belief, TARGETS - prediction)).mean())


@drawing
def draw_belief(belief: str, prediction: float) -> tuple[Figure, str]:
    """Draw the curve that stands over the prediction, and how high it is at each target."""
    figure, axes = canvas(width=4.4, height=3.4)
    grid = np.linspace(-3, 5, 161)
    axes.plot(grid, density(belief, grid - prediction), color=COLOURS.prediction)
    heights = density(belief, TARGETS - prediction)
    axes.vlines(TARGETS, 0, heights, color=COLOURS.data, linewidth=2)
    axes.scatter(TARGETS, heights, color=COLOURS.data, s=24, zorder=3)
    axes.scatter(TARGETS, np.full(6, -0.03), color=COLOURS.data, s=24, marker="|", zorder=3)
    axes.axvline(prediction, color=COLOURS.accent, linewidth=1.2, zorder=0)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set(xlim=(-3, 5), ylim=(-0.06, 0.56), xlabel="target", ylabel="how probable")
    axes.set(xticks=[-2, 0, 2, 4], yticks=[0, 0.25, 0.5])
    return figure, (
        f"A {belief} over the prediction {number(prediction)}. The target 3.5 has height "
        f"{heights[-1]:.4f}."
    )


@drawing
def draw_mean_surprise(belief: str, prediction: float) -> tuple[Figure, str]:
    """Draw the mean of -ln(height) over the prediction."""
    figure, axes = canvas(width=4.4, height=3.4)
    grid = np.linspace(-1.2, 3.2, 89)
    axes.plot(grid, [mean_surprise(belief, place) for place in grid], color=COLOURS.loss)
    here = mean_surprise(belief, prediction)
    axes.plot(prediction, here, "o", color=COLOURS.accent, markersize=9, zorder=5)
    axes.set(xlim=(-1.2, 3.2), ylim=(1.4, 6), xlabel="prediction", ylabel="mean of −ln(height)")
    axes.set(xticks=[-1, 0, 1, 2, 3], yticks=[2, 4, 6])
    return figure, f"The mean surprise is {here:.2f}: {LOSS[belief]}, plus a constant."


def explorer() -> Explorer:
    """Return the figure in which a bell or a peak looks for its best place among six targets."""
    return Explorer(
        draw_belief,
        draw_mean_surprise,
        prediction=Slider(PREDICTIONS, label="prediction", start=2, form=number),
        belief=Choice(list(BELIEFS), label="belief"),
    )
