"""Figures of the perceptron chapter: weights and bias by hand, then learned, gates, the gap."""

from __future__ import annotations

import functools
import itertools

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlcourse.activations import step
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.perceptron import Neuron, Perceptron, Update, margin
from dlcourse.plots import COLOURS, INK, canvas, drawing, log_scale
from dlcourse.plots.perceptron import CORNERS
from dlcourse.plots.plane import (
    arrow,
    boundary_line,
    classes,
    dashed,
    half_planes,
    plane,
    rings,
    weight_arrow,
)
from dlcourse.plots.style import PAPER
from dlcourse.plots.text import number, vector

Array = np.ndarray
Drawn = tuple[Figure, str]

# Twelve points that a line separates: the reader tries first, then Rosenblatt's rule.
POINTS = np.array(
    [
        [2.5, 0.0], [-1.0, 0.5], [0.5, -1.5], [1.5, 2.0], [1.5, 1.0], [-1.5, 0.0],
        [1.5, -1.5], [-2.0, 1.0], [2.0, 1.5], [-1.0, -1.0], [0.5, 1.5], [-2.0, 2.0],
    ]
)  # fmt: skip
LABELS = np.array([1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 1])

MARGINS = (0.65, 0.1, 0.5, 0.3)

# --- two inputs: turn and push a line ----------------------------------------------------------


@drawing
def draw_boundary(w1: float, w2: float, b: float) -> Drawn:
    """Draw the twelve points, the boundary of a perceptron, and the points it gets wrong."""
    weights = np.array([w1, w2])
    wrong = step(POINTS @ weights + b) != LABELS
    figure, axes = canvas(width=4.6, height=4.3, margins=MARGINS)
    plane(axes, -3, 3)
    half_planes(axes, weights, b)
    boundary_line(axes, weights, b)
    weight_arrow(axes, weights, b)
    classes(axes, POINTS, LABELS)
    rings(axes, POINTS[wrong])
    line = "" if np.any(weights) else " With both weights at 0 there is no boundary."
    verdict = "the ones with a ring are wrong" if wrong.any() else "none is wrong"
    return figure, (
        f"w₁ = {number(w1)}, w₂ = {number(w2)}, b = {number(b)}: {np.sum(~wrong)} of 12 points are "
        f"on their own side of the green boundary; {verdict}.{line}"
    )


def explorer() -> Explorer:
    """Return the figure in which two weights turn a boundary and a bias moves it."""
    return Explorer(
        draw_boundary,
        w1=Slider([-2, -1, 0, 1, 2], label="weight w₁", start=1, form=number),
        w2=Slider([-2, -1, 0, 1, 2], label="weight w₂", start=0, form=number),
        b=Slider([-3, -2, -1, 0, 1, 2, 3], label="bias b", start=0, form=number),
    )


# --- one input: the boundary is a point --------------------------------------------------------


@drawing
def draw_switch(w: float, b: float) -> Drawn:
    """Draw z = w x + b, and below it the output of the step, 0 or 1."""
    figure, (above, below) = canvas(
        2, 1, width=5.0, height=3.6, margins=MARGINS, sharex=True, height_ratios=[1.7, 1]
    )
    x = np.array([-6.5, 6.5])
    above.axhline(0, color=INK, linewidth=0.8)
    above.plot(x, w * x + b, color=COLOURS.accent)
    above.set(ylabel="z = w x + b", ylim=(-8, 8), yticks=[-5, 0, 5])
    above.scatter(0, b, s=45, color=INK, zorder=3)
    above.annotate("b", (0, b), xytext=(7, 5), textcoords="offset points")
    edges = [x[0], x[1]]
    place = -b / w if w else None
    if place is not None:
        edges = [x[0], place, x[1]]
        above.scatter(place, 0, s=70, color=COLOURS.prediction, zorder=4)
        above.plot([place, place], [0, -8], color=COLOURS.prediction, linewidth=1, linestyle=":")
        below.axvline(place, color=COLOURS.prediction, linewidth=1, linestyle=":")
    for left, right in itertools.pairwise(edges):
        answer = float(step(w * (left + right) / 2 + b))
        colour = COLOURS.other if answer else COLOURS.data
        below.plot([left, right], [answer, answer], color=colour, linewidth=5)
    below.set(xlabel="input x", ylabel="output", ylim=(-0.3, 1.3), yticks=[0, 1], xlim=tuple(x))
    figure.align_ylabels()
    if place is None:
        says = f"the input has no say, and the output is always {int(step(float(b)))}"
    else:
        side = "above" if w > 0 else "below"
        says = f"the boundary is the point x = {number(place)}, and the output is 1 {side} it"
    return figure, f"w = {number(w)}, b = {number(b)}: {says}."


