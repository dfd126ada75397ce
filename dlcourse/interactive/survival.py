"""Figure of the chapter on activation functions: a gradient on its way back, unit by unit."""

from __future__ import annotations

import functools
import math

import numpy as np
from matplotlib.figure import Figure

import dlcourse
from dlcourse.interactive.activation import scale_text
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing
from dlcourse.plots.text import power_of_ten

Array = np.ndarray

FUNCTIONS = ("sigmoid", "tanh", "relu", "leaky_relu", "linear")
SCALES = [1.0, math.sqrt(2), 2.0, 4.0]
LAYERS, UNITS = 10, 12
SMALLEST = 1e-7  # what is below gets the smallest dot


@functools.cache
def gradients(function: str, scale: float) -> Array:
    """Return ∂L/∂z for each unit of ten dense layers with random weights, for one sample.

    The gradient that enters at the output has size 1 (root mean square). Shape: (layers, units),
    the first layer first.
    """
    rng = np.random.default_rng(3)
    kernels = rng.normal(size=(LAYERS, UNITS, UNITS)) * scale / math.sqrt(UNITS)
    h = rng.normal(size=(1, UNITS))
    sums = []
    for kernel in kernels:
        sums.append(h @ kernel)
        h = dlcourse.activations.get(function)(sums[-1])
    dy = rng.normal(size=(1, UNITS))
    dy /= np.sqrt(np.mean(dy**2))
    found = []
    for z, kernel in zip(reversed(sums), reversed(kernels), strict=True):
        dz = dlcourse.activations.vjp(function, z, dy)
        found.append(dz[0])
        dy = dz @ kernel.T
    return np.array(found[::-1])


def left(function: str, scale: float) -> float:
    """Return the size of the gradient in the first layer (root mean square over its units)."""
    return float(np.sqrt(np.mean(gradients(function, scale)[0] ** 2)))


@drawing
def draw_units(function: str, scale: float) -> tuple[Figure, str]:
    """Draw each unit as a dot, the larger the more of the gradient reaches it; a ring for none."""
    arrived = np.abs(gradients(function, scale))
    figure, axes = canvas(width=4.5, height=4.2, margins=(0.3, 0.1, 0.5, 0.1))
    layer, unit = np.indices(arrived.shape)
    layer = layer + 1
    silent = arrived == 0
    digits = np.log10(np.clip(arrived, SMALLEST, 1)) - math.log10(SMALLEST)  # 0 to 7
    sizes = 8 + 300 * (digits / 7) ** 2
    axes.scatter(
        layer[~silent], unit[~silent], s=sizes[~silent], color=COLOURS.gradient, linewidth=0
    )
    axes.scatter(
        layer[silent], unit[silent], s=40, facecolor="none", edgecolor=COLOURS.muted, linewidth=1
    )
    axes.set(xlim=(0.4, LAYERS + 0.6), ylim=(-0.7, UNITS - 0.3), yticks=[])
    axes.set(xlabel="layer (the gradient comes from the right)", xticks=range(1, LAYERS + 1))
    axes.tick_params(length=0)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    none = f"{silent.sum()} of {silent.size} units let nothing through." if silent.any() else ""
    return figure, (
        f"{function}, weight scale {scale_text(scale)}: of a gradient of 1, "
        f"{power_of_ten(left(function, scale))} arrives at the first layer. {none}".strip()
    )


def explorer() -> Explorer:
    """Return the figure in which a gradient fades, or not, on its way through 120 units."""
    return Explorer(
        draw_units,
        scale=Slider(SCALES, label="weight scale", start=1.0, form=scale_text),
        function=Choice(list(FUNCTIONS), label="function", start="sigmoid"),
    )
