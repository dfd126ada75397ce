"""Figures of the chapter on gradient descent: a line that is fitted, slopes, and the step size.

They share one example: a line that has to follow the lengths of a loaded spring.
"""

from __future__ import annotations

import functools

import numpy as np

from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.interactive.spring import TRUTH, descend, spring
from dlcourse.plots import COLOURS, INK, canvas, drawing, log_scale
from dlcourse.plots.landscape import Reach, landscape, trace
from dlcourse.plots.text import number, power_of_ten

Array = np.ndarray

REACH: Reach = (-0.9, 1.9, -1.3, 2.1)
START = (-0.5, 1.0)
STEPS = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144]
RATE = 0.2


@functools.cache
def _fitting() -> Array:
    return descend(spring().gradient, START, RATE, STEPS[-1])


@drawing
def draw_map(step: int):
    """Draw the loss over both weights from above, and the path so far."""
    path = _fitting()[: step + 1]
    figure, axes = canvas(width=4.0, height=3.5)
    landscape(axes, spring().height, REACH)
    axes.plot(*spring().best(), marker="x", markersize=8, markeredgewidth=2, color=INK)
    trace(axes, path)
    axes.set(xlabel="slope (m per kg)", ylabel="intercept (m)")
    axes.set_title("the weights")
    slope, intercept = path[-1]
    return figure, (
        f"After {step} {'step' if step == 1 else 'steps'}: slope {number(slope, '.2f')}, intercept "
        f"{number(intercept, '.2f')}, loss {spring().loss(path[-1]):.3f}. The cross is the lowest "
        "point."
    )


@drawing
def draw_line(step: int):
    """Draw the measurements, and the line that belongs to the weights."""
    slope, intercept = _fitting()[step]
    figure, axes = canvas(width=4.0, height=3.5)
    axes.scatter(spring().x, spring().y, color=COLOURS.data, s=22)
    ends = np.array([0.0, 2.7])
    axes.plot(ends, slope * ends + intercept, color=COLOURS.prediction)
    axes.set(xlim=(0, 2.7), ylim=(-0.4, 1.8), xlabel="load (kg)", ylabel="length (m)")
    axes.set_title("the line they make")
    return figure, (
        f"The line says: length = {number(slope, '.2f')} · load + {number(intercept, '.2f')}. "
        f"The spring's own law is {TRUTH[0]:g} · load + {TRUTH[1]:g}."
    )


def fitting_explorer() -> Explorer:
    """Return the opening figure: a point goes downhill, and a line finds its measurements."""
    return Explorer(draw_map, draw_line, step=Slider(STEPS, label="steps", start=3))


# --- slope: one weight -------------------------------------------------------------------------

PLACES = [-1.2, -0.8, -0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5]


def slope_only(w: Array) -> Array:
    """Return the spring's loss for slopes w, with the intercept at its true value."""
    w = np.atleast_1d(w)
    return np.array([spring().loss(np.array([slope, TRUTH[1]])) for slope in w])


def slope_of_slope(w: float) -> float:
    """Return the derivative of `slope_only`."""
    return float(spring().gradient(np.array([w, TRUTH[1]]))[0])


@drawing
def draw_slope(w: float):
    """Draw the loss over one weight, its tangent at w, and which way is down."""
    figure, axes = canvas(width=5.0, height=3.2)
    grid = np.linspace(-2, 3, 121)
    axes.plot(grid, slope_only(grid), color=COLOURS.loss)
    loss, slope = slope_only(w)[0], slope_of_slope(w)
    reach = 0.9 / np.hypot(1, slope / 4)
    ends = np.array([w - reach, w + reach])
    axes.plot(ends, loss + slope * (ends - w), color=COLOURS.gradient)
    axes.plot(w, loss, marker="o", markersize=9, color=COLOURS.accent, zorder=5)
    flat = abs(slope) < 0.1
    if not flat:
        arrow = {"arrowstyle": "-|>", "color": COLOURS.prediction, "linewidth": 2.5}
        axes.annotate("", (w - 0.7 * np.sign(slope), -1.6), (w, -1.6), arrowprops=arrow)
        axes.text(
            w,
            -1.6,
            " downhill ",
            va="center",
            ha="right" if slope < 0 else "left",
            color=COLOURS.prediction,
        )
    axes.set(xlim=(-2, 3), ylim=(-2.6, 16), xlabel="weight w (m per kg)", ylabel="loss")
    axes.set_yticks([0, 5, 10, 15])
    if flat:
        return figure, f"At w = {number(w)} the slope is {number(slope, '.2f')}: nearly level."
    side, sign = ("right", "negative") if slope < 0 else ("left", "positive")
    return figure, (
        f"At w = {number(w)} the loss is {loss:.2f} and its slope {number(slope, '.2f')}: "
        f"{sign}, so downhill is to the {side}."
    )


def slope_explorer() -> Explorer:
    """Return the figure in which a tangent says which way is down."""
    return Explorer(draw_slope, w=Slider(PLACES, label="weight w", start=-0.5))


