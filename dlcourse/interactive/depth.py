"""Deep stacks of convolutions, plain and with shortcuts: what arrives at the first layers."""

from __future__ import annotations

import functools

import numpy as np

import dlcourse
from dlcourse.interactive.cnn import digits
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, INK, PAPER, canvas, drawing, log_scale
from dlcourse.plots.text import power_of_ten

DEPTHS = [2, 4, 8, 12, 20, 30, 40]


def stack(depth: int, residual: bool, units: int = 8):
    """Return a network of 1 + `depth` convolutions, plain or with a shortcut over each pair.

    Its initial weights are Keras's default, Glorot's.
    """
    k = dlcourse
    glorot = k.initializers.GlorotUniform
    inputs = k.Input((8, 8, 1))
    h = k.layers.Conv2D(
        units, 3, padding="same", activation="relu", kernel_initializer=glorot(seed=0)
    )(inputs)
    for block in range(depth // 2):
        seeds = [glorot(seed=10 * block + 1), glorot(seed=10 * block + 2)]
        skip = h
        h = k.layers.Conv2D(
            units, 3, padding="same", activation="relu", kernel_initializer=seeds[0]
        )(h)
        h = k.layers.Conv2D(units, 3, padding="same", kernel_initializer=seeds[1])(h)
        if residual:
            h = k.layers.Add()([h, skip])
        h = k.layers.Activation("relu")(h)
    h = k.layers.Flatten()(k.layers.MaxPooling2D(4)(h))
    h = k.layers.Dense(10, activation="softmax", kernel_initializer=glorot(seed=999))(h)
    return k.Model(inputs, h)


@functools.cache
def gradient_sizes(depth: int, residual: bool) -> np.ndarray:
    """Return the root mean square of each convolution's gradient before the first step."""
    (x, y), _ = digits()
    model = stack(depth, residual)
    loss = dlcourse.losses.SparseCategoricalCrossentropy()
    model.backward(loss.gradient(y[:100], model(x[:100], training=True)))
    kernels = [layer.grads["kernel"] for layer in model.layers if "kernel" in layer.grads]
    return np.array([np.sqrt(np.mean(kernel**2)) for kernel in kernels[:-1]])


@drawing
def draw_gradients(depth: int):
    """Draw the size of the gradient that arrives at each convolution, plain and with shortcuts."""
    figure, axes = canvas(width=5.2, height=3.4, margins=(0.75, 0.2, 0.6, 0.15))
    ends = {}
    for residual, colour, name in (
        (False, COLOURS.loss, "plain"),
        (True, COLOURS.prediction, "with shortcuts"),
    ):
        sizes = gradient_sizes(depth, residual)
        axes.plot(np.arange(1, depth + 2), sizes, color=colour, marker="o", markersize=4)
        height = 4 * sizes[depth // 2 :].max()
        axes.text(depth + 1, height, name, color=colour, ha="right", va="bottom")
        ends[residual] = sizes[0]
    log_scale(axes, "y")
    axes.set(xlim=(0, depth + 2), ylim=(1e-11, 1e2))
    axes.set(xlabel="layer (1 is next to the image)", ylabel="size of its gradient")
    axes.set_yticks([1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1])
    axes.set_xticks(np.unique(np.linspace(1, depth + 1, 6).astype(int)))
    return figure, (
        f"{depth} layers after the first: the first layer receives a gradient of "
        f"{power_of_ten(ends[False], 2)} in the plain stack, and of "
        f"{power_of_ten(ends[True], 2)} with shortcuts, "
        f"{ends[True] / ends[False]:,.0f} times as much."
    )


def explorer() -> Explorer:
    """Return the figure in which depth starves the first layers of a plain stack."""
    return Explorer(draw_gradients, depth=Slider(DEPTHS, label="layers after the first", start=4))


# --- the block ---------------------------------------------------------------------------------


@drawing
def draw_block():
    """Draw a residual block: two convolutions, and the way around them."""
    figure, axes = canvas(width=5.2, height=1.9, margins=(0.05, 0.05, 0.05, 0.05))
    centre = 0.0
    axes.plot([0.1, 10.1], [centre, centre], color=INK, linewidth=1.4, zorder=1)
    axes.annotate("", (10.3, centre), (9.9, centre), arrowprops={"arrowstyle": "-|>", "color": INK})
    axes.plot([1, 1, 7.4, 7.4], [centre, 1.4, 1.4, 0.36], color=COLOURS.prediction, linewidth=3)
    axes.text(4.2, 1.55, "the shortcut: x, unchanged", ha="center", color=COLOURS.prediction)
    for place, name in ((2.5, "conv"), (4.0, "ReLU"), (5.6, "conv"), (8.9, "ReLU")):
        box = {"boxstyle": "round,pad=0.4", "facecolor": PAPER, "edgecolor": COLOURS.data}
        axes.text(place, centre, name, ha="center", va="center", bbox=box, zorder=2)
    axes.scatter(7.4, centre, s=330, color=PAPER, edgecolor=COLOURS.prediction, lw=2, zorder=2)
    axes.text(7.4, centre, "+", ha="center", va="center", fontsize=15, zorder=3)
    axes.text(0.2, 0.2, "x")
    axes.text(4.0, -0.85, "f(x): only the change", ha="center", color=COLOURS.data)
    axes.text(7.4, -0.85, "x + f(x)", ha="center")
    axes.set(xlim=(0, 10.4), ylim=(-1.1, 2.0))
    axes.axis("off")
    return figure, (
        "A residual block. The input x goes two ways: through convolution, ReLU and convolution, "
        "which make f(x), and unchanged along the shortcut. Both are added, and a ReLU follows."
    )
