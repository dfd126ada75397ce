"""Figure of the chapter on losses: what one weight sees of three losses."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from dlcourse import losses
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing
from dlcourse.plots.text import number

Array = np.ndarray

# Seven points near y = x, and the last far from it.
X = np.array([-2.0, -1.5, -1.0, 0.5, 1.0, 1.5, 2.0, 2.5]).reshape(-1, 1)
Y = np.array([-1.8, -1.7, -1.1, 0.7, 0.8, 1.6, 2.2, -3.0]).reshape(-1, 1)

LOSSES = {
    "squared error": losses.MeanSquaredError(),
    "absolute error": losses.MeanAbsoluteError(),
    "Huber": losses.Huber(),
}
WEIGHTS = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]


def loss_at(loss: str, w: float) -> float:
    """Return the loss of the line y = w x on the eight points."""
    return float(LOSSES[loss](Y, w * X))


def slope_at(loss: str, w: float) -> float:
    """Return dL/dw: each prediction's gradient times the input that it was made from, summed."""
    return float(np.sum(LOSSES[loss].gradient(Y, w * X) * X))


def best_weight(loss: str) -> float:
    """Return the weight with the least loss: the slope rises, so halving finds where it is 0."""
    low, high = -1.0, 2.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if slope_at(loss, middle) < 0 else (low, middle)
    return (low + high) / 2


@drawing
def draw_line(w: float) -> tuple[Figure, str]:
    """Draw the points, the line y = w x, and what it misses."""
    figure, axes = canvas(width=4.2, height=3.7)
    axes.vlines(X[:, 0], Y[:, 0], w * X[:, 0], color=COLOURS.loss, linewidth=1.5)
    ends = np.array([-2.5, 3.0])
    axes.plot(ends, w * ends, color=COLOURS.prediction)
    axes.scatter(X, Y, color=COLOURS.data, s=36, zorder=3)
    axes.set(xlim=(-2.5, 3), ylim=(-4, 4), xlabel="input x", ylabel="y")
    axes.set(xticks=[-2, 0, 2], yticks=[-2, 0, 2])
    return figure, f"The line y = {number(w)} x, and by how much it misses each point."


@drawing
def draw_loss(w: float, loss: str) -> tuple[Figure, str]:
    """Draw the loss over the weight, with its tangent at w; the other losses in grey."""
    figure, axes = canvas(width=4.2, height=3.7)
    grid = np.linspace(-1.1, 2.1, 161)
    for other in LOSSES:
        if other != loss:
            values = [loss_at(other, place) for place in grid]
            axes.plot(grid, values, color=COLOURS.muted, linewidth=1, alpha=0.7)
    axes.plot(grid, [loss_at(loss, place) for place in grid], color=COLOURS.loss)
    here, rise = loss_at(loss, w), slope_at(loss, w)
    reach = 0.5 / np.hypot(1, rise / 3)
    ends = np.array([w - reach, w + reach])
    axes.plot(ends, here + rise * (ends - w), color=COLOURS.gradient)
    axes.plot(w, here, "o", color=COLOURS.accent, markersize=8, zorder=5)
    best = best_weight(loss)
    axes.plot(best, 0, "^", color=COLOURS.prediction, markersize=9, clip_on=False, zorder=5)
    axes.set(xlim=(-1.1, 2.1), ylim=(0, 12), xlabel="weight w", ylabel="loss")
    axes.set(xticks=[-1, 0, 1, 2], yticks=[0, 5, 10])
    name = loss[0].upper() + loss[1:]
    return figure, (
        f"{name}: {here:.2f} at w = {number(w)}, slope {number(rise, '.2f')}. "
        f"The best weight (triangle) is {best:.2f}."
    )


def explorer() -> Explorer:
    """Return the figure in which one weight turns a line and slides down a loss."""
    return Explorer(
        draw_line,
        draw_loss,
        w=Slider(WEIGHTS, label="weight w", start=0, form=number),
        loss=Choice(list(LOSSES), label="loss"),
    )