# --- gradient: two weights ---------------------------------------------------------------------

ANGLES = list(range(0, 361, 30))
UPHILL = 300  # degrees: the gradient at the standpoint points here


@functools.cache
def standpoint() -> Array:
    """Return where the reader stands: off the lowest point, so that UPHILL leads away from it."""
    away = np.array([np.cos(np.radians(UPHILL)), np.sin(np.radians(UPHILL))])
    return spring(True).best() + 1.3 * away


def directional_slope(angle: float) -> float:
    """Return how steeply the loss rises from the standpoint, walking in this direction.

    0 degrees is along the first weight, 90 along the second; per unit of distance.
    """
    direction = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    return float(spring(True).gradient(standpoint()) @ direction)


@drawing
def draw_compass(angle: int):
    """Draw the map, the gradient at the standpoint, and the direction chosen."""
    bowl = spring(True)
    figure, axes = canvas(width=4.0, height=3.8)
    landscape(axes, bowl.height, (-1.0, 2.0, -1.1, 1.9))
    here = standpoint()
    gradient = bowl.gradient(here)
    arrow = {"arrowstyle": "-|>", "linewidth": 2.5, "shrinkA": 0, "shrinkB": 0}
    uphill = here + 0.7 * gradient / np.linalg.norm(gradient)
    radians = np.radians(angle)
    ahead = here + 0.7 * np.array([np.cos(radians), np.sin(radians)])
    axes.annotate("", uphill, here, arrowprops=arrow | {"color": COLOURS.gradient})
    axes.text(*uphill, "  gradient", va="center")
    axes.annotate("", ahead, here, arrowprops=arrow | {"color": COLOURS.accent})
    axes.plot(*here, marker="o", markersize=8, color=INK)
    axes.plot(*bowl.best(), marker="x", markersize=8, markeredgewidth=2, color=INK)
    axes.set(xlabel="slope", ylabel="intercept", aspect="equal")
    return figure, (
        f"The gradient points to {UPHILL}°, the blue arrow to {angle}°. "
        f"Walking that way, the loss changes by {number(directional_slope(angle), '.2f')} per unit."
    )


@drawing
def draw_cosine(angle: int):
    """Draw the slope over all directions, and mark the direction chosen."""
    figure, axes = canvas(width=4.0, height=3.8)
    grid = np.arange(0, 361, 3)
    slopes = [directional_slope(a) for a in grid]
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.plot(grid, slopes, color=COLOURS.gradient)
    axes.plot(angle, directional_slope(angle), "o", markersize=9, color=COLOURS.accent)
    axes.set_xticks(range(0, 361, 90), [f"{a}°" for a in range(0, 361, 90)])
    axes.set(xlim=(-8, 368), xlabel="direction", ylabel="change of loss per unit")
    size = np.linalg.norm(spring(True).gradient(standpoint()))
    share = directional_slope(angle) / size
    return figure, (
        f"The slope at {angle}° is {number(share, '.2f')} times the steepest, {size:.2f}, which is "
        "the length of the gradient."
    )


def compass_explorer() -> Explorer:
    """Return the figure in which one looks around for the steepest way."""
    direction = Slider(ANGLES, label="direction", start=60, form="{}°")
    return Explorer(draw_compass, draw_cosine, angle=direction)


# --- the step size, on a bowl of one weight ----------------------------------------------------

RATES = [0.02, 0.1, 0.25, 0.45, 0.5, 0.55, 0.75, 0.95, 1.0, 1.05, 1.5, 1.9, 2.0, 2.1]
CURVATURES = [1, 2, 4]
FEW = 20


def multiplier(rate: float, curvature: float) -> float:
    """Return what each step multiplies w by on the bowl curvature · w² / 2."""
    return 1 - rate * curvature


def behaviour(factor: float) -> str:
    """Say what happens to a number that is multiplied by `factor` again and again."""
    if np.isclose(factor, 0):
        return "one step lands at the lowest point"
    if np.isclose(factor, -1):
        return "w swings between two points for ever"
    if factor < -1:
        return "every swing is wider than the last: it diverges"
    if factor < 0:
        return "w swings from side to side and closes in"
    return "it creeps down on one side" if factor > 0.85 else "it comes down on one side"


@functools.cache
def one_weight(rate: float, curvature: float) -> Array:
    """Return 20 steps of descent on the bowl, from w = 2: (21,)."""
    return descend(lambda w: curvature * w, [2.0], rate, FEW)[:, 0]


