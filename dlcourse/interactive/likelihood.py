"""Figures of the chapter on losses: chances, and what a network that is sure and wrong learns."""

from __future__ import annotations

import functools

import numpy as np

from dlcourse import losses
from dlcourse.activations import sigmoid, sigmoid_derivative, softmax
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.interactive.loss import slope
from dlcourse.plots import COLOURS, INK, canvas, drawing
from dlcourse.plots.text import number

Array = np.ndarray

# --- likelihood --------------------------------------------------------------------------------

HEADS, TOSSES = 7, 10
CHANCES = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95]


def likelihood(p: Array) -> Array:
    """Return the probability of the ten tosses, in their order, if heads has probability p."""
    p = np.asarray(p, float)
    return p**HEADS * (1 - p) ** (TOSSES - HEADS)


def surprise(p: Array) -> Array:
    """Return the binary cross-entropy of the ten tosses, as the package computes it."""
    loss = losses.BinaryCrossentropy()
    tosses = np.array([1.0] * HEADS + [0.0] * (TOSSES - HEADS)).reshape(-1, 1)
    return np.array([loss(tosses, np.full_like(tosses, chance)) for chance in np.ravel(p)])


@drawing
def draw_likelihood(p: float):
    """Draw the probability of what was seen, over p."""
    figure, axes = canvas(width=4.6, height=3.4)
    grid = np.linspace(0.005, 0.995, 100)
    axes.plot(grid, 1000 * likelihood(grid), color=COLOURS.prediction)
    axes.plot(p, 1000 * likelihood(p), "o", color=COLOURS.accent, markersize=9, zorder=5)
    axes.set(xlim=(0, 1), ylim=(-0.08, 2.5), xlabel="predicted probability of heads")
    axes.set_ylabel("likelihood (thousandths)")
    return figure, (
        f"If heads has probability {p:g}, these ten tosses ({HEADS} heads) have a probability of "
        f"{1000 * likelihood(p):.3g} thousandths."
    )


@drawing
def draw_surprise(p: float):
    """Draw the mean surprise at what was seen, over p."""
    figure, axes = canvas(width=4.6, height=3.4)
    grid = np.linspace(0.005, 0.995, 100)
    axes.plot(grid, surprise(grid), color=COLOURS.loss)
    here = surprise(p)[0]
    axes.plot(p, here, "o", color=COLOURS.accent, markersize=9, zorder=5)
    axes.set(xlim=(0, 1), ylim=(-0.1, 3), xlabel="predicted probability of heads")
    axes.set_ylabel("cross-entropy")
    return figure, f"The cross-entropy, −ln(likelihood) ÷ {TOSSES}, is {here:.3f}."


def likelihood_explorer() -> Explorer:
    """Return the figure in which the likelihood and the cross-entropy agree on the best p."""
    return Explorer(
        draw_likelihood, draw_surprise, p=Slider(CHANCES, label="probability", start=0.3)
    )


# --- sure and wrong ----------------------------------------------------------------------------

STARTS = [-8, -6, -4, -3, -2, -1, 0, 1, 2, 4]
STEPS = 60


def squared_after_sigmoid(z: Array) -> Array:
    """Return (sigmoid(z) - 1)²: what happens when a probability is treated as a number."""
    return (sigmoid(np.asarray(z, float)) - 1) ** 2


def squared_after_sigmoid_slope(z: Array) -> Array:
    """Return the derivative of `squared_after_sigmoid`."""
    z = np.asarray(z, float)
    return 2 * (sigmoid(z) - 1) * sigmoid_derivative(z)


def cross_entropy_slope(z: Array) -> Array:
    """Return the derivative by the logit of the cross-entropy, if yes is right."""
    return slope(losses.BinaryCrossentropy(from_logits=True), z)


@functools.cache
def recovery(start: float, squared: bool) -> Array:
    """Return the probability of yes after each of 60 steps down, at rate 1, from a logit."""
    derivative = squared_after_sigmoid_slope if squared else cross_entropy_slope
    z, seen = float(start), [sigmoid(np.float64(start))]
    for _ in range(STEPS):
        z -= float(np.ravel(derivative(z))[0])
        seen.append(sigmoid(np.float64(z)))
    return np.array(seen)


