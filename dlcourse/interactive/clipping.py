"""The figure of the chapter on training in which a gradient is cut or shortened."""

from __future__ import annotations

import numpy as np

from dlcourse import optimizers
from dlcourse.interactive.explorer import Explorer, Slider
from dlcourse.plots import COLOURS, canvas, drawing

Array = np.ndarray

GRADIENT = np.array([24.0, 7.0])  # of length 25
LIMITS = [3, 5, 8, 12, 18, 25, 30]


def clipped(**limit: float) -> Array:
    """Return what an optimizer makes of the gradient, as its step at rate 1, turned round."""
    w = np.zeros(2)
    optimizers.SGD(1.0, **limit).apply([GRADIENT], [w])
    return -w


def angle(vector: Array) -> float:
    """Return the direction of a vector in degrees."""
    return float(np.degrees(np.arctan2(vector[1], vector[0])))


@drawing
def draw_clipping(limit: float):
    """Draw the gradient, and what clipvalue and clipnorm leave of it."""
    figure, axes = canvas(width=5.0, height=2.9)
    by_value, by_norm = clipped(clipvalue=limit), clipped(clipnorm=limit)
    box = limit * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    axes.plot(*box.T, color=COLOURS.other, linewidth=1, linestyle=":")
    turn = np.linspace(0, 2 * np.pi, 121)
    axes.plot(
        limit * np.cos(turn), limit * np.sin(turn), color=COLOURS.prediction, lw=1, linestyle=":"
    )
    for vector, colour, width, name in (
        (GRADIENT, COLOURS.gradient, 1.6, "gradient"),
        (by_value, COLOURS.other, 3.2, "clipvalue"),
        (by_norm, COLOURS.prediction, 3.2, "clipnorm"),
    ):
        arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": width, "shrinkA": 0}
        axes.annotate("", vector, (0, 0), arrowprops=arrow | {"shrinkB": 0})
        axes.plot([], [], color=colour, linewidth=width, label=name)
    axes.set(xlim=(-3, 31), ylim=(-3, 15), aspect="equal")
    axes.set(xlabel="slope of weight 1", ylabel="slope of weight 2")
    figure.legend(loc="outside upper center", ncols=3, handlelength=1.2)
    return figure, (
        f"Limit {limit:g}. The gradient has length 25 and points to {angle(GRADIENT):.0f}°. After "
        f"clipvalue it points to {angle(by_value):.0f}°, with length "
        f"{np.linalg.norm(by_value):.1f}; after clipnorm to {angle(by_norm):.0f}°, with length "
        f"{np.linalg.norm(by_norm):.1f}."
    )


def clipping_explorer() -> Explorer:
    """Return the figure in which one kind of clipping turns the step, and the other does not."""
    return Explorer(draw_clipping, limit=Slider(LIMITS, label="limit", start=25))
