"""Still pictures of neurons and perceptrons: their parts, their boundary, what they tell apart."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from dlcourse.perceptron import Neuron, Perceptron
from dlcourse.plots.picture import drawing
from dlcourse.plots.plane import arrow, boundary_line, classes, half_planes, plane
from dlcourse.plots.style import COLOURS, INK, PAPER, canvas
from dlcourse.plots.text import number, vector

Array = np.ndarray
Drawn = tuple[Figure, str]

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])

# What the sixteen functions of two bits are called, by their answers to the four corners.
GATES = {
    (0, 0, 0, 0): "never",
    (0, 0, 0, 1): "AND",
    (0, 0, 1, 0): "x₁, not x₂",
    (0, 0, 1, 1): "x₁",
    (0, 1, 0, 0): "x₂, not x₁",
    (0, 1, 0, 1): "x₂",
    (0, 1, 1, 0): "XOR",
    (0, 1, 1, 1): "OR",
    (1, 0, 0, 0): "NOR",
    (1, 0, 0, 1): "XNOR",
    (1, 0, 1, 0): "not x₂",
    (1, 0, 1, 1): "x₁ or not x₂",
    (1, 1, 0, 0): "not x₁",
    (1, 1, 0, 1): "x₂ or not x₁",
    (1, 1, 1, 0): "NAND",
    (1, 1, 1, 1): "always",
}


@drawing
def neuron(
    x: Sequence[float],
    weights: Sequence[float],
    bias: float,
    activation: str | Callable[..., Array] = "sigmoid",
) -> Drawn:
    """Draw one neuron with the numbers that flow through it."""
    unit = Neuron(weights, bias, activation)
    z, y = float(unit.weighted_sum(x)), float(unit(x))
    name = activation if isinstance(activation, str) else activation.__name__
    figure, axes = canvas(width=5.4, height=0.9 * len(x) + 0.7)
    heights = (len(x) - 1) / 2 - np.arange(len(x))
    for i, (value, weight, height) in enumerate(zip(x, weights, heights, strict=True)):
        axes.plot([0, 2], [height, 0], color=INK, linewidth=1 + min(abs(weight), 3), zorder=1)
        axes.text(-0.42, height, f"x{'₁₂₃₄₅'[i]}", ha="right", va="center")
        axes.text(
            0.95, height / 2 + 0.13, f"× {number(weight)}", ha="center", va="bottom", zorder=3
        )
        _circle(axes, 0, height, number(value), COLOURS.data)
    axes.plot([2, 4, 5.6], [0, 0, 0], color=INK, linewidth=1.5, zorder=1)
    _circle(axes, 2, 0, "Σ", INK)
    axes.text(2, -0.4, f"+ bias {number(bias)}", ha="center", va="top")
    axes.text(3, 0.13, f"z = {number(z)}", ha="center", va="bottom")
    axes.text(
        4,
        0,
        name,
        ha="center",
        va="center",
        bbox={"facecolor": PAPER, "edgecolor": INK, "boxstyle": "round,pad=0.5"},
        zorder=3,
    )
    _circle(axes, 5.6, 0, "y", COLOURS.prediction)
    axes.text(5.6, -0.4, number(y, ".6f"), ha="center", va="top", color=COLOURS.prediction)
    axes.set(xlim=(-0.9, 6.2), ylim=(heights[-1] - 0.45, max(heights[0], 0.4) + 0.35))
    axes.axis("off")
    return figure, (
        f"Inputs {vector(x)}, weights {vector(weights)}, bias {number(bias)}: the weighted sum "
        f"plus the bias is {number(z)}, and {name}({number(z)}) = {number(y, '.6f')}."
    )


def _circle(axes: Any, x: float, y: float, text: str, colour: str) -> None:
    axes.scatter(x, y, s=900, color=PAPER, edgecolor=colour, linewidth=2, zorder=2)
    axes.text(x, y, text, ha="center", va="center", zorder=3)


@drawing
def boundaries() -> Drawn:
    """Draw where a perceptron with one, two and three inputs changes its mind."""
    figure, (line, square, cube) = canvas(columns=3, width=5.4, height=2.1)
    line.plot([-1, 0.4], [0, 0], color=COLOURS.data, linewidth=4)
    line.plot([0.4, 1], [0, 0], color=COLOURS.other, linewidth=4)
    line.scatter(0.4, 0, s=90, color=COLOURS.prediction, zorder=3)
    line.text(-0.3, -0.12, "0", color=COLOURS.data, ha="center", va="top")
    line.text(0.7, -0.12, "1", color=COLOURS.other, ha="center", va="top")
    line.set(xlim=(-1, 1), ylim=(-1, 1), aspect="equal")
    line.axis("off")

    plane(square, -1, 1)
    half_planes(square, np.array([1.0, 1.5]), -0.3, alpha=0.3)
    boundary_line(square, np.array([1.0, 1.5]), -0.3)
    square.text(-0.55, -0.6, "0", color=COLOURS.data, ha="center")
    square.text(0.6, 0.55, "1", color=COLOURS.other, ha="center")
    square.axis("off")

    _draw_cube(cube)
    for axes, title in ((line, "a point"), (square, "a line"), (cube, "a plane")):
        axes.set_title(title)
    return figure, (
        "The green boundary between answer 0 (blue) and answer 1 (orange): a point with one input, "
        "a line with two, a plane with three. It always has one dimension fewer than the inputs."
    )


def _draw_cube(axes: Any) -> None:
    """Draw a unit cube in parallel projection, cut by the plane x + y + z = 1.5."""
    project = np.array([[0.85, -0.3], [-0.5, -0.45], [0.0, 1.0]])  # where each unit step goes
    corners = list(itertools.product((0.0, 1.0), repeat=3))
    crossings = []
    for a, b in itertools.combinations(corners, 2):
        if sum(p != q for p, q in zip(a, b, strict=True)) != 1:
            continue
        ends = np.array([a, b])
        middle = ends.mean(axis=0)
        below, above = np.array([ends[0], middle]), np.array([middle, ends[1]])
        low, high = sum(a), sum(b)
        if low < 1.5 < high:
            crossings.append(middle)
            pieces = [(below, COLOURS.data), (above, COLOURS.other)]
        else:
            pieces = [(ends, COLOURS.data if high < 1.5 else COLOURS.other)]
        for piece, colour in pieces:
            axes.plot(*(piece @ project).T, color=colour, linewidth=1.8, zorder=1)
    flat = np.array(crossings) @ project
    centre = flat.mean(axis=0)
    order = np.argsort(np.arctan2(*(flat - centre).T[::-1]))
    axes.fill(*flat[order].T, color=COLOURS.prediction, alpha=0.45, linewidth=0, zorder=2)
    axes.fill(*flat[order].T, facecolor="none", edgecolor=COLOURS.prediction, linewidth=1.5)
    axes.set(aspect="equal")
    axes.axis("off")


@drawing
def sixteen(epochs: int = 100) -> Drawn:
    """Draw the perceptron's answer to each of the sixteen ways to label four corners."""
    figure, panels = canvas(4, 4, width=5.2, height=5.8)
    solved, failed = 0, []
    for axes, (bits, name) in zip(np.ravel(panels), GATES.items(), strict=True):
        model = Perceptron(epochs=epochs).fit(CORNERS, bits)
        solved += model.converged
        plane(axes, -0.4, 1.4, ("", ""))
        axes.set_xticks([])
        axes.set_yticks([])
        if model.converged:
            half_planes(axes, model.weights, model.bias, alpha=0.25)
            boundary_line(axes, model.weights, model.bias)
        else:
            failed.append(name)
            axes.plot([-0.4, 1.4], [-0.4, 1.4], color=COLOURS.loss, linewidth=1.2, zorder=0)
            axes.plot([-0.4, 1.4], [1.4, -0.4], color=COLOURS.loss, linewidth=1.2, zorder=0)
        classes(axes, CORNERS, np.array(bits), size=60)
        colour = INK if model.converged else COLOURS.loss
        axes.set_title(
            name, color=colour, fontsize=10.5, fontweight="normal" if model.converged else "bold"
        )
    return figure, (
        f"The sixteen ways to colour the four corners of a square. The perceptron learned {solved} "
        f"of them without a mistake; the ones crossed out, {' and '.join(failed)}, it had not "
        f"learned after {epochs} epochs. A corner on the line counts as 1."
    )