def switch_explorer() -> Explorer:
    """Return the figure in which a weight and a bias move the boundary of one input."""
    return Explorer(
        draw_switch,
        w=Slider([-2, -1, -0.5, 0, 0.5, 1, 2], label="weight w", start=1, form=number),
        b=Slider([-3, -2, -1, 0, 1, 2, 3], label="bias b", start=-2, form=number),
    )


# --- three inputs: what weights mean -----------------------------------------------------------

ACTIVITIES = ("play", "work", "sleep")
DAYS = {"a holiday": (6, 0, 9), "an office day": (2, 8, 7), "a deadline": (0, 12, 5)}  # hours
DAY_BIAS = -10.0


@drawing
def draw_days(play: float, work: float, sleep: float) -> Drawn:
    """Draw how hours times weights add up, for three days, and which days the neuron calls good."""
    weights = (play, work, sleep)
    neuron = Neuron(weights, DAY_BIAS, step)
    figure, axes = canvas(width=5.0, height=4.6, margins=(0.05, 0.1, 0.5, 0.1))
    axes.axvline(0, color=COLOURS.prediction, linewidth=1.2)
    good = []
    for row, (day, hours) in enumerate(DAYS.items()):
        top = -5.2 * row
        total = _draw_sum(axes, top, hours, weights)
        answer = int(neuron(hours))
        good += [day] if answer else []
        mark = COLOURS.other if answer else COLOURS.data
        axes.scatter(total, top - 3.6, s=70, color=mark, marker="os"[answer], zorder=3)
        text = f"z = {number(total)}, output {answer}"
        paper = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}  # over the line at 0
        axes.text(total + 2.4, top - 3.6, text, va="center", color=INK, bbox=paper)
        axes.text(-51, top, day, fontweight="bold", va="center")
    axes.set(xlim=(-52, 52), ylim=(-14.9, 0.9), xlabel="sum so far", yticks=[])
    axes.spines["left"].set_visible(False)
    names = ", ".join(good) if good else "none of the three"
    sums = ", ".join(number(float(neuron.weighted_sum(hours))) for hours in DAYS.values())
    return figure, (
        f"Weights: play {number(play)}, work {number(work)}, sleep {number(sleep)}; bias "
        f"{number(DAY_BIAS)}. The sums are {sums}: the neuron calls {names} good."
    )


def _draw_sum(axes: Axes, top: float, hours: tuple[int, ...], weights: tuple[float, ...]) -> float:
    """Draw the bias and each hour × weight as a bar that starts where the one before ended."""
    total = DAY_BIAS
    axes.plot([0, total], [top, top], color=COLOURS.muted, linewidth=7, solid_capstyle="butt")
    axes.text(1.2, top, "bias", va="center", fontsize=10.5)
    for line, (name, hour, weight) in enumerate(zip(ACTIVITIES, hours, weights, strict=True), 1):
        height, end = top - 0.9 * line, total + hour * weight
        colour = COLOURS.data if weight > 0 else COLOURS.loss
        axes.plot([total, end], [height, height], color=colour, linewidth=7, solid_capstyle="butt")
        text = f"{name} {hour} h × {number(weight)}"
        axes.text(-51, height, text, va="center", fontsize=10.5)
        total = end
    return total


