"""Figures of the chapter on gradient descent: two valleys, and a saddle between two others."""

from __future__ import annotations

import functools

import numpy as np

from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.interactive.spring import descend
from dlcourse.plots import COLOURS, INK, canvas, drawing
from dlcourse.plots.landscape import landscape, thin, trace
from dlcourse.plots.text import number, power_of_ten

Array = np.ndarray

# --- a narrow and a wide valley, over one weight -----------------------------------------------

# Depth, place and half-width of each valley; both are dug into a shallow bowl.
VALLEYS = ((0.6, -1.5, 0.25), (0.9, 1.5, 0.9))
BOWL = 0.05
RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.25, 0.5, 1.0]
STARTS = [-2.1, -1.2, -0.9, 0.2, 2.8]
BUDGET = 300


def loss(w: Array) -> Array:
    """Return the height of the ground at w."""
    dug = sum(d * np.exp(-((w - c) ** 2) / (2 * s**2)) for d, c, s in VALLEYS)
    return 1 + BOWL * w**2 - dug


def slope(w: Array) -> Array:
    """Return the derivative of `loss`."""
    dug = sum(d * (w - c) / s**2 * np.exp(-((w - c) ** 2) / (2 * s**2)) for d, c, s in VALLEYS)
    return 2 * BOWL * w + dug


@functools.cache
def bottoms() -> tuple[float, float]:
    """Return the lowest points of the narrow and of the wide valley."""
    narrow, wide = (descend(slope, [c], 0.05, 2000)[-1, 0] for _, c, _ in VALLEYS)
    return float(narrow), float(wide)


def curvature(w: float) -> float:
    """Return the second derivative of `loss`, measured with a small step."""
    return float((slope(w + 1e-5) - slope(w - 1e-5)) / 2e-5)


@functools.cache
def walk(start: float, rate: float, steps: int = BUDGET) -> Array:
    """Return the places of a descent: (steps + 1,)."""
    return descend(slope, [start], rate, steps)[:, 0]


def steps_until(start: float, rate: float, target: float, most: int = 10_000) -> int:
    """Return how many steps a descent needs to come within 0.01 of a place, and no more leave it.

    Errors: ValueError if it does not arrive within `most` steps.
    """
    near = np.abs(walk(start, rate, most) - target) < 0.01
    if not near[-1]:
        raise ValueError(f"rate {rate:g} has not arrived at {target:g} after {most} steps.")
    away = np.flatnonzero(~near)
    return int(away[-1]) + 1 if len(away) else 0


@drawing
def draw_walk(start: float, rate: float):
    """Draw the two valleys and the steps of a descent."""
    path = walk(start, rate)
    figure, axes = canvas(width=5.0, height=3.2, margins=(0.65, 0.1, 0.5, 0.1))
    grid = np.linspace(-3.2, 3.6, 241)
    axes.plot(grid, loss(grid), color=COLOURS.loss)
    # A point that swings for ever would be drawn three hundred times.
    drawn = thin(np.column_stack([path, loss(path)])[:100], 0.02)
    axes.plot(*drawn.T, color=INK, linewidth=0.7, marker="o", markersize=3)
    axes.plot(path[0], loss(path[0]), "o", markersize=9, color=INK, markerfacecolor="none")
    axes.plot(path[-1], loss(path[-1]), "o", markersize=9, color=COLOURS.accent, zorder=5)
    for name, bottom in zip(("narrow", "wide"), bottoms(), strict=True):
        axes.text(bottom, loss(bottom) - 0.08, name, ha="center", va="top")
    axes.set(xlim=(-3.2, 3.6), ylim=(-0.15, 1.75), xlabel="weight w", ylabel="loss")
    last = path[-1]
    place = "still on its way"
    if abs(last - path[-3]) < abs(last - path[-2]):
        place = "swinging to and fro without settling"
    for name, bottom in zip(("narrow", "wide"), bottoms(), strict=True):
        if abs(last - bottom) < 0.02:
            place = f"at the bottom of the {name} valley"
    return figure, (
        f"From {number(start)} with rate {rate:g}, {BUDGET} steps lead to {number(last, '.2f')}, "
        f"{place}. The loss there is {loss(last):.3f}."
    )


def valleys_explorer() -> Explorer:
    """Return the figure in which the start decides the valley, and the rate the time."""
    return Explorer(
        draw_walk,
        rate=Slider(RATES, label="learning rate", start=0.003),
        start=Slider(STARTS, label="start", start=-0.9),
    )


# --- a saddle ----------------------------------------------------------------------------------

ASIDE = [0.0, 1e-8, 1e-6, 1e-4, 0.01, 0.1]
PATIENCE = 300


def saddle_loss(w: Array) -> Array:
    """Return the height at w = (x, y): lowest at (-1, 0) and (1, 0), with a saddle at (0, 0)."""
    return (w[..., 0] ** 2 - 1) ** 2 / 4 + w[..., 1] ** 2 / 2


def saddle_gradient(w: Array) -> Array:
    """Return the gradient of `saddle_loss`."""
    return np.stack([w[..., 0] ** 3 - w[..., 0], w[..., 1]], axis=-1)


@functools.cache
def escape(aside: float) -> Array:
    """Return a descent that starts `aside` of the ridge that leads down to the saddle."""
    return descend(saddle_gradient, [aside, 1.3], 0.1, PATIENCE)


@drawing
def draw_saddle(aside: float):
    """Draw the saddle from above, and the path."""
    path = escape(aside)
    figure, axes = canvas(width=4.0, height=3.4)
    landscape(
        axes, lambda x, y: saddle_loss(np.stack([x, y], axis=-1)), (-1.6, 1.6, -1.2, 1.5), bands=10
    )
    axes.plot([-1, 1], [0, 0], "x", markersize=8, markeredgewidth=2, color=INK)
    trace(axes, path)
    axes.set(xlabel="weight 1", ylabel="weight 2")
    x, y = path[-1]
    size = np.linalg.norm(saddle_gradient(path[-1]))
    where = "at the saddle" if np.hypot(x, y) < 1e-3 else "at a lowest point"
    begin = (
        f"Started {power_of_ten(aside)} beside the ridge"
        if aside
        else "Started exactly on the ridge"
    )
    return figure, (
        f"{begin}, after {PATIENCE} steps the point is {where}. The "
        f"gradient there has length {power_of_ten(size, 1)}; the crosses are the two lowest points."
    )


@drawing
def draw_saddle_losses(aside: float):
    """Draw the loss after each step: the saddle is a plateau of the curve."""
    losses = saddle_loss(escape(aside))
    figure, axes = canvas(width=4.0, height=3.4)
    axes.plot(losses, color=COLOURS.loss)
    axes.set(xlim=(0, PATIENCE), ylim=(0, 1.15), xlabel="step", ylabel="loss")
    if aside == 0:
        return figure, "The loss comes down to 0.25 and stays there."
    return figure, (
        f"The loss rests near 0.25 and then falls to 0; it is below 0.125 from step "
        f"{int(np.argmax(losses < 0.125))} on."
    )


def saddle_explorer() -> Explorer:
    """Return the figure in which a hair's breadth decides how long a plateau lasts."""
    return Explorer(
        draw_saddle,
        draw_saddle_losses,
        aside=Slider(ASIDE, label="off the ridge by", start=0.0, form=power_of_ten),
    )
