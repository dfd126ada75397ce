"""Pictures of networks: units as circles, weights as lines, and the numbers that flow through."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from dlcourse.plots.picture import drawing
from dlcourse.plots.style import COLOURS, INK, PAPER, canvas

Array = np.ndarray


def unit_places(sizes: Sequence[int]) -> list[Array]:
    """Return, for each layer, the (x, y) places of its units: columns of evenly spaced rows."""
    return [
        np.column_stack([np.full(size, column), (size - 1) / 2 - np.arange(size)])
        for column, size in enumerate(sizes)
    ]


def draw_units(axes: Axes, places: Sequence[Array], colours: Sequence[str], texts=None) -> None:
    """Draw each unit as a circle in the colour of its layer, with a text in it if there is one."""
    for column, (layer, colour) in enumerate(zip(places, colours, strict=True)):
        axes.scatter(*layer.T, s=1150, color=PAPER, edgecolor=colour, linewidth=2, zorder=2)
        for row, (x, y) in enumerate(layer):
            if texts is not None:
                axes.text(x, y, texts[column][row], ha="center", va="center", zorder=3)


def draw_weights(axes: Axes, places: Sequence[Array], kernels: Sequence[Array]) -> None:
    """Draw a line for each weight: blue if positive, vermilion if negative, thicker if larger."""
    for left, right, kernel in zip(places[:-1], places[1:], kernels, strict=True):
        largest = np.abs(kernel).max() or 1.0
        lines = LineCollection(
            list(itertools.product(left, right)),
            colors=[COLOURS.data if weight > 0 else COLOURS.loss for weight in kernel.flat],
            linewidths=0.4 + 2.6 * np.abs(kernel).ravel() / largest,
            alpha=0.8,
            zorder=1,
        )
        axes.add_collection(lines)


def frame(axes: Axes, sizes: Sequence[int], names: Sequence[str], above: float = 0.62) -> None:
    """Name the columns and hide everything that belongs to a plot of numbers."""
    top = (max(sizes) - 1) / 2
    for column, name in enumerate(names):
        axes.text(column, top + above, name, ha="center", va="bottom", fontweight="bold")
    axes.set(xlim=(-0.45, len(sizes) - 0.55), ylim=(-top - 0.5, top + 1.0))
    axes.axis("off")


def layer_colours(count: int) -> list[str]:
    """Return the colours of the layers: input blue, hidden in ink, output green."""
    return [COLOURS.data, *[INK] * (count - 2), COLOURS.prediction]


@drawing
def architecture(sizes: Sequence[int]):
    """Draw a network of dense layers with these numbers of units, e.g. (3, 5, 2)."""
    figure, axes = canvas(width=5.2, height=0.62 * max(sizes) + 0.9)
    places = unit_places(sizes)
    draw_weights(axes, places, [np.ones(pair) for pair in itertools.pairwise(sizes)])
    draw_units(axes, places, layer_colours(len(sizes)))
    hidden = [f"hidden: {size}" for size in sizes[1:-1]]
    frame(axes, sizes, [f"inputs: {sizes[0]}", *hidden, f"outputs: {sizes[-1]}"])
    weights = sum(a * b for a, b in itertools.pairwise(sizes))
    return figure, (
        f"A network with {' → '.join(map(str, sizes))} units: {weights} lines, one a weight, and "
        f"{sum(sizes[1:])} units with a bias."
    )


@drawing
def points_before_and_after(x: Array, hidden: Array, labels: Array):
    """Draw labelled points as they come in, and where a hidden layer of two units puts them."""
    figure, panels = canvas(columns=2, width=5.2, height=3.0)
    names = [("input x₁", "input x₂"), ("hidden unit h₁", "hidden unit h₂")]
    for axes, points, (across, up) in zip(panels, (x, hidden), names, strict=True):
        for label, colour, marker in ((0, COLOURS.data, "o"), (1, COLOURS.other, "s")):
            axes.scatter(*points[labels == label].T, s=110, color=colour, marker=marker, zorder=2)
        axes.set(xlabel=across, ylabel=up, xlim=(-0.4, 2.4), ylim=(-0.4, 1.4))
        axes.set_xticks([0, 1, 2])
        axes.set_yticks([0, 1])
    for point, place in zip(x, hidden, strict=True):
        text = f"({point[0]:g}, {point[1]:g})"
        panels[0].annotate(text, point, xytext=(8, 6), textcoords="offset points", fontsize=10)
        shift = (8, -14) if tuple(point) == (0, 1) else (8, 6)
        panels[1].annotate(text, place, xytext=shift, textcoords="offset points", fontsize=10)
    across = np.array([-0.1, 2.3])
    panels[1].plot(across, (across - 0.5) / 2, color=COLOURS.prediction, zorder=1)
    panels[0].set_title("before: no line will do", fontsize=10.5)
    panels[1].set_title("after: one line does", fontsize=10.5)
    return figure, (
        "On the left the four points of XOR: no straight line has the two orange squares on one "
        "side and the two blue circles on the other. On the right the hidden layer has laid both "
        "squares on the same spot, and a line separates them."
    )


@drawing
def kernels_as_images(kernel: Array, columns: int = 8):
    """Draw the weights into each unit of a layer that sees 8×8 images: blue adds, red takes off."""
    units = kernel.shape[1]
    rows = -(-units // columns)
    figure, panels = canvas(rows, columns, width=6.4, height=0.85 * rows + 0.1)
    largest = np.abs(kernel).max()
    for unit, axes in enumerate(np.ravel(panels)):
        axes.axis("off")
        if unit < units:
            image = kernel[:, unit].reshape(8, 8)
            axes.imshow(image, cmap="RdBu", vmin=-largest, vmax=largest, interpolation="none")
    return figure, (
        f"The incoming weights of {units} hidden units, each laid out as the 8 × 8 image that it "
        "looks at. Blue pixels push the unit up, red ones push it down. Few look like a stroke."
    )