@drawing
def weights_image(
    weights: Array, shape: tuple[int, int], names: tuple[str, str], samples: Array
) -> Drawn:
    """Draw two digits and the weights of the perceptron that tells them apart, as images."""
    figure, panels = canvas(columns=3, width=5.4, height=2.1)
    for axes, sample, name in zip(panels, samples, names, strict=False):
        axes.imshow(sample.reshape(shape), cmap="gray_r", interpolation="none")
        axes.axis("off")
        axes.set_title(f"one of the {name}s")
    largest = np.abs(weights).max()
    colours = LinearSegmentedColormap.from_list("classes", [COLOURS.data, "white", COLOURS.other])
    panels[2].imshow(
        weights.reshape(shape), cmap=colours, vmin=-largest, vmax=largest, interpolation="none"
    )
    panels[2].axis("off")
    panels[2].set_title("the weights")
    return figure, (
        f"A {names[0]}, a {names[1]}, and the {weights.size} weights laid out like the image. Ink "
        f"on an orange pixel speaks for {names[1]}, ink on a blue one for {names[0]}; a pale pixel "
        "says little."
    )


@drawing
def margin_sketch() -> Drawn:
    """Draw a gap: the radius of the data and the distance of the nearest point to the boundary."""
    figure, axes = canvas(width=4.2, height=3.6)
    X = np.array([[1.6, 0.4], [2.0, 1.6], [0.4, 2.2], [-1.6, -0.4], [-0.6, -1.4], [0.6, -2.0]])
    y = np.array([1, 1, 1, 0, 0, 0])
    weights = np.array([0.6, 0.8])
    plane(axes, -2.8, 2.8)
    half_planes(axes, weights, 0.0)
    boundary_line(axes, weights, 0.0)
    classes(axes, X, y)
    nearest = X[np.argmin(np.abs(X @ weights))]
    foot = nearest - (nearest @ weights) * weights
    farthest = X[np.argmax(np.linalg.norm(X, axis=1))]
    arrow(axes, foot, nearest, COLOURS.loss)
    arrow(axes, (0, 0), farthest, INK, width=1.6)
    axes.text(*(foot + nearest) / 2 + [0.12, -0.3], "γ", color=COLOURS.loss, fontsize=14)
    axes.text(*farthest / 2 + [-0.1, 0.2], "R", fontsize=14)
    return figure, (
        "Two numbers decide how long learning can take: R, the length of the longest input, and γ, "
        "the distance from the boundary to the nearest point. A wide gap makes it short."
    )