def days_explorer() -> Explorer:
    """Return the figure in which the weights of play, work and sleep decide what a good day is."""
    values = [-1, 0, 1, 2]
    return Explorer(
        draw_days,
        play=Slider(values, label="weight of play", start=2, form=number),
        work=Slider(values, label="weight of work", start=0, form=number),
        sleep=Slider(values, label="weight of sleep", start=1, form=number),
    )


# --- learning, one correction at a time --------------------------------------------------------


@functools.cache
def learned() -> Perceptron:
    """Return the perceptron that has learned the twelve points, with its corrections."""
    return Perceptron().fit(POINTS, LABELS)


def _weights_after(corrections: int) -> tuple[Array, float]:
    """Return the weights and the bias after a number of corrections."""
    if corrections == 0:
        return np.zeros(2), 0.0
    update = learned().updates[corrections - 1]
    return update.weights, update.bias


@drawing
def draw_correction(k: int) -> Drawn:
    """Draw the boundary before and after the k-th correction, and the point that caused it."""
    weights, bias = _weights_after(k)
    wrong = step(POINTS @ weights + bias) != LABELS
    figure, axes = canvas(width=3.9, height=3.7, margins=MARGINS)
    plane(axes, -3, 3)
    half_planes(axes, weights, bias)
    boundary_line(axes, weights, bias)
    classes(axes, POINTS, LABELS)
    if k == 0:
        return figure, (
            "Before learning, all weights are 0. So is every sum, and the step of 0 is 1: the "
            f"perceptron says 1 everywhere, which is wrong for {wrong.sum()} of 12 points."
        )
    dashed(axes, *_weights_after(k - 1))
    moves = "from the dashed to the green line" if k > 1 else "into the picture"
    update = learned().updates[k - 1]
    axes.scatter(*POINTS[update.sample], s=300, facecolor="none", edgecolor=INK, linewidth=2)
    side = "1" if update.label > 0 else "0"
    return figure, (
        f"Correction {k}: the circled point {vector(POINTS[update.sample])} should have been "
        f"{side}. The boundary moves {moves}; now {np.sum(~wrong)} of 12 are right."
    )


@drawing
def draw_addition(k: int) -> Drawn:
    """Draw the k-th correction as a sum of arrows: old weights (grey) ± the point = new weights."""
    figure, axes = canvas(width=3.9, height=3.7, margins=MARGINS)
    axes.set(xlim=(-3, 4), ylim=(-2, 5), aspect="equal", xlabel="w₁", ylabel="w₂")
    axes.axhline(0, color=COLOURS.muted, linewidth=0.6)
    axes.axvline(0, color=COLOURS.muted, linewidth=0.6)
    path = np.array([_weights_after(i)[0] for i in range(k + 1)])
    axes.plot(*path.T, color=COLOURS.muted, linewidth=1, marker=".", markersize=5)
    if k == 0:
        axes.scatter(0, 0, s=60, color=COLOURS.accent)
        axes.set_title("w = (0, 0)", fontsize=11)
        return figure, "Weight space: the weights start at (0, 0), the bias at 0."
    (old, old_bias), (new, bias) = _weights_after(k - 1), _weights_after(k)
    update = learned().updates[k - 1]
    name, colour = ("orange", COLOURS.other) if update.label > 0 else ("blue", COLOURS.data)
    arrow(axes, (0, 0), old, COLOURS.muted)
    arrow(axes, old, new, colour)
    arrow(axes, (0, 0), new, COLOURS.accent)
    sign = "+" if update.label > 0 else "−"
    axes.set_title(f"new w = old w {sign} x", fontsize=11)
    return figure, (
        f"Grey {sign} {name} = light blue: {vector(old)} {sign} "
        f"{vector(POINTS[update.sample])} = {vector(new)}. "
        f"Bias: {number(old_bias)} {sign} 1 = {number(bias)}."
    )


