"""A nerve cell above the artificial neuron that took its words from it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dlcourse.plots.picture import drawing
from dlcourse.plots.style import COLOURS, INK, PAPER, canvas

PARTS = {"inputs": COLOURS.data, "weights": COLOURS.loss, "sum": INK, "output": COLOURS.prediction}
ROWS = (0.75, 0.0, -0.75)  # where the three inputs arrive


@drawing
def nerve_and_neuron() -> tuple[Figure, str]:
    """Draw a nerve cell and an artificial neuron, like parts under each other in one colour."""
    figure, (cell, neuron) = canvas(2, 1, width=5.0, height=5.0)
    _draw_cell(cell)
    _draw_neuron(neuron)
    for axes in (cell, neuron):
        axes.set(xlim=(-0.35, 6.75), ylim=(-1.55, 1.65), aspect="equal")
        axes.axis("off")
    return figure, (
        "Above a nerve cell, below an artificial neuron; like parts have the same colour. "
        "Dendrites are inputs, synapses are weights, the soma is the sum, the axon the output."
    )


def _draw_cell(axes: Axes) -> None:
    """Draw three axons from elsewhere, their synapses, dendrites, a soma and its axon."""
    bend = np.linspace(0, 1, 30)
    for row in ROWS:
        axes.plot(0.15 + 0.75 * bend, row * (1.25 - 0.25 * bend), color=COLOURS.muted, linewidth=2)
        axes.scatter(1.0, row, s=90, color=COLOURS.loss, zorder=3)
        towards = row * (1 - bend) ** 1.5
        axes.plot(1.15 + 1.7 * bend, towards, color=COLOURS.data, linewidth=3.5)
        for side in (-0.3, 0.3) if row == 0 else (-0.3 * np.sign(row),):
            x, y = 1.15 + 1.7 * 0.4, row * 0.6**1.5
            axes.plot([x, x - 0.42], [y, y + side], color=COLOURS.data, linewidth=2)
    around = np.linspace(0, 2 * np.pi, 120)
    radius = 0.5 + 0.05 * np.cos(5 * around)
    axes.fill(
        3.15 + radius * np.cos(around),
        radius * np.sin(around),
        facecolor=PAPER,
        edgecolor=INK,
        linewidth=2.2,
        zorder=4,
    )
    axes.plot([3.65, 5.6], [0, 0], color=COLOURS.prediction, linewidth=4, zorder=3)
    for end in (0.55, 0.0, -0.55):
        axes.plot([5.6, 6.2], [0, end], color=COLOURS.prediction, linewidth=2.5)
        axes.scatter(6.25, end, s=40, color=COLOURS.prediction)
    words = {"inputs": "dendrites", "weights": "synapses", "sum": "soma", "output": "axon"}
    _name_parts(axes, words)


def _draw_neuron(axes: Axes) -> None:
    """Draw three inputs, their weights, the weighted sum with its bias, and the output."""
    for index, row in enumerate(ROWS):
        axes.plot([0.15, 1.0], [row, row], color=COLOURS.data, linewidth=3.5)
        axes.plot([1.0, 3.15], [row, 0], color=COLOURS.data, linewidth=3.5, zorder=1)
        _circle(axes, 0.1, row, f"x{'₁₂₃'[index]}", COLOURS.data, 520)
        _circle(axes, 1.15, row, f"w{'₁₂₃'[index]}", COLOURS.loss, 520)
    axes.plot([3.15, 6.2], [0, 0], color=COLOURS.prediction, linewidth=4, zorder=1)
    _circle(axes, 3.15, 0, "Σ + b", INK, 1700)
    _circle(axes, 6.25, 0, "y", COLOURS.prediction, 520)
    axes.text(4.75, 0.12, "bend", ha="center", va="bottom", color=COLOURS.prediction)
    _name_parts(axes, {part: part for part in PARTS})


def _name_parts(axes: Axes, words: dict[str, str]) -> None:
    places = {"inputs": 2.0, "weights": 1.0, "sum": 3.15, "output": 4.9}
    heights = {"inputs": -1.5, "weights": 1.2, "sum": 0.85, "output": -0.6}
    if words["inputs"] == "inputs":
        places["inputs"] = 0.1
    for part, word in words.items():
        axes.text(
            places[part], heights[part], word, color=PARTS[part], ha="center", fontweight="bold"
        )


def _circle(axes: Axes, x: float, y: float, text: str, colour: str, size: float) -> None:
    axes.scatter(x, y, s=size, color=PAPER, edgecolor=colour, linewidth=2, zorder=2)
    axes.text(x, y, text, ha="center", va="center", zorder=3)
