"""Figures of the chapter on activation functions: slopes, depth, bends, dead units, softmax."""

from __future__ import annotations

import functools
import math
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import dlcourse
from dlcourse import activations
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, INK, canvas, drawing
from dlcourse.plots.activation import NAMES, curve, slope
from dlcourse.plots.text import number, power_of_ten, ten_to

Array = np.ndarray
Drawn = tuple[Figure, str]

MARGINS = (0.75, 0.1, 0.5, 0.1)

# --- value, slope, and ten layers of it --------------------------------------------------------

BOUNDED = ("sigmoid", "tanh", "step")
INPUTS = [-6, -4, -2, -1, -0.5, 0, 0.5, 1, 2, 4, 6]
LAYERS = 10


def value_and_slope(function: str, x: float) -> tuple[float, float]:
    """Return f(x) and f′(x)."""
    at = np.array([float(x)])
    return float(activations.get(function)(at)[0]), float(slope(function, at)[0])


@drawing
def draw_value(function: str, x: float) -> Drawn:
    """Draw the function with its tangent at x, and below it the derivative."""
    y, steep = value_and_slope(function, x)
    figure, (above, below) = canvas(
        2, 1, width=4.6, height=4.3, margins=MARGINS, sharex=True, height_ratios=[1.7, 1]
    )
    grid = np.linspace(-6.5, 6.5, 105)
    above.plot(*curve(activations.get(function), grid), color=COLOURS.prediction)
    below.plot(*curve(partial(slope, function), grid), color=COLOURS.gradient)
    reach = 1.6 / math.hypot(1, steep)
    ends = np.array([-reach, reach])
    above.plot(x + ends, y + steep * ends, color=COLOURS.gradient, linewidth=1.6)
    above.plot(x, y, "o", color=COLOURS.accent, markersize=9)
    below.plot([x, x], [0, steep], color=COLOURS.accent, linewidth=1.5)
    below.plot(x, steep, "o", color=COLOURS.accent, markersize=9)
    top = (-1.4, 1.6) if function in BOUNDED else (-1.8, 6.8)
    above.set(ylabel="output f(x)", ylim=top, xlim=(-6.5, 6.5))
    below.set(ylabel="slope f′(x)", xlabel="input x", ylim=(-0.3, 1.4), yticks=[0, 0.5, 1])
    for axes in (above, below):
        axes.axhline(0, color=COLOURS.muted, linewidth=0.6, zorder=0)
    figure.align_ylabels()
    return figure, (
        f"{function} at x = {number(x)}: the output is {power_of_ten(y)}, the slope "
        f"{power_of_ten(steep)}."
    )


@drawing
def draw_chain(function: str, x: float) -> Drawn:
    """Draw what is left of a gradient of 1 after one, two, ... ten layers of this slope."""
    steep = abs(value_and_slope(function, x)[1])
    left = steep ** np.arange(LAYERS + 1)
    figure, axes = canvas(width=4.6, height=4.3, margins=MARGINS)
    axes.axhline(0, color=COLOURS.muted, linewidth=0.8, zorder=0)
    shown = left > 0
    axes.plot(np.arange(LAYERS + 1)[shown], np.log10(left[shown]), "o-", color=COLOURS.gradient)
    if not shown.all():
        axes.text(1, -1, "nothing passes", color=COLOURS.gradient, va="center")
    axes.set(xlabel="layers passed, going back", ylabel="what is left of a gradient of 1")
    _powers_of_ten(axes, -16, 2)
    rest = power_of_ten(float(left[-1])) if shown.all() else "nothing"
    return figure, (
        f"If every layer has the slope {power_of_ten(steep)}, ten layers turn a gradient of 1 into "
        f"{rest}."
    )


def _powers_of_ten(axes: Axes, low: int, high: int) -> None:
    """Label an axis of logarithms; plain ticks, since a page draws hundreds of these."""
    ticks = range(3 * math.ceil(low / 3), high + 1, 3)
    axes.set(ylim=(low, high), xlim=(-0.4, LAYERS + 0.4), xticks=range(0, LAYERS + 1, 2))
    axes.set_yticks(ticks, [ten_to(tick) if tick else "1" for tick in ticks])


def explorer() -> Explorer:
    """Return the figure that shows a function's output, its slope, and what ten slopes leave."""
    return Explorer(
        draw_value,
        draw_chain,
        x=Slider(INPUTS, label="input x", start=-2, form=number),
        function=Choice(list(NAMES), label="function", start="sigmoid"),
    )


# --- ten real layers ---------------------------------------------------------------------------

