"""The figure of the chapter on regularisation that goes on where the slider of capacity ended.

The same points and the same polynomials as in `regularisation`, but with far more coefficients than
points. Then many polynomials pass through all points, and one has to be chosen.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.polynomial import legendre

from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.interactive.regularisation import GRID, POINTS, draw_sample, truth
from dlcourse.plots import COLOURS, canvas, drawing, log_scale
from dlcourse.plots.text import power_of_ten

Array = np.ndarray

DEGREES = [3, 7, 11, 14, 16, 18, 19, 20, 22, 24, 29, 39, 59, 99, 399]
PENALTIES = {"none": 0.0, "L2": 0.02}
SAMPLES = 30


def features(x: Array, degree: int) -> Array:
    """Return the Legendre polynomials up to a degree at the points x, the higher the smaller.

    Dividing number k by k + 1 makes its coefficient that much more expensive, so that the smallest
    coefficients make a smooth curve.
    """
    k = np.arange(degree + 1)
    return legendre.legvander(x, degree) * np.sqrt(2 * k + 1) / (k + 1)


def fit(degree: int, penalty: float, seed: int) -> Array:
    """Return a fit to a sample, on the grid: least squares; of all best weights, the smallest."""
    x, y = draw_sample(seed)
    h = features(x, degree)
    if penalty:
        weights = h.T @ np.linalg.solve(h @ h.T + penalty * np.eye(POINTS), y)
    else:
        weights = np.linalg.lstsq(h, y, rcond=1e-12)[0]
    return features(GRID, degree) @ weights


@functools.cache
def error(degree: int, penalty: float) -> float:
    """Return the median over 30 samples of the mean squared distance from the true curve."""
    fits = np.array([fit(degree, penalty, seed) for seed in range(SAMPLES)])
    return float(np.median(np.mean((fits - truth(GRID)) ** 2, axis=1)))


@drawing
def draw_curve(degree: int, penalty: str):
    """Draw one sample with its fit."""
    figure, axes = canvas(width=4.0, height=3.4)
    x, y = draw_sample(0)
    axes.plot(GRID, truth(GRID), color=COLOURS.muted, linewidth=4, alpha=0.6)
    # A curve that leaves the picture by far would only make the drawing heavy.
    axes.plot(GRID, fit(degree, PENALTIES[penalty], 0).clip(-9, 9), color=COLOURS.prediction)
    axes.scatter(x, y, color=COLOURS.data, zorder=3, s=22)
    axes.set(xlim=(-1, 1), ylim=(-2.2, 2.2), xlabel="x", ylabel="y")
    count = degree + 1
    relation = "fewer than" if count < POINTS else "as many as" if count == POINTS else "more than"
    return figure, f"Degree {degree}: {count} coefficients, {relation} the {POINTS} points."


@drawing
def draw_error(degree: int, penalty: str):
    """Draw the error over all degrees, for both penalties, and mark one."""
    figure, axes = canvas(width=4.0, height=3.4)
    for name, colour in (("none", COLOURS.loss), ("L2", COLOURS.prediction)):
        values = [error(d, PENALTIES[name]) for d in DEGREES]
        chosen = name == penalty
        label = "no penalty" if name == "none" else "L2 penalty"
        axes.plot(DEGREES, values, color=colour, label=label, alpha=1 if chosen else 0.45)
        if chosen:
            axes.scatter(degree, values[DEGREES.index(degree)], color=colour, s=60, zorder=3)
    axes.axvline(POINTS - 1, color=COLOURS.muted, linewidth=1, linestyle="--")
    axes.text(POINTS, 2e7, " as many coefficients\n as points", va="top", fontsize=10)
    log_scale(axes, "x", "y")
    axes.set_xticks([3, 10, 30, 100, 400], ["3", "10", "30", "100", "400"])
    axes.set(ylim=(1e-2, 4e7), xlabel="degree", ylabel="squared distance from the truth")
    figure.legend(loc="outside upper center", ncols=2, handlelength=1.2)
    here = power_of_ten(error(degree, PENALTIES[penalty]), 2)
    return figure, (
        f"Degree {degree}, {'no' if penalty == 'none' else penalty} penalty: the mean squared "
        f"distance from the true curve is {here}, the median of {SAMPLES} samples."
    )


def double_descent_explorer() -> Explorer:
    """Return the figure in which the error falls, bursts, and falls again."""
    return Explorer(
        draw_curve,
        draw_error,
        degree=Slider(DEGREES, label="degree", start=7),
        penalty=Choice(list(PENALTIES), label="penalty"),
    )
