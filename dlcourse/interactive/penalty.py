"""The figure of the chapter on regularisation in which a penalty pulls at a single weight."""

from __future__ import annotations

import numpy as np

from dlcourse import regularizers
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing

Array = np.ndarray

TARGET = 1.0  # where the loss alone would put the weight
STRENGTHS = [0.0, 0.2, 0.5, 0.8, 1.0, 1.5, 3.0]


def total(kind: str, strength: float, w: Array) -> Array:
    """Return the loss ½ (w - 1)² and the package's penalty, for each w."""
    make = {"L1": regularizers.L1, "L2": regularizers.L2}[kind]
    penalty = make(strength) if strength else None
    charge = np.array([penalty(np.array([v])) if penalty else 0.0 for v in w])
    return 0.5 * (w - TARGET) ** 2 + charge


def lowest(kind: str, strength: float) -> float:
    """Return where the total is lowest: its slope is 0 there, or, for L1, the weight is."""
    if kind == "L1":
        return max(TARGET - strength, 0.0)
    return TARGET / (1 + 2 * strength)


def _draw(kind: str, strength: float):
    figure, axes = canvas(width=4.0, height=3.3)
    w = np.linspace(-0.8, 1.8, 105)
    loss = 0.5 * (w - TARGET) ** 2
    axes.plot(w, loss, color=COLOURS.muted, linewidth=1.4, label="loss")
    axes.plot(
        w,
        total(kind, strength, w) - loss,
        color=COLOURS.other,
        linewidth=1.4,
        linestyle="--",
        label="penalty",
    )
    axes.plot(w, total(kind, strength, w), color=COLOURS.loss, label="sum")
    best = lowest(kind, strength)
    height = total(kind, strength, np.array([best]))[0]
    axes.scatter(best, height, color=COLOURS.prediction, s=70, zorder=4)
    axes.axvline(0, color=COLOURS.muted, linewidth=0.7)
    axes.set(xlim=(-0.8, 1.8), ylim=(0, 2.2), xlabel="weight w", ylabel="loss")
    axes.set_yticks([0, 0.5, 1, 1.5, 2])
    axes.set_title(kind)
    axes.legend(loc="upper center", ncols=3, handlelength=1.0, columnspacing=0.9)
    exact = "exactly " if kind == "L1" and best == 0 else ""
    return figure, f"{kind}, λ = {strength:g}: the sum is lowest at w = {exact}{best:.3g}."


@drawing
def draw_l1(strength: float):
    """Draw the loss of one weight, the L1 penalty and their sum."""
    return _draw("L1", strength)


@drawing
def draw_l2(strength: float):
    """Draw the loss of one weight, the L2 penalty and their sum."""
    return _draw("L2", strength)


def one_weight_explorer() -> Explorer:
    """Return the figure in which L1 reaches zero and L2 does not."""
    return Explorer(draw_l1, draw_l2, strength=Slider(STRENGTHS, label="strength λ", start=0.2))