@drawing
def draw_pull(start: float):
    """Draw the gradients of two losses by the logit; the right answer is yes."""
    figure, axes = canvas(width=4.6, height=3.5)
    grid = np.linspace(-9, 5, 141)
    for derivative, colour, name, place in (
        (cross_entropy_slope, COLOURS.data, "cross-entropy", (-8.8, -0.9)),
        (squared_after_sigmoid_slope, COLOURS.loss, "squared error", (-8.8, -0.16)),
    ):
        axes.plot(grid, derivative(grid), color=colour)
        axes.plot(start, np.ravel(derivative(start))[0], "o", color=colour, markersize=8)
        axes.text(*place, name, color=colour)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.set(xlim=(-9, 5), ylim=(-1.1, 0.15), xlabel="logit z", ylabel="gradient by z")
    soft = number(cross_entropy_slope(start)[0], ".4f")
    square = number(float(squared_after_sigmoid_slope(start)), ".4f")
    return figure, (
        f"Logit {number(start)}: the network gives yes a probability of "
        f"{sigmoid(np.float64(start)):.4f}. Gradients: cross-entropy {soft}, squared error "
        f"{square}."
    )


@drawing
def draw_recovery(start: float):
    """Draw the probability of yes during training with each of the two losses."""
    figure, axes = canvas(width=4.6, height=3.5)
    for squared, colour in ((False, COLOURS.data), (True, COLOURS.loss)):
        axes.plot(recovery(start, squared), color=colour)
    axes.set(xlim=(0, STEPS), ylim=(-0.03, 1.03), xlabel="step", ylabel="probability of yes")
    soft, square = recovery(start, False)[-1], recovery(start, True)[-1]
    return figure, (
        f"After {STEPS} steps: {soft:.2f} with cross-entropy, {square:.2f} with squared error."
    )


def wrong_explorer() -> Explorer:
    """Return the figure in which a neuron is sure and wrong."""
    return Explorer(draw_pull, draw_recovery, start=Slider(STARTS, label="logit", start=0))


# --- several classes ---------------------------------------------------------------------------

CLASSES = ("cat", "dog", "fox")
SCORES = [-3, -2, -1, 0, 1, 2, 3, 4, 5]


def logits(right: float, rival: float) -> Array:
    """Return the three scores, shape (1, 3): the right class, a rival, and one at 0."""
    return np.array([[right, rival, 0.0]])


@drawing
def draw_classes(right: float, rival: float):
    """Draw the probabilities of three classes, and the gradient of each score."""
    z = logits(right, rival)
    target = np.array([[1.0, 0.0, 0.0]])
    p = softmax(z)[0]
    loss = losses.CategoricalCrossentropy(from_logits=True)
    gradient = loss.gradient(target, z)[0]
    figure, (left, middle) = canvas(columns=2, width=4.9, height=3.0)
    left.bar(CLASSES, p, color=[COLOURS.prediction, COLOURS.muted, COLOURS.muted], width=0.6)
    middle.bar(CLASSES, gradient, color=COLOURS.gradient, width=0.6)
    for axes, heights in ((left, p), (middle, gradient)):
        for i, height in enumerate(heights):
            up = height >= 0
            axes.annotate(
                number(height, ".2f"),
                (i, height),
                (0, 3 if up else -3),
                textcoords="offset points",
                ha="center",
                va="bottom" if up else "top",
            )
    left.set(ylim=(0, 1.12))
    left.set_title("probabilities")
    middle.axhline(0, color=INK, linewidth=0.8)
    middle.set(ylim=(-1.25, 1.25))
    middle.set_title("gradient by score")
    hinge = losses.CategoricalHinge()(target, z)
    return figure, (
        f"Cat is right. Scores {number(right)}, {number(rival)} and 0: cross-entropy "
        f"{loss(target, z):.2f}, categorical hinge {hinge:.2f}."
    )


def classes_explorer() -> Explorer:
    """Return the figure with three classes, their probabilities and their gradients."""
    return Explorer(
        draw_classes,
        right=Slider(SCORES, label="score of cat", start=0),
        rival=Slider([-2, 0, 2, 4], label="score of dog", start=2),
    )