def learning_explorer() -> Explorer:
    """Return the figure that goes through the corrections of Rosenblatt's rule."""
    steps = range(len(learned().updates) + 1)
    return Explorer(
        draw_correction, draw_addition, k=Slider(steps, label="corrections so far", start=1)
    )


# --- gates: AND and OR come to rest, XOR does not ------------------------------------------------

GATES = {"AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "XOR": (0, 1, 1, 0)}
LOOKS = 24  # six epochs of four corners: AND is learned in the sixth


@functools.cache
def _history(gate: str) -> list[tuple[Array, float, Update | None]]:
    """Return the weights after each look at one corner, and the correction if there was one."""
    updates = {
        (u.epoch - 1) * 4 + u.sample: u
        for u in Perceptron(epochs=LOOKS // 4).fit(CORNERS, GATES[gate]).updates
    }
    states: list[tuple[Array, float, Update | None]] = [(np.zeros(2), 0.0, None)]
    for look in range(LOOKS):
        update = updates.get(look)
        weights, bias = (update.weights, update.bias) if update else states[-1][:2]
        states.append((weights, bias, update))
    return states


@drawing
def draw_gate(gate: str, looks: int) -> Drawn:
    """Draw the four corners, the boundary after so many looks, and the corner just looked at."""
    labels = np.array(GATES[gate])
    weights, bias, update = _history(gate)[looks]
    right = np.sum(step(CORNERS @ weights + bias) == labels)
    figure, axes = canvas(width=3.9, height=3.6, margins=MARGINS)
    plane(axes, -0.6, 1.6)
    axes.set(xticks=[0, 1], yticks=[0, 1])
    half_planes(axes, weights, bias)
    boundary_line(axes, weights, bias)
    classes(axes, CORNERS, labels, size=110)
    if looks == 0:
        return (
            figure,
            f"{gate}, nothing looked at yet: the answer is 1 everywhere, {right} of 4 right.",
        )
    corner = (looks - 1) % 4
    rings(axes, CORNERS[[corner]], COLOURS.loss if update else INK, size=330)
    says = "wrong, so the boundary moves" if update else "right, so nothing changes"
    return figure, (
        f"{gate}, epoch {(looks - 1) // 4 + 1}, a look at {vector(CORNERS[corner])}: {says}. "
        f"Weights {vector(weights)}, bias {number(bias)}: {right} of 4 right."
    )


@drawing
def draw_mistakes(gate: str, looks: int) -> Drawn:
    """Draw the number of corrections in each epoch so far."""
    made = [update is not None for _, _, update in _history(gate)[1 : looks + 1]]
    epochs = np.arange(1, LOOKS // 4 + 1)
    counts = np.array([sum(made[4 * e - 4 : 4 * e]) for e in epochs])
    figure, axes = canvas(width=3.9, height=3.6, margins=MARGINS)
    axes.bar(epochs, counts, color=COLOURS.loss, width=0.7)
    for epoch in epochs[: looks // 4]:
        axes.text(epoch, counts[epoch - 1] + 0.08, str(counts[epoch - 1]), ha="center")
    now = looks / 4 + 0.5
    axes.axvline(now, color=COLOURS.accent, linewidth=1.5)
    axes.set(xlabel="epoch", ylabel="corrections in the epoch", xlim=(0.4, epochs[-1] + 0.6))
    axes.set(ylim=(0, 4.6), yticks=range(5), xticks=epochs)
    done = looks // 4 and not any(made[4 * (looks // 4) - 4 :])
    end = " A whole epoch without one: it has learned." if done and looks >= 4 else ""
    return figure, f"{sum(made)} corrections in {looks} looks.{end}"


def gates_explorer() -> Explorer:
    """Return the figure in which a perceptron learns AND and OR, and circles on XOR."""
    return Explorer(
        draw_gate,
        draw_mistakes,
        looks=Slider(range(LOOKS + 1), label="looks at a corner", start=0),
        gate=Choice(list(GATES), label="gate", start="XOR"),
    )


# --- the gap decides how long it takes -----------------------------------------------------------

GAPS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 1.6]
ORDERS = 40


def clouds(gap: float) -> tuple[Array, Array]:
    """Return forty points in two clouds that keep this distance on each side of a line."""
    rng = np.random.default_rng(3)
    along, across = rng.uniform(-2, 2, 40), np.abs(rng.normal(0, 0.5, 40))
    across[:4] = 0.0  # two points of each class are as near to the line as they may be
    y = np.arange(40) % 2
    direction = np.array([0.6, 0.8])
    away = (2 * y - 1) * (across + gap)
    return along[:, None] * [-0.8, 0.6] + away[:, None] * direction, y


@functools.cache
def race(gap: float) -> tuple[float, int, float]:
    """Return the bound (R/γ)², and the most and the mean corrections in forty random orders."""
    X, y = clouds(gap)
    rng = np.random.default_rng(0)
    counts = []
    for _ in range(ORDERS):
        order = rng.permutation(len(X))
        model = Perceptron(epochs=10_000).fit(X[order], y[order])
        counts.append(len(model.updates) if model.converged else np.inf)
    return margin(X, y).bound, int(max(counts)), float(np.mean(counts))


@drawing
def draw_clouds(gap: float) -> Drawn:
    """Draw the two clouds, the widest gap between them, and the line that was learned."""
    X, y = clouds(gap)
    model = Perceptron(epochs=10_000).fit(X, y)
    figure, axes = canvas(width=3.9, height=3.7, margins=MARGINS)
    plane(axes, -3.6, 3.6)
    for side in (-1, 1):
        dashed(axes, np.array([0.6, 0.8]), side * gap)
    boundary_line(axes, model.weights, model.bias)
    classes(axes, X, y, size=36)
    return figure, (
        f"Each class stays {number(gap)} away from a line in the middle. The green line is the one "
        "that the perceptron found; it need not be in the middle."
    )


@drawing
def draw_race(gap: float) -> Drawn:
    """Draw corrections against the gap: the bound, and what was needed."""
    bounds, most, means = np.array([race(g) for g in GAPS]).T
    figure, axes = canvas(width=3.9, height=3.7, margins=MARGINS)
    axes.plot(GAPS, bounds, color=COLOURS.muted)
    axes.plot(GAPS, most, color=COLOURS.loss, marker="o")
    axes.plot(GAPS, means, color=COLOURS.prediction, marker="o")
    log_scale(axes, "x", "y")
    here = GAPS.index(gap)
    axes.axvline(gap, color=COLOURS.accent, linewidth=1.5, zorder=0)
    axes.text(GAPS[2] * 1.1, bounds[2] * 1.3, "bound (R/γ)²", color=COLOURS.muted)
    axes.text(GAPS[0] * 1.08, most[0] * 1.25, "worst order", color=COLOURS.loss)
    axes.text(GAPS[0] * 1.08, means[0] / 3.2, "average", color=COLOURS.prediction)
    axes.set(xlabel="distance from the line", ylabel="corrections")
    axes.set_xticks([0.05, 0.1, 0.2, 0.5, 1], ["0.05", "0.1", "0.2", "0.5", "1"])
    return figure, (
        f"Distance {number(gap)}: at most {bounds[here]:.0f} corrections by the bound; "
        f"{most[here]:.0f} in the worst of {ORDERS} orders, {means[here]:.1f} on average."
    )


def margin_explorer() -> Explorer:
    """Return the figure in which two clouds come closer and learning takes longer."""
    return Explorer(
        draw_clouds,
        draw_race,
        gap=Slider(GAPS, label="distance from the line", start=0.5, form=number),
    )
