"""Still pictures of activation functions: all of them side by side, and what rounding does."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import partial

import numpy as np
from matplotlib.figure import Figure

from dlcourse import activations
from dlcourse.plots.picture import drawing
from dlcourse.plots.style import COLOURS, canvas

Array = np.ndarray
Drawn = tuple[Figure, str]

NAMES = (
    "step", "linear", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "silu", "gelu",
)  # fmt: skip


def slope(name: str, x: Array) -> Array:
    """Return the derivative of an activation function at each x."""
    return activations.vjp(name, x, np.ones_like(x))


def curve(f: Callable[[Array], Array], x: Array) -> tuple[Array, Array]:
    """Return x and f(x) for plotting: smooth through 0, with a break there if f jumps."""
    x = np.sort(np.concatenate([x[x != 0], [-1e-9, 1e-9]]))
    y, middle = f(x), int(np.searchsorted(x, 0.0))
    if abs(y[middle] - y[middle - 1]) > 0.01:
        x, y = np.insert(x, middle, np.nan), np.insert(y, middle, np.nan)
    return x, y


@drawing
def gallery() -> Drawn:
    """Draw ten activation functions and, below each, its derivative."""
    figure, panels = canvas(4, 5, width=5.4, height=5.2, sharex=True, height_ratios=[1.5, 1] * 2)
    x = np.linspace(-4, 4, 161)
    steepest = {name: float(np.abs(slope(name, x)).max()) for name in NAMES}
    for number, name in enumerate(NAMES):
        row, column = 2 * (number // 5), number % 5
        above, below = panels[row, column], panels[row + 1, column]
        above.plot(*curve(activations.get(name), x), color=COLOURS.prediction)
        below.plot(*curve(partial(slope, name), x), color=COLOURS.gradient)
        above.set_title(name, fontsize=10.5)
        above.set(ylim=(-1.3, 3.2), yticks=[0, 2], xticks=[-4, 0, 4])
        below.set(ylim=(-0.25, 1.3), yticks=[0, 1])
        for axes in (above, below):
            axes.axhline(0, color=COLOURS.muted, linewidth=0.6, zorder=0)
            axes.tick_params(labelsize=10)
            if column:
                axes.set_yticklabels([])
    panels[0, 0].set_ylabel("output", color=COLOURS.prediction)
    panels[2, 0].set_ylabel("output", color=COLOURS.prediction)
    panels[1, 0].set_ylabel("slope", color=COLOURS.gradient)
    panels[3, 0].set_ylabel("slope", color=COLOURS.gradient)
    return figure, (
        "Ten activation functions (green) and their derivatives (purple). The slope of the sigmoid "
        f"is never above {steepest['sigmoid']:.2f}, that of tanh and ReLU never above 1; the step "
        "has none at all."
    )


def correct_digits(values: Array, exact: list[Decimal]) -> Array:
    """Return how many digits of each value are right, 0 to 16."""
    digits = []
    for value, truth in zip(values, exact, strict=True):
        error = abs(Decimal(float(value)) - truth) / truth
        digits.append(16.0 if error == 0 else float(np.clip(-float(error.log10()), 0, 16)))
    return np.array(digits)


def sigmoid_slope_digits(x: Array) -> tuple[Array, Array]:
    """Return the correct digits of σ(x)(1 − σ(x)), and of σ(x) σ(−x), its twin on paper."""
    with localcontext() as context:
        context.prec = 60
        powers = [(-Decimal(float(value))).exp() for value in x]
        exact = [power / (1 + power) ** 2 for power in powers]
        s = activations.sigmoid(x)
        stable = activations.sigmoid_derivative(x)
        return correct_digits(s * (1 - s), exact), correct_digits(stable, exact)


@drawing
def lost_digits() -> Drawn:
    """Draw how many digits of the sigmoid's slope are right, for two ways to compute it."""
    x = np.linspace(0, 45, 91)
    naive, stable = sigmoid_slope_digits(x)
    figure, axes = canvas(width=5.0, height=3.0)
    axes.plot(x, stable, color=COLOURS.prediction)
    axes.plot(x, naive, color=COLOURS.loss)
    axes.text(44, 13.6, "σ(x) σ(−x)", color=COLOURS.prediction, ha="right")
    axes.text(20, 10.2, "σ(x) (1 − σ(x))", color=COLOURS.loss)
    axes.set(xlabel="x", ylabel="correct digits", ylim=(-0.5, 17), xlim=(0, 45), yticks=[0, 8, 16])
    lost = float(x[np.argmax(naive < 0.5)])
    return figure, (
        "Two formulas for the slope of the sigmoid, equal on paper. The first loses digits as x "
        f"grows and has none left at x = {lost:g}; the second keeps at least {int(stable.min())}."
    )