@drawing
def draw_bounces(curvature: int, rate: float):
    """Draw the bowl, and the steps as chords from point to point."""
    path = one_weight(rate, curvature)
    figure, axes = canvas(width=4.0, height=3.4)
    grid = np.linspace(-3.6, 3.6, 121)
    axes.plot(grid, curvature * grid**2 / 2, color=COLOURS.loss)
    seen = path[np.cumsum(np.abs(path) > 6) <= 1]
    axes.plot(seen, curvature * seen**2 / 2, color=INK, linewidth=1.1, marker="o", markersize=4)
    axes.plot(path[0], curvature * path[0] ** 2 / 2, "o", markersize=9, color=COLOURS.accent)
    axes.set(xlim=(-3.6, 3.6), ylim=(-0.8, 14), xlabel="weight w", ylabel="loss")
    factor = multiplier(rate, curvature)
    return figure, (
        f"Learning rate {rate:g}, threshold 2/{curvature} = {2 / curvature:g}. Each step "
        f"multiplies w by {number(factor, '.2f')}: {behaviour(factor)}."
    )


@drawing
def draw_bounce_losses(curvature: int, rate: float):
    """Draw the loss after each step, on a logarithmic scale."""
    path = one_weight(rate, curvature)
    figure, axes = canvas(width=4.0, height=3.4)
    loss = np.maximum(curvature * path**2 / 2, 1e-12)
    axes.plot(loss, color=COLOURS.loss, marker="o", markersize=4)
    axes.axhline(loss[0], color=COLOURS.muted, linewidth=0.8)
    log_scale(axes, "y")
    axes.set_yticks([1e-6, 1e-3, 1, 1e3])
    axes.set(xlim=(0, FEW), ylim=(1e-7, 1e5), xlabel="step", ylabel="loss")
    axes.set_xticks(range(0, FEW + 1, 5))
    end = curvature * path[-1] ** 2 / 2
    word = "0" if end < 1e-12 else power_of_ten(end, 2)
    return figure, f"The loss starts at {loss[0]:g} and is {word} after {FEW} steps."


def rate_explorer() -> Explorer:
    """Return the figure with the exact threshold on one weight."""
    return Explorer(
        draw_bounces,
        draw_bounce_losses,
        rate=Slider(RATES, label="learning rate", start=0.1),
        curvature=Slider(CURVATURES, label="curvature", start=2),
    )


# --- the step size, on a bowl of two weights ---------------------------------------------------

SHARES = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.97, 1.0, 1.03]
INPUTS = {"as measured": False, "standardised": True}
OFFSET = np.array([-0.9, 1.1])  # where the descent starts, seen from the lowest point
MANY = 50


@functools.cache
def two_weights(inputs: str, share: float) -> Array:
    """Return 50 steps of descent on the spring's bowl, at a share of its threshold."""
    bowl = spring(INPUTS[inputs])
    return descend(bowl.gradient, bowl.best() + OFFSET, share * bowl.threshold(), MANY)


@drawing
def draw_bowl(inputs: str, share: float):
    """Draw the bowl of the spring from above, and 50 steps."""
    bowl = spring(INPUTS[inputs])
    left, bottom = bowl.best() - 1.7
    right, top = bowl.best() + 1.7
    figure, axes = canvas(width=4.0, height=3.8)
    landscape(axes, bowl.height, (left, right, bottom, top))
    axes.plot(*bowl.best(), marker="x", markersize=8, markeredgewidth=2, color=INK)
    trace(axes, two_weights(inputs, share))
    axes.set(xlabel="slope", ylabel="intercept", aspect="equal")
    low, high = np.linalg.eigvalsh(bowl.curvature())
    rate = share * bowl.threshold()
    steep, flat = (number(multiplier(rate, c), ".2f") for c in (high, low))
    along = f"{steep} along the steep direction, {flat} along the flat one"
    if np.isclose(high, low):
        along = f"{steep} in every direction"
    return figure, (
        f"Loads {inputs}: curvatures {high:.2f} and {low:.2f}, threshold {bowl.threshold():.3f}. "
        f"At rate {rate:.3f} each step multiplies the distance by {along}."
    )


@drawing
def draw_bowl_losses(inputs: str, share: float):
    """Draw the loss above the lowest possible one after each step."""
    bowl = spring(INPUTS[inputs])
    heights = bowl.height(*two_weights(inputs, share).T)
    figure, axes = canvas(width=4.0, height=3.8)
    axes.plot(np.maximum(heights, 1e-12), color=COLOURS.loss)
    log_scale(axes, "y")
    axes.set_yticks([1e-9, 1e-6, 1e-3, 1, 1e3])
    axes.set(xlim=(0, MANY), ylim=(1e-9, 1e4), xlabel="step", ylabel="loss above the lowest")
    return figure, (
        f"Above the lowest loss there are {power_of_ten(heights[0], 2)} at the start and "
        f"{power_of_ten(heights[-1], 2)} after {MANY} steps."
    )


def bowl_explorer() -> Explorer:
    """Return the figure with the exact threshold on two weights, for a long and a round bowl."""
    return Explorer(
        draw_bowl,
        draw_bowl_losses,
        share=Slider(SHARES, label="rate ÷ threshold", start=0.25),
        inputs=Choice(list(INPUTS), label="loads"),
    )
