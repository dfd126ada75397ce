"""Figures of the chapter on losses: one prediction moves, and every loss answers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dlcourse import losses
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, INK, canvas, drawing
from dlcourse.plots.text import number

Array = np.ndarray
Curve = Callable[[Array], Array]

MARGINS = (0.65, 0.1, 0.5, 0.1)


def value(loss: losses.Loss, predictions: Array, target: float = 1.0) -> Array:
    """Return the loss of each of these predictions alone."""
    column = np.reshape(np.asarray(predictions, float), (-1, 1))
    return np.array([loss(np.array([[target]]), row[None]) for row in column])


def slope(loss: losses.Loss, predictions: Array, target: float = 1.0) -> Array:
    """Return the derivative of the loss by each of these predictions alone."""
    column = np.reshape(np.asarray(predictions, float), (-1, 1))
    return np.array([loss.gradient(np.array([[target]]), row[None])[0, 0] for row in column])


# --- every loss at once ------------------------------------------------------------------------

# The target is 1: the number 1 for the losses of regression, "yes" for those of classification.
PREDICTIONS = [-3, -2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4]
NUMBERS = {
    "squared": (losses.MeanSquaredError(), COLOURS.loss),
    "absolute": (losses.MeanAbsoluteError(), COLOURS.other),
    "Huber": (losses.Huber(), COLOURS.data),
}
DECISIONS = {
    "squared hinge": (losses.SquaredHinge(), COLOURS.loss),
    "hinge": (losses.Hinge(), COLOURS.other),
    "cross-entropy": (losses.BinaryCrossentropy(from_logits=True), COLOURS.data),
}


def _family(axes, family: dict, prediction: float, text_at: float) -> str:
    """Draw a family of losses with a point on each and a list of values; return the list."""
    grid = np.linspace(-3.5, 4.5, 161)
    words = []
    for row, (name, (loss, colour)) in enumerate(family.items()):
        axes.plot(grid, value(loss, grid), color=colour)
        here = value(loss, prediction)[0]
        axes.plot(prediction, here, "o", color=colour, markersize=8, zorder=5)
        words.append(f"{name} {number(here, '.2f')}")
        axes.text(text_at, 16 - 1.5 * row, words[-1], color=colour, ha="center")
    axes.set(xlim=(-3.5, 4.5), ylim=(-0.7, 17.5), ylabel="loss")
    return ", ".join(words)


@drawing
def draw_numbers(prediction: float):
    """Draw the losses of regression over the prediction; the target is the number 1."""
    figure, axes = canvas(width=4.6, height=3.7)
    axes.plot([1, 1], [0, 11], color=COLOURS.muted, linewidth=1, linestyle=(0, (3, 3)))
    words = _family(axes, NUMBERS, prediction, text_at=1)
    axes.set_xlabel("prediction")
    axes.set_title("the target is the number 1")
    return figure, f"Prediction {number(prediction)}, target 1: {words}."


@drawing
def draw_decisions(prediction: float):
    """Draw the losses of classification over the score; the answer is yes."""
    figure, axes = canvas(width=4.6, height=3.7)
    axes.plot([0, 0], [0, 11], color=COLOURS.muted, linewidth=1, linestyle=(0, (3, 3)))
    words = _family(axes, DECISIONS, prediction, text_at=2.2)
    axes.set_xlabel("prediction, a score: above 0 is yes")
    axes.set_title("the target is yes")
    said = "is undecided" if prediction == 0 else ("says yes" if prediction > 0 else "says no")
    return figure, f"A score of {number(prediction)} {said}, and yes is right: {words}."


def every_explorer() -> Explorer:
    """Return the opening figure: one prediction, six losses."""
    return Explorer(
        draw_numbers, draw_decisions, prediction=Slider(PREDICTIONS, label="prediction", start=3)
    )


# --- each loss and its gradient ----------------------------------------------------------------


def _both(loss: losses.Loss) -> tuple[Curve, Curve]:
    return (lambda z: value(loss, z)), (lambda z: slope(loss, z))


LOSSES: dict[str, tuple[Curve, Curve]] = {
    "squared error": _both(losses.MeanSquaredError()),
    "absolute error": _both(losses.MeanAbsoluteError()),
    "Huber": _both(losses.Huber()),
    "cross-entropy": _both(losses.BinaryCrossentropy(from_logits=True)),
    "hinge": _both(losses.Hinge()),
    "squared hinge": _both(losses.SquaredHinge()),
}


@drawing
def draw_value(loss: str, prediction: float):
    """Draw one loss over the prediction, with its tangent."""
    curve, derivative = LOSSES[loss]
    grid = np.linspace(-3.5, 4.5, 161)
    figure, axes = canvas(width=4.6, height=3.5, margins=MARGINS)
    axes.plot(grid, curve(grid), color=COLOURS.loss)
    here, rise = curve(prediction)[0], derivative(prediction)[0]
    reach = 1.2 / np.hypot(1, rise / 2)
    ends = np.array([prediction - reach, prediction + reach])
    axes.plot(ends, here + rise * (ends - prediction), color=COLOURS.gradient)
    axes.plot(prediction, here, "o", color=COLOURS.accent, markersize=8, zorder=5)
    axes.set(xlim=(-3.5, 4.5), ylim=(-1.5, 17.5), xlabel="prediction", ylabel="loss")
    return figure, f"{loss[0].upper() + loss[1:]} at {number(prediction)}: {here:.2f}."


@drawing
def draw_gradient(loss: str, prediction: float):
    """Draw the derivative of the same loss."""
    _, derivative = LOSSES[loss]
    grid = np.linspace(-3.5, 4.5, 641)
    slopes = derivative(grid)
    # A jump is drawn as a gap: the derivative takes no value in between.
    slopes[1:][np.abs(np.diff(slopes)) > 0.5] = np.nan
    figure, axes = canvas(width=4.6, height=3.5, margins=MARGINS)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.plot(grid, slopes, color=COLOURS.gradient)
    here = derivative(prediction)[0]
    axes.plot(prediction, here, "o", color=COLOURS.accent, markersize=8, zorder=5)
    axes.set(xlim=(-3.5, 4.5), ylim=(-9, 9), xlabel="prediction", ylabel="gradient")
    push = "nothing pushes the prediction"
    if here:
        push = f"training pushes the prediction {'up' if here < 0 else 'down'}"
    return figure, f"Its gradient there is {number(here, '.2f')}: {push}."


def gradient_explorer() -> Explorer:
    """Return the figure with each loss beside its gradient."""
    return Explorer(
        draw_value,
        draw_gradient,
        loss=Choice(list(LOSSES), label="loss"),
        prediction=Slider(PREDICTIONS, label="prediction", start=-1),
    )


# --- one outlier -------------------------------------------------------------------------------

MEASURED = (118.0, 119.0, 120.0, 120.0, 121.0, 122.0)
LAST = [120, 122, 125, 130, 135, 140, 145, 150]


def best_constant(loss: losses.Loss, values: Array) -> float:
    """Return the one prediction for all values that has the least loss: where its slope is 0.

    The slope rises from left to right, so halving the interval finds it.
    """
    values = np.reshape(np.asarray(values, float), (-1, 1))
    low, high = float(values.min()), float(values.max())
    for _ in range(60):
        middle = (low + high) / 2
        if loss.gradient(values, np.full_like(values, middle)).sum() < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@drawing
def draw_outlier(last: float):
    """Draw seven measurements, and the best single prediction under each loss."""
    values = np.array([*MEASURED, last])
    figure, axes = canvas(width=4.8, height=2.9)
    stacked = np.array([np.sum(values[:i] == v) for i, v in enumerate(values)])
    found = []
    for row, (name, (loss, colour)) in enumerate(NUMBERS.items()):
        base = 2 - row
        axes.axhline(base, color=COLOURS.muted, linewidth=0.6)
        axes.scatter(values[:-1], base + 0.17 * stacked[:-1], color=COLOURS.data, s=30, zorder=3)
        axes.scatter(last, base + 0.17 * stacked[-1], color=COLOURS.accent, s=60, zorder=4)
        best = best_constant(loss, values)
        axes.plot([best, best], [base - 0.22, base + 0.62], color=colour, zorder=2)
        axes.text(best + 0.4, base + 0.42, f"{best:.1f}", color=colour)
        axes.text(116.6, base + 0.1, name, color=colour, ha="right")
        found.append(f"{name} {best:.1f}")
    axes.set(xlim=(110.5, 153), ylim=(-0.4, 2.8), xlabel="length (cm)")
    axes.set_xticks(range(120, 151, 10))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    return figure, (
        f"Six people measure about 120 cm, the seventh {last:g}. The best single number: "
        f"{', '.join(found)}."
    )


def outlier_explorer() -> Explorer:
    """Return the figure in which one measurement walks away from the others."""
    return Explorer(draw_outlier, last=Slider(LAST, label="seventh (cm)", start=130))
