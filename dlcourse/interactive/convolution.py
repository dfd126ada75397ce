"""Figures of the chapter on convolution: a window, sizes, filters, receptive fields."""

from __future__ import annotations

import functools

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

import dlcourse
from dlcourse.interactive.explorer import Choice, Explorer, Slider
from dlcourse.plots import COLOURS, INK, canvas, drawing
from dlcourse.plots.text import number

Array = np.ndarray

KERNELS = {
    "vertical edge": np.array([[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]]),
    "horizontal edge": np.array([[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]]),
    "blur": np.full((3, 3), 1 / 9),
    "sharpen": np.array([[0.0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
}

# A 7 in 6 × 6 pixels, 0 for paper and 3 for ink.
IMAGE = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [0, 3, 3, 3, 3, 0],
        [0, 0, 0, 0, 3, 0],
        [0, 0, 0, 3, 0, 0],
        [0, 0, 3, 0, 0, 0],
        [0, 0, 3, 0, 0, 0],
    ],
    dtype=float,
)


def convolve(image: Array, kernel: Array, **options) -> Array:
    """Return what the package's Conv2D makes of one image (height, width) and one kernel."""
    layer = dlcourse.layers.Conv2D(1, kernel.shape, use_bias=False, dtype="float64", **options)
    layer.build((None, *image.shape, 1))
    layer.kernel[..., 0, 0] = kernel
    return layer(image[None, :, :, None])[0, :, :, 0]


# --- one window at a time ----------------------------------------------------------------------


def fraction(value: float) -> str:
    """Return a number as short as it fits a cell: 1/9 stays a ninth."""
    return "1/9" if value == 1 / 9 else f"{value:.2g}".replace("-", "−")


def write_numbers(axes, numbers: Array, x: float, y: float, title: str, ink: bool = False) -> None:
    """Draw an array as a grid of cells whose upper left corner is at (x, y), shaded by size."""
    positive, negative = to_rgb(INK if ink else COLOURS.data), to_rgb(COLOURS.other)
    colours = np.where(numbers[..., None] > 0, positive, negative)
    shades = 0.35 * np.abs(numbers) / max(np.abs(numbers).max(), 1e-9)
    rows, columns = numbers.shape
    axes.pcolor(
        x + np.arange(columns + 1),
        y + np.arange(rows + 1),
        np.dstack([colours, shades]),
        edgecolor=COLOURS.muted,
        linewidth=0.6,
        antialiased=True,
    )
    for (row, column), value in np.ndenumerate(numbers):
        axes.text(x + column + 0.5, y + row + 0.5, fraction(value), ha="center", va="center")
    axes.text(x, y - 0.25, title, fontweight="bold", va="bottom")


def mark(axes, x: float, y: float, size: int) -> None:
    """Draw a frame around size × size cells."""
    axes.add_patch(Rectangle((x, y), size, size, fill=False, edgecolor=COLOURS.accent, lw=3))


def grid_canvas(width: float, height: float):
    """Return a figure and axes in which a cell is 0.38 inches wide and y runs downwards."""
    figure, axes = canvas(width=0.38 * width, height=0.38 * height, margins=(0, 0, 0, 0))
    axes.set(xlim=(-0.1, width - 0.1), ylim=(height - 1.1, -1.1))
    axes.axis("off")
    return figure, axes


@drawing
def draw_window(kernel: str, row: int, column: int):
    """Draw the image with a window and the output; below, the window's arithmetic."""
    weights = KERNELS[kernel]
    output = convolve(IMAGE, weights)
    window = IMAGE[row - 1 : row + 2, column - 1 : column + 2]
    total = output[row - 1, column - 1]
    figure, axes = grid_canvas(13.6, 12.4)
    write_numbers(axes, IMAGE, 0, 0, "image", ink=True)
    mark(axes, column - 1, row - 1, 3)
    write_numbers(axes, output, 8.6, 1, "output")
    mark(axes, 8.6 + column - 1, row, 1)
    write_numbers(axes, window, 0, 8, "window", ink=True)
    write_numbers(axes, weights, 4.2, 8, "kernel")
    write_numbers(axes, window * weights + 0.0, 8.4, 8, "products")  # + 0.0: no minus zero
    for x, sign in ((3.6, "×"), (7.8, "=")):
        axes.text(x, 9.5, sign, ha="center", va="center", fontsize=15)
    axes.text(11.6, 9.15, "add up:", va="center")
    axes.text(11.6, 9.95, fraction(total), va="center", fontsize=15, fontweight="bold")
    terms = [
        f"{pixel:g}·{weight:.2g}"
        for pixel, weight in zip(window.ravel(), weights.ravel(), strict=True)
        if pixel and weight
    ]
    products = " + ".join(terms).replace("-", "−") or "nothing but zeros"
    return figure, (
        f"{kernel.capitalize()}, row {row}, column {column}: {products} = "
        f"{format(total, '.3g').replace('-', '−')}."
    )


def window_explorer() -> Explorer:
    """Return the figure in which a window slides and shows its arithmetic."""
    return Explorer(
        draw_window,
        kernel=Choice(list(KERNELS), label="kernel"),
        row=Slider([1, 2, 3, 4], label="row", start=1),
        column=Slider([1, 2, 3, 4], label="column", start=3),
    )


# --- how many windows fit? ---------------------------------------------------------------------

LENGTH = 9


def places(window: int, stride: int, dilation: int, padding: str) -> tuple[int, Array]:
    """Return the zeros put before nine pixels, and the pixels that each window looks at."""
    reach = (window - 1) * dilation + 1
    if padding == "valid":
        before, count = 0, (LENGTH - reach) // stride + 1
    else:
        count = -(-LENGTH // stride)
        before = max((count - 1) * stride + reach - LENGTH, 0) // 2
    starts = np.arange(count) * stride - before
    return before, starts[:, None] + np.arange(window) * dilation


@drawing
def draw_places(window: int, stride: int, dilation: int, padding: str):
    """Draw nine pixels in a row, and below them every window with the pixels it looks at."""
    before, seen = places(window, stride, dilation, padding)
    after = max(seen.max() - LENGTH + 1, 0)
    figure, axes = canvas(width=5.4, height=3.3, margins=(0, 0, 0, 0))
    for pixel in range(-before, LENGTH + after):
        real = 0 <= pixel < LENGTH
        colour = COLOURS.data if real else COLOURS.muted
        axes.add_patch(
            Rectangle(
                (pixel - 0.42, 0.2), 0.84, 0.84, facecolor=colour, alpha=0.35 if real else 0.2
            )
        )
        text = str(pixel + 1) if real else "0"
        axes.text(pixel, 0.62, text, ha="center", va="center", color=INK)
    for row, pixels in enumerate(seen):
        y = -0.45 - 0.42 * row
        axes.plot(pixels[[0, -1]], [y, y], color=COLOURS.accent, linewidth=1)
        axes.scatter(pixels, np.full(len(pixels), y), color=COLOURS.accent, s=34, zorder=2)
    axes.text(-0.75 - before, 0.62, "pixels", ha="right", va="center", color=COLOURS.data)
    axes.text(seen.min() - 0.4, -0.45, "output 1", ha="right", va="center", color=COLOURS.accent)
    axes.set(xlim=(-6, LENGTH + 3), ylim=(-0.8 - 0.42 * 9, 1.2))
    axes.axis("off")
    formula = (
        f"({LENGTH} − {(window - 1) * dilation + 1}) ÷ {stride} + 1, rounded down"
        if padding == "valid"
        else f"{LENGTH} ÷ {stride}, rounded up"
    )
    return figure, (
        f"Window {window}, stride {stride}, dilation {dilation}, padding {padding!r}: {len(seen)} "
        f"outputs = {formula}. {before} zeros before, {after} after."
    )


def places_explorer() -> Explorer:
    """Return the figure of window, stride, dilation and padding."""
    return Explorer(
        draw_places,
        window=Slider([1, 2, 3, 4], label="window", start=3),
        stride=Slider([1, 2, 3], label="stride", start=1),
        dilation=Slider([1, 2], label="dilation", start=1),
        padding=Choice(["valid", "same"], label="padding"),
    )


# --- filters on a photograph -------------------------------------------------------------------


@functools.cache
def photograph() -> Array:
    """Return a temple in grey, 106 × 160 pixels from 0 to 1 (scikit-learn's china.jpg, shrunk)."""
    from sklearn.datasets import load_sample_image

    grey = load_sample_image("china.jpg").mean(axis=2) / 255
    blocks = grey[: 106 * 4, : 160 * 4].reshape(106, 4, 160, 4)
    return blocks.mean(axis=(1, 3))


@drawing
def draw_filtered(kernel: str):
    """Draw a photograph and what a kernel makes of it."""
    before, after = photograph(), convolve(photograph(), KERNELS[kernel], padding="same")
    inner = after[1:-1, 1:-1]
    figure, panels = canvas(1, 2, width=6.4, height=2.2)
    edges = "edge" in kernel
    reach = np.percentile(np.abs(inner), 99)
    for axes, image, low, high in (
        (panels[0], before, 0, 1),
        (panels[1], after, -reach if edges else 0, reach if edges else 1),
    ):
        axes.imshow(image, cmap="gray", vmin=low, vmax=high, interpolation="none")
        axes.axis("off")
    return figure, (
        f"A photograph of a temple, and what the {kernel} kernel makes of it: the mean goes from "
        f"{before.mean():.2f} to {number(inner.mean(), '.2f')}, the spread from "
        f"{before.std():.2f} to {inner.std():.2f}."
    )


def filter_explorer() -> Explorer:
    """Return the figure of four filters on a photograph."""
    return Explorer(draw_filtered, kernel=Choice(list(KERNELS), label="kernel"))
