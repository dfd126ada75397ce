"""What happens to a layer's output when the image moves, and what pooling keeps."""

from __future__ import annotations

import numpy as np

import dlcourse
from dlcourse.interactive.convolution import (
    IMAGE,
    KERNELS,
    convolve,
    grid_canvas,
    mark,
    write_numbers,
)
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing

Array = np.ndarray
STRIDES = {"stride 1": 1, "stride 2": 2}


def wide(shift: int) -> Array:
    """Return the 7 in an image of 10 × 18 pixels, moved to the right by so many pixels."""
    image = np.zeros((10, 18))
    image[2:8, 2 + shift : 8 + shift] = IMAGE
    return image


def response(shift: int, stride: int) -> Array:
    """Return what the vertical-edge kernel makes of the moved image."""
    return convolve(wide(shift), KERNELS["vertical edge"], strides=stride, padding="same")


def disagreement(shift: int, stride: int) -> float:
    """Return the largest difference between the moved output and the output of the moved image.

    A move that is no whole number of steps is rounded down.
    """
    moved = np.roll(response(0, stride), shift // stride, axis=1)
    return float(np.abs(moved - response(shift, stride)).max())


@drawing
def draw_moved(shift: int, layer: str):
    """Draw the moved image above what the layer makes of it."""
    stride = STRIDES[layer]
    output = response(shift, stride)
    figure, (above, below) = canvas(2, 1, width=4.4, height=4.6)
    above.imshow(wide(shift), cmap="Greys", vmin=0, vmax=4)
    below.imshow(output, cmap="PuOr", vmin=-9, vmax=9)
    above.set_title("image")
    below.set_title("output: vertical edges")
    for axes in (above, below):
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set(visible=True, edgecolor=COLOURS.muted)
    gap = disagreement(shift, stride)
    verdict = (
        "the output is the first one, moved along"
        if gap == 0
        else f"the output is not the first one moved: some pixels differ by {gap:g}"
    )
    return figure, f"The 7 moved by {shift} pixels, {layer}: {verdict}."


def moved_explorer() -> Explorer:
    """Return the figure in which an image moves and its output follows."""
    return Explorer(
        draw_moved,
        shift=Slider(range(9), label="moved by", start=0),
        layer=Choice(list(STRIDES), label="layer"),
    )


# --- pooling -----------------------------------------------------------------------------------

MAP = np.array([[1.0, 2, 0, 1], [3, 4, 1, 0], [0, 0, 5, 6], [1, 0, 7, 8]])
POOLING = {
    "max, 2 × 2": dlcourse.layers.MaxPooling2D(2),
    "average, 2 × 2": dlcourse.layers.AveragePooling2D(2),
    "global max": dlcourse.layers.GlobalMaxPooling2D(keepdims=True),
    "global average": dlcourse.layers.GlobalAveragePooling2D(keepdims=True),
}


@drawing
def draw_pooling(kind: str):
    """Draw a map and what is left of it."""
    left = POOLING[kind](MAP[None, :, :, None])[0, :, :, 0]
    figure, axes = grid_canvas(9.4, 5.4)
    write_numbers(axes, MAP, 0, 0, "map")
    axes.annotate("", (6.1, 2), (4.4, 2), arrowprops={"arrowstyle": "-|>", "color": COLOURS.accent})
    write_numbers(axes, left, 6.5, 2 - len(left) / 2, "pooled")
    size = 4 // len(left)
    for row, column in np.ndindex(left.shape):
        mark(axes, column * size, row * size, size)
    numbers = ", ".join(f"{value:g}" for value in left.ravel())
    return figure, f"{kind.capitalize()} pooling leaves {numbers} of 16 numbers."


def pooling_explorer() -> Explorer:
    """Return the figure of four ways to pool a map."""
    return Explorer(draw_pooling, kind=Choice(list(POOLING), label="pooling"))
