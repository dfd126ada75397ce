"""How far a unit sees: the pixels that one output depends on, through several layers."""

from __future__ import annotations

import functools
import itertools

import numpy as np

import dlcourse
from dlcourse.interactive.convolution import photograph
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing

Array = np.ndarray


@functools.cache
def receptive_field(depth: int, stride: int) -> Array:
    """Return which of 41 × 41 pixels the middle output of some 3 × 3 layers depends on.

    Found by sending a gradient back through layers whose weights are all positive.
    """
    x = np.ones((1, 41, 41, 1))
    layers = []
    for layer in range(depth):
        # The first layer takes the stride; the others look at its output pixel by pixel.
        steps = stride if layer == 0 else 1
        made = dlcourse.layers.Conv2D(
            1, 3, steps, padding="same", kernel_initializer="ones", dtype="float64"
        )
        x = made(x)
        layers.append(made)
    gradient = np.zeros_like(x)
    gradient[0, x.shape[1] // 2, x.shape[2] // 2] = 1
    for made in reversed(layers):
        gradient = made.backward(gradient)
    return gradient[0, :, :, 0] > 0


def cone(depth: int, stride: int) -> list[Array]:
    """Return the units seen in each layer along one axis, from the top unit down to the pixels.

    Units are given by the pixel that they are centred on.
    """
    seen, layers = np.array([0]), [np.array([0])]
    for layer in reversed(range(depth)):
        spacing = stride if layer else 1  # between the units below this layer
        seen = np.unique(seen[:, None] + spacing * np.array([-1, 0, 1]))
        layers.append(seen)
    return layers


@drawing
def draw_cone(depth: int, stride: int):
    """Draw the units that one output depends on, layer by layer, along one axis."""
    figure, axes = canvas(width=4.8, height=3.6, margins=(0.1, 0.1, 0.1, 0.1))
    layers = cone(depth, stride)
    for below, (upper, lower) in enumerate(itertools.pairwise(layers)):
        y = depth - below
        for unit in upper:
            near = lower[np.abs(lower - unit) <= (stride if y > 1 else 1)]
            for other in near:
                axes.plot([unit, other], [y, y - 1], color=COLOURS.muted, linewidth=0.8, zorder=1)
    for place, units in enumerate(layers):
        y = depth - place
        colour = COLOURS.accent if place == 0 else COLOURS.data if y == 0 else COLOURS.prediction
        axes.scatter(units, np.full(len(units), y), color=colour, s=30, zorder=2)
    width = int(np.ptp(layers[-1])) + 1
    axes.text(-20, -0.15, f"{width} pixels", va="top", color=COLOURS.data)
    axes.text(1.2, depth + 0.05, "one unit", color=COLOURS.accent, va="bottom")
    axes.set(xlim=(-20.5, 20.5), ylim=(-0.9, depth + 0.6))
    axes.axis("off")
    word = "layer" if depth == 1 else "layers"
    return figure, (
        f"One unit on top of {depth} {word}, and all that it depends on: {width} pixels in a row."
    )


@drawing
def draw_field(depth: int, stride: int):
    """Draw a photograph, bright where one output depends on it."""
    field = receptive_field(depth, stride)
    width = int(field.any(axis=0).sum())
    figure, axes = canvas(width=3.6, height=3.6, margins=(0.1, 0.1, 0.1, 0.1))
    axes.imshow(photograph()[10:51, 20:61], cmap="gray", vmin=0, vmax=1, interpolation="none")
    veil = np.zeros((41, 41, 4))
    veil[..., :3], veil[..., 3] = 0.55, np.where(field, 0.0, 0.8)
    axes.imshow(veil, interpolation="none")
    axes.axis("off")
    word = "layer" if depth == 1 else "layers"
    return figure, (
        f"{depth} {word} of 3 × 3, stride {stride} in the first: one output depends on "
        f"{width} × {width} of the 41 × 41 pixels."
    )


def explorer() -> Explorer:
    """Return the figure in which depth widens the view."""
    return Explorer(
        draw_cone,
        draw_field,
        depth=Slider([1, 2, 3, 4, 5, 6], label="layers", start=2),
        stride=Slider([1, 2, 3], label="stride of the first layer", start=1),
    )