DEEP = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu", "linear")
SCALES = [0.5, 0.7, 1.0, 1.2, 1.4142135623730951, 2.0, 4.0]
WIDTH = 128


@functools.cache
def signal(function: str, scale: float, layers: int = LAYERS) -> tuple[Array, Array]:
    """Return the size of the outputs going forward, and of the gradients going back.

    A stack of real dense layers with random weights of standard deviation scale / √inputs; both
    sizes are root mean squares over 64 samples. Entry k belongs to k layers passed.
    """
    rng = np.random.default_rng(0)
    stack = [
        dlcourse.layers.Dense(
            WIDTH,
            activation=function,
            use_bias=False,
            kernel_initializer=dlcourse.initializers.RandomNormal(
                stddev=scale / math.sqrt(WIDTH), seed=number
            ),
            dtype="float64",
        )
        for number in range(layers)
    ]
    x, dy = rng.normal(size=(2, 64, WIDTH))
    forward, backward = [_size(x)], [_size(dy)]
    for layer in stack:
        x = layer(x)
        forward.append(_size(x))
    for layer in reversed(stack):
        dy = layer.backward(dy)
        backward.append(_size(dy))
    return np.array(forward) / forward[0], np.array(backward) / backward[0]


def _size(array: Array) -> float:
    return float(np.sqrt(np.mean(array**2)))


def scale_text(scale: float) -> str:
    """Write a weight scale; the one that suits ReLU is the square root of 2."""
    return "√2" if abs(scale - math.sqrt(2)) < 1e-9 else number(scale)


@drawing
def draw_backward(function: str, scale: float) -> Drawn:
    """Draw the size of the gradient on its way back through ten layers, all functions in grey."""
    figure, axes = canvas(width=4.6, height=4.0, margins=MARGINS)
    _draw_sizes(axes, function, scale, 1, COLOURS.gradient)
    left = signal(function, scale)[1][-1]
    axes.set(xlabel="layers passed, going back", ylabel="size of the gradient")
    return figure, (
        f"{function}, weight scale {scale_text(scale)}: of a gradient of 1, ten layers leave "
        f"{power_of_ten(left)}."
    )


@drawing
def draw_forward(function: str, scale: float) -> Drawn:
    """Draw the size of the outputs on their way forward through ten layers."""
    figure, axes = canvas(width=4.6, height=4.0, margins=MARGINS)
    _draw_sizes(axes, function, scale, 0, COLOURS.prediction)
    left = signal(function, scale)[0][-1]
    axes.set(xlabel="layers passed, going forward", ylabel="size of the outputs")
    return figure, f"The outputs of the tenth layer have size {power_of_ten(left)}."


def _draw_sizes(axes: Axes, function: str, scale: float, which: int, colour: str) -> None:
    layers = np.arange(LAYERS + 1)
    axes.axhline(0, color=COLOURS.muted, linewidth=0.8, zorder=0)
    for other in DEEP:
        if other != function:
            sizes = np.log10(signal(other, scale)[which])
            axes.plot(layers, sizes, color=COLOURS.muted, linewidth=1, alpha=0.6)
    axes.plot(layers, np.log10(signal(function, scale)[which]), "o-", color=colour)
    _powers_of_ten(axes, -10, 7)


def depth_explorer() -> Explorer:
    """Return the figure of a gradient going back through ten real layers."""
    return Explorer(
        draw_backward,
        draw_forward,
        scale=Slider(SCALES, label="weight scale", start=1.0, form=scale_text),
        function=Choice(list(DEEP), label="function", start="sigmoid"),
    )


# --- without a bend, no depth ------------------------------------------------------------------

BENDS = ("linear", "relu", "tanh", "step")
LIMITS = {"linear": 12, "relu": 4, "tanh": 1, "step": 1}  # each as high as it gets


@functools.cache
def random_curve(function: str, depth: int) -> tuple[Array, Array]:
    """Return x and the output of a random network with so many hidden layers of 16 units."""
    rng = np.random.default_rng(220)
    x = np.linspace(-3, 3, 301)[:, None]
    h = x
    for _ in range(depth):
        kernel = rng.normal(size=(h.shape[1], 16)) * math.sqrt(2 / h.shape[1])
        h = activations.get(function)(h @ kernel + rng.normal(size=16) * 0.7)
    y = (h @ rng.normal(size=(16, 1)))[:, 0] / 4
    return x[:, 0], y - y.mean()


