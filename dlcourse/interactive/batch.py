"""The figure of the chapter on gradient descent that steps after each batch."""

from __future__ import annotations

import functools

import numpy as np

from dlcourse.datasets import batches
from dlcourse.interactive.descent import REACH, START
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.interactive.spring import LineFit, spring
from dlcourse.optimizers import SGD
from dlcourse.plots import COLOURS, INK, canvas, drawing, log_scale
from dlcourse.plots.landscape import landscape, trace

Array = np.ndarray

SIZES = [1, 4, 10, 40]
RATES = [0.01, 0.03, 0.1]
EPOCHS = 10


@functools.cache
def train(batch_size: int, rate: float) -> Array:
    """Return the weights after each step of ten epochs over the spring's 40 measurements."""
    bowl = spring()
    w = np.array(START)
    path = [w.copy()]
    optimizer = SGD(rate)
    for epoch in range(EPOCHS):
        for x, y in batches(bowl.x, bowl.y, batch_size=batch_size, seed=epoch):
            optimizer.apply([LineFit(x, y).gradient(w)], [w])
            path.append(w.copy())
    return np.array(path)


def _name(batch_size: int) -> str:
    return {1: "one sample at a time", len(spring().y): "all 40 samples at once"}.get(
        batch_size, f"batches of {batch_size}"
    )


@drawing
def draw_path(batch_size: int, rate: float):
    """Draw the landscape of all samples, and the path of the batches."""
    path = train(batch_size, rate)
    figure, axes = canvas(width=4.0, height=3.5)
    landscape(axes, spring().height, REACH)
    trace(axes, path, dots=len(path) < 60)
    axes.plot(*spring().best(), marker="x", markersize=8, markeredgewidth=2, color=INK, zorder=6)
    axes.set(xlabel="slope (m per kg)", ylabel="intercept (m)")
    return figure, (
        f"Learning rate {rate:g}, {_name(batch_size)}: {EPOCHS} epochs are {len(path) - 1} steps."
    )


@drawing
def draw_losses(batch_size: int, rate: float):
    """Draw the loss of all samples over the epochs."""
    path = train(batch_size, rate)
    lowest = spring().loss(spring().best())
    losses = lowest + spring().height(*path.T)
    figure, axes = canvas(width=4.0, height=3.5)
    axes.plot(np.linspace(0, EPOCHS, len(path)), losses, color=COLOURS.loss, linewidth=1.4)
    axes.axhline(lowest, color=COLOURS.muted, linewidth=1)
    axes.text(EPOCHS, lowest * 0.92, "lowest possible", color=COLOURS.muted, ha="right", va="top")
    log_scale(axes, "y")
    axes.set_yticks([0.01, 0.03, 0.1, 0.3, 1], ["0.01", "0.03", "0.1", "0.3", "1"])
    axes.set(xlim=(0, EPOCHS), ylim=(0.008, 1), xlabel="epoch", ylabel="loss on all samples")
    return figure, (
        f"After {EPOCHS} epochs the loss is {losses[-1]:.4f}; the lowest possible is {lowest:.4f}."
    )


def batch_explorer() -> Explorer:
    """Return the figure that compares batch sizes at equal numbers of samples seen."""
    return Explorer(
        draw_path,
        draw_losses,
        batch_size=Slider(SIZES, label="batch size", start=40),
        rate=Slider(RATES, label="learning rate", start=0.1),
    )