@drawing
def draw_bend(function: str, depth: int) -> Drawn:
    """Draw what a random network makes of its one input."""
    x, y = random_curve(function, depth)
    figure, axes = canvas(width=4.7, height=3.1, margins=MARGINS)
    axes.plot(x, y, color=COLOURS.prediction)
    axes.set(xlabel="input x", ylabel="output, minus its mean", xlim=(-3, 3))
    limit = LIMITS[function]
    axes.set(ylim=(-limit, limit), yticks=[-limit, 0, limit])
    off_line = float(np.abs(y - np.polyval(np.polyfit(x, y, 1), x)).max())
    shape = (
        "is a straight line"
        if off_line < 1e-9
        else f"is up to {off_line:.2f} away from a straight line"
    )
    word = "layer" if depth == 1 else "layers"
    return figure, f"{function}, {depth} hidden {word} of 16 units: the output {shape}."


def bend_explorer() -> Explorer:
    """Return the figure in which only a bent activation makes depth worth anything."""
    return Explorer(
        draw_bend,
        depth=Slider([1, 2, 3, 4, 5, 6], label="hidden layers", start=3),
        function=Choice(list(BENDS), label="function", start="linear"),
    )


# --- dead units --------------------------------------------------------------------------------

BIASES = [2, 1, 0, -1, -2, -3, -4, -5]


def unit_inputs() -> Array:
    """Return what one unit is fed with: 60 samples of standard normal numbers."""
    return np.random.default_rng(1).normal(size=60)


@drawing
def draw_unit(function: str, bias: float) -> Drawn:
    """Draw the samples on the curve of one unit, those that let a gradient through in purple."""
    z = unit_inputs() + bias
    slopes = slope(function, z)
    passes = slopes != 0
    figure, axes = canvas(width=4.7, height=3.1, margins=MARGINS)
    grid = np.linspace(-8, 5, 261)
    axes.plot(grid, activations.get(function)(grid), color=COLOURS.muted, linewidth=1.4)
    y = activations.get(function)(z)
    axes.scatter(z[passes], y[passes], s=26, color=COLOURS.gradient, zorder=3)
    axes.scatter(z[~passes], y[~passes], s=26, facecolor="none", edgecolor=INK, zorder=3)
    axes.set(xlabel="pre-activation z = x + b", ylabel=f"{function}(z)", xlim=(-8, 5))
    axes.set(ylim=(-2, 5))
    verdict = " The unit is dead." if not passes.any() else ""
    return figure, (
        f"{function}, bias {number(bias)}: {passes.sum()} of {len(z)} samples (filled) let a "
        f"gradient through, {power_of_ten(float(np.abs(slopes).mean()))} on average.{verdict}"
    )


def dead_explorer() -> Explorer:
    """Return the figure in which a falling bias kills a ReLU unit."""
    return Explorer(
        draw_unit,
        bias=Slider(BIASES, label="bias", start=0, form=number),
        function=Choice(["relu", "leaky_relu", "elu", "gelu"], label="function", start="relu"),
    )


# --- softmax -----------------------------------------------------------------------------------

ANIMALS = ("cat", "dog", "fox", "owl")
OTHER_SCORES = (2.0, 1.0, 0.0)
TEMPERATURES = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]


@drawing
def draw_softmax(score: float, temperature: float) -> Drawn:
    """Draw the probabilities that softmax makes of four scores."""
    scores = np.array([score, *OTHER_SCORES])
    shares = activations.softmax(scores, temperature=temperature)
    figure, axes = canvas(width=4.8, height=2.6, margins=(1.15, 0.1, 0.5, 0.1))
    rows = np.arange(4)[::-1]
    colours = [COLOURS.accent, *[COLOURS.prediction] * 3]
    axes.barh(rows, shares, color=colours, height=0.62)
    for row, share in zip(rows, shares, strict=True):
        axes.text(share + 0.015, row, f"{share:.3f}", va="center")
    labels = [f"{name}, score {number(s)}" for name, s in zip(ANIMALS, scores, strict=True)]
    axes.set_yticks(rows, labels)
    axes.set(xlim=(0, 1.14), xticks=[0, 0.5, 1], xlabel="probability")
    axes.tick_params(axis="y", length=0)
    listed = ", ".join(f"{name} {share:.3f}" for name, share in zip(ANIMALS, shares, strict=True))
    return figure, (
        f"Score of the cat {number(score)}, temperature {number(temperature)}: {listed}."
    )


def softmax_explorer() -> Explorer:
    """Return the figure in which a score and a temperature shape four probabilities."""
    return Explorer(
        draw_softmax,
        score=Slider([-2, -1, 0, 1, 2, 3, 4, 5], label="score of the cat", start=3, form=number),
        temperature=Slider(TEMPERATURES, label="temperature", start=1.0, form=number),
    )
